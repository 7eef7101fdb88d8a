"""Logging in, in its four situations and when refused, against a Hub of ours; the token must never show."""

import json
import os
import pty
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from jupyter_client.manager import start_new_kernel

TOKEN = "hf_" + "jetonDeTest" * 3
CODE = "import helpers; helpers.start(); print(helpers.login())"


class Whoami(BaseHTTPRequestHandler):
    """Answers `GET /api/whoami-v2` to the bearer of the token, and 401 to all others."""

    def do_GET(self):
        known = self.path == "/api/whoami-v2" and self.headers.get("Authorization") == f"Bearer {TOKEN}"
        roles = {"accessToken": {"displayName": "atelier", "role": "read"}}
        body = json.dumps(
            {"type": "user", "name": "camille", "auth": roles} if known else {"error": "Unauthorized"}
        ).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def online(environment):
    """Environment of a process that is online with our Hub, with nobody logged in."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Whoami)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    environment.pop("CI", None)
    yield environment | {"ATELIER_HUB": "online", "HF_ENDPOINT": address, "NO_PROXY": "127.0.0.1"}
    server.shutdown()


def run(environment, code=CODE):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def in_terminal(environment, typed):
    """Run with a pseudo-terminal, typing one line; returns all that the screen showed."""
    main, other = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", CODE], env=environment, stdin=other, stdout=other, stderr=other)
    os.close(other)
    shown = b""
    while b"Jeton Hugging Face" not in shown:
        shown += os.read(main, 4096)
    os.write(main, typed.encode() + b"\n")
    try:
        while chunk := os.read(main, 4096):
            shown += chunk
    except OSError:  # the terminal closes with its last process
        assert process.wait(timeout=60) == 0
    return shown.decode()


def test_token_of_the_environment(online):
    result = run(online | {"HF_TOKEN": TOKEN})
    assert result.stdout.splitlines()[-2:] == ["Connecté : camille", "camille"], result.stderr
    assert TOKEN not in result.stdout + result.stderr


def test_secret_of_colab(online, tmp_path):
    package = tmp_path / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "errors.py").write_text("class Error(Exception): ...\n")
    (package / "userdata.py").write_text(
        "class NotebookAccessError(Exception): ...\nclass SecretNotFoundError(Exception): ...\n"
        f"def get(name): return {TOKEN!r} if name == 'HF_TOKEN' else None\n"
    )
    # huggingface_hub knows Colab by the name of its shell.
    shell = "import builtins; builtins.get_ipython = lambda: '<google.colab._shell.Shell>'"
    result = run(online, f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {shell}; {CODE}")
    assert "Connecté : camille" in result.stdout, result.stderr
    assert TOKEN not in result.stdout + result.stderr


def test_prompt_in_a_terminal_hides_and_stores_the_token(online, tmp_path):
    shown = in_terminal(online, TOKEN)
    assert "Connecté : camille" in shown and TOKEN not in shown
    stored = tmp_path / "hf" / "token"
    assert stored.read_text() == TOKEN and stored.stat().st_mode & 0o077 == 0


def test_empty_answer_to_the_prompt_is_nobody(online):
    assert "Aucun jeton" in in_terminal(online, "")


def test_prompt_in_a_notebook_hides_the_token(online):
    manager, client = start_new_kernel(env=online)
    asked, shown = [], []

    def answer(message):
        asked.append(message["content"])
        client.input(TOKEN)

    try:
        reply = client.execute_interactive(
            CODE,
            allow_stdin=True,
            stdin_hook=answer,
            output_hook=lambda message: shown.append(str(message)),
            timeout=120,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok"
    assert len(asked) == 1 and asked[0]["password"] is True
    assert "Connecté : camille" in "".join(shown) and TOKEN not in "".join(shown)


def test_notebook_run_by_a_machine_is_not_asked(online):
    manager, client = start_new_kernel(env=online)
    shown = []
    try:
        client.execute_interactive(
            CODE, allow_stdin=False, output_hook=lambda message: shown.append(str(message)), timeout=120
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "Aucun jeton" in "".join(shown)


def test_nobody_at_the_keyboard_is_not_asked(online):
    result = run(online)
    assert "Aucun jeton" in result.stdout and result.stdout.endswith("None\n"), result.stderr


def test_continuous_integration_is_not_asked_even_with_a_terminal(online):
    main, other = pty.openpty()
    process = subprocess.run(
        [sys.executable, "-c", CODE],
        env=online | {"CI": "1"},
        stdin=other,
        capture_output=True,
        timeout=120,
        check=False,
    )
    os.close(main)
    assert "Aucun jeton" in process.stdout.decode()


def test_refused_token_is_said_and_not_shown(online):
    result = run(online | {"HF_TOKEN": TOKEN + "faux"})
    assert "Jeton refusé" in result.stdout and result.stdout.endswith("None\n")
    assert TOKEN not in result.stdout + result.stderr


def test_hub_that_does_not_answer(online):
    result = run(online | {"HF_TOKEN": TOKEN, "HF_ENDPOINT": "http://127.0.0.1:9"})
    assert "ne répond pas" in result.stdout, result.stdout + result.stderr
    assert TOKEN not in result.stdout + result.stderr


def test_embedded_hub_needs_no_account(environment):
    result = run(environment | {"HF_TOKEN": TOKEN})
    assert "aucun compte" in result.stdout and TOKEN not in result.stdout + result.stderr
