"""What a newcomer does: the README's commands, and the wheel away from the repository."""

import ast
import importlib.metadata
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from lessons import badge, lessons, project_files

ROOT = Path(__file__).parents[1]
VENV = Path(sys.prefix)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The working tree's tracked and new files in a fresh folder, sharing the environment that is already set up."""
    folder = tmp_path_factory.mktemp("clone") / "atelier"
    for path in project_files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    (folder / ".venv").mkdir()
    for path in VENV.iterdir():
        if path.name != "ready":
            (folder / ".venv" / path.name).symlink_to(path)
    (folder / ".venv" / "ready").touch()
    return folder


def first_commands(readme):
    """The lines of the first fenced block of a README."""
    block = re.search(r"```(?:bash)?\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), flags=re.DOTALL)[1]
    return [line.split("#")[0].strip() for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_readme_starts_with_the_two_commands(readme):
    assert first_commands(readme) == ["make lab", "make test"]
    assert len((ROOT / readme).read_text(encoding="utf-8").splitlines()) < 150


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_readme_links_to_files_that_exist(readme):
    links = re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert links and all((ROOT / link).exists() for link in links)


def test_continuous_integration_runs_the_readme_s_test_command():
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == first_commands("README.md")[1]


def test_plain_commands_of_the_readme_install_from_the_lock():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "-m venv .venv" in text and "-r requirements.lock" in text


@pytest.fixture(scope="module")
def lab(clone, tmp_path_factory):
    """Address and token of what `make lab` starts in a clone; it must end when asked to."""
    command = first_commands("README.md")[0].split()
    log = clone / "lab.log"
    for lesson in (clone / "lessons").iterdir():
        os.utime(lesson, (1e9, 1e9))  # a checkout may well date a lesson before its notebook
    own = os.environ | {"BROWSER": "true", "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    with log.open("w") as stream:
        server = subprocess.Popen(command, cwd=clone, env=own, stdout=stream, stderr=stream, start_new_session=True)
    try:
        address = wait_for(lambda: re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*(\?token=\w+)", log.read_text()), server)
        base, token = address.groups()
        port = int(base.rpartition(":")[2])
        wait_for(lambda: listens(port), server)  # the server logs its address before it takes the port
        yield base, token
        urllib.request.urlopen(urllib.request.Request(f"{base}/api/shutdown{token}", method="POST"), timeout=30)
        assert server.wait(timeout=30) == 0
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "path", ["lab", "api/contents/notebooks/01_pipelines.ipynb", "api/contents/lessons/01_pipelines.md"]
)
def test_make_lab_serves_the_lessons(lab, path):
    base, token = lab
    with urllib.request.urlopen(f"{base}/{path}{token}", timeout=30) as reply:
        assert reply.status == 200


def test_lab_presents_a_lesson(lab, browser):
    """The RISE extension shows a notebook as slides; of the network it asks for the badge only."""
    base, token = lab
    page, asked = browser.new_page(viewport={"width": 1280, "height": 720}), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base}/rise/notebooks/02_attention.ipynb{token}")
    title = page.locator(".reveal .slides section.present h1").first
    title.wait_for(timeout=60_000)
    assert title.inner_text().lower().startswith("02 · attention")
    page.keyboard.press("Space")
    page.wait_for_function("!document.querySelector('.reveal section.present h1')")
    assert page.locator(".reveal .slides section").count() >= 15
    away = [url for url in asked if not url.startswith((base, base.replace("http", "ws"), "data:", "blob:"))]
    assert {url.rsplit("/")[-1] for url in away} <= {"colab-badge.svg"}
    page.close()


def listens(port):
    """Whether something takes connections on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, server, seconds=60):
    """The condition's first truthy value; fails when the server ends or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"no answer within {seconds} s, exit status {server.poll()}")


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_readme_s_atelier_commands_run(readme, environment):
    lines = re.findall(r"^atelier [a-z ]+", (ROOT / readme).read_text(encoding="utf-8"), flags=re.MULTILINE)
    commands = [line.split() for line in lines if not {"manifest", "mirror"} & set(line.split())]  # of a folder
    assert len(commands) == 3
    for _, *arguments in commands:
        subprocess.run([Path(sys.executable).parent / "atelier", *arguments], check=True, env=environment)


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_readme_s_badges_are_the_lessons(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert text.count("[![") == len(lessons()) and all(badge(lesson) in text for lesson in lessons())


def test_make_sync_changes_nothing(clone):
    before = {path: path.read_bytes() for path in [*clone.glob("lessons/*.md"), *clone.glob("notebooks/*.ipynb")]}
    subprocess.run(["make", "sync"], cwd=clone, check=True, capture_output=True)
    assert {path: path.read_bytes() for path in before} == before


def test_every_import_of_helpers_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = project["dependencies"] + extras["mlflow"] + extras["ocr"]  # asked for by an option, or by name
    names = {re.match(r"[\w-]+", requirement)[0].replace("-", "_").lower() for requirement in declared}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "helpers").rglob("*.py")]
    imported = {
        module.split(".")[0]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.level == 0)
        for module in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    distributions = importlib.metadata.packages_distributions()
    for name in imported - {"helpers"} - set(sys.stdlib_module_names):
        assert {found.replace("-", "_").lower() for found in distributions[name]} & names, name


def test_old_python_is_refused_in_one_line(clone, tmp_path):
    fake = tmp_path / "python-ancien"
    pretend = "import sys; sys.version_info = (3, 9); exec(sys.argv[2])"
    fake.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{pretend}' \"$@\"\n")
    fake.chmod(0o755)
    os.utime(clone / "requirements.lock")
    (clone / ".venv" / "ready").unlink()
    result = subprocess.run(["make", "lab", f"PYTHON={fake}"], cwd=clone, capture_output=True, text=True, check=False)
    assert result.returncode != 0 and "Python 3.11 or newer is needed" in result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


def test_wheel_holds_the_data_without_its_recipes(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"helpers/data/hub/MANIFEST.json", "helpers/data/files/messages.csv", "helpers/data/images/bus.jpg"} <= set(
        names
    )
    assert not [name for name in names if "recipes" in name or name.startswith(("tests", "lessons"))]


def test_wheel_finds_its_data_outside_the_repository(wheel, environment, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(
        subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip()
    )
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    # Dependencies come from the environment of the tests; the package itself must not.
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    start = "import helpers; a = helpers.start(); print(helpers.__file__); print(a.data)"
    code = f"import sys; sys.path.append({libraries!r}); {start}"
    result = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.stdout.splitlines()[1:] == [str(site / "helpers/__init__.py"), str(site / "helpers/data")], (
        result.stderr
    )


def test_pictures_need_no_torchvision():
    assert "torchvision" not in (ROOT / "requirements.lock").read_text() and find_spec("torchvision") is None
