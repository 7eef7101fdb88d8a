"""Mirroring from a small Hub: whole, interrupted, damaged, without room, without rights, at pinned revisions."""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from typer.testing import CliRunner

from helpers import hub, mirror
from helpers.cli import app
from helpers.small_hub import Cut, Refusal, SmallHub, Token

EMBEDDED = hub.data_folder() / "hub"
MODEL, DATASET = "google-bert/bert-base-uncased", "nyu-mll/glue"
TOKENS = {"hf_bert": Token("google-bert"), "hf_glue": Token("nyu-mll"), "hf_other": Token("camille")}
CARD = """---
license: cc-by-nc-sa-4.0
configs:
- config_name: cola
  data_files: cola/*
- config_name: mrpc
  data_files: [{split: train, path: mrpc/train-*}, {split: test, path: [mrpc/test-*]}]
- config_name: sst2
  data_files: {train: sst2/train-*}
dataset_info:
- {config_name: cola, download_size: 1}
- {config_name: sst2, download_size: 2}
---
# Accents : é
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A Hub that offers the embedded hub."""
    with SmallHub(tmp_path_factory.mktemp("published"), {}, EMBEDDED) as small:
        yield small


@pytest.fixture
def written(tmp_path):
    """A Hub whose two repositories can change."""
    with SmallHub(tmp_path / "written", TOKENS) as small:
        small.bert, small.glue = (HfApi(endpoint=small.address, token=token) for token in ("hf_bert", "hf_glue"))
        files = ["config.json", "model.safetensors", "pytorch_model.bin", "onnx/model.safetensors", "tokenizer.json"]
        commit(small.bert, "model", MODEL, {path: path.encode() * 9999 for path in files})
        names = ("cola/train-0", "mrpc/train-0", "mrpc/test-0", "sst2/train-0", "sst2/other")
        data = {f"{name}.parquet": name.encode() * 999 for name in names}
        commit(small.glue, "dataset", DATASET, data | {"README.md": CARD.encode()})
        yield small


@pytest.fixture(autouse=True)
def nobody_and_no_waiting(monkeypatch, tmp_path):
    """No token of this machine's user, no cache of theirs, and a client that tries again at once."""
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    at_once = SimpleNamespace(**vars(time) | {"sleep": lambda seconds: None})
    for module in ("file_download", "utils._http"):
        monkeypatch.setattr(f"huggingface_hub.{module}.time", at_once)


def commit(api, kind, name, files, deleted=()):
    api.create_repo(name, repo_type=kind, exist_ok=True)
    operations = [CommitOperationAdd(path, content) for path, content in files.items()]
    operations += [CommitOperationDelete(path) for path in deleted]
    return api.create_commit(name, operations, repo_type=kind, commit_message="x").oid


def run(small, folder, *arguments, token=None):
    """The command, as typed."""
    environment = {"HF_ENDPOINT": small.address} | ({"HF_TOKEN": token} if token else {})
    result = CliRunner().invoke(app, ["hub", "mirror", str(folder), *arguments], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def only(*names):
    return [option for name in names for option in ("--only", name)]


def contents(folder):
    """Name → content of all that a mirror holds, hidden files included."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(result, *words):
    """Exit code 2, and one line for each repository, in which these words are."""
    assert result.exit_code == 2 and all(word in result.stderr for word in words), result.stderr
    assert all(line.startswith("✗ ") for line in result.stderr.splitlines())
    return result.stderr.splitlines()


def test_whole_mirror_is_the_hub_and_lessons_read_it(published, environment, tmp_path):
    folder = tmp_path / "miroir"
    held = [name for kind, name in published.store.repositories]
    absent = {name for names in mirror.NEEDED.values() for name in names} - set(held)
    without = [option for name in absent for option in ("--without", name)]
    command = [str(Path(sys.executable).parent / "atelier"), "hub", "mirror", str(folder), *without]
    done = subprocess.run(
        command, env=environment | {"HF_ENDPOINT": published.address, "HF_HUB_DISABLE_XET": "1"}, capture_output=True
    )
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    lines = done.stdout.decode().splitlines()
    for name in held:
        assert sum(f" Mo  {name}  (" in line for line in lines) == sum(f"✓ {name} : " in line for line in lines) == 1
    assert {*contents(folder)} - {"REVISIONS.json"} == {*contents(EMBEDDED)}
    assert hub.read_manifest(folder) == hub.read_manifest(EMBEDDED) and list(hub.verify(folder)) == []
    code = (
        "import helpers; print(helpers.start().mode)"
        "; from datasets import load_dataset; from transformers import AutoModel"
        f"; print(AutoModel.from_pretrained({MODEL!r}).config.model_type, load_dataset({DATASET!r}, 'mrpc').num_rows)"
    )
    lesson = subprocess.run(
        [sys.executable, "-c", code], env=environment | {"ATELIER_HUB": str(folder)}, capture_output=True, text=True
    )
    assert lesson.stdout.splitlines()[-2] == "mirror" and lesson.stdout.splitlines()[-1].startswith("bert {"), (
        lesson.stderr
    )


def test_only_what_lessons_need_is_received(written, tmp_path):
    folder = tmp_path / "miroir"
    result = run(written, folder, *only(MODEL, DATASET))
    assert result.exit_code == 0, result.stderr
    assert {name.partition("/")[2] for name in contents(folder) if "/" in name} == {
        *(f"{MODEL}/{name}" for name in ("config.json", "model.safetensors", "tokenizer.json")),
        *(f"{DATASET}/{name}" for name in ("README.md", "mrpc/train-0.parquet", "mrpc/test-0.parquet")),
        f"{DATASET}/sst2/train-0.parquet",
    }
    card = (folder / "datasets" / DATASET / "README.md").read_text(encoding="utf-8")
    assert "cola" not in card and "download_size: 2" in card and card.endswith("# Accents : é\n")
    assert "cc-by-nc-sa-4.0 : pas d’usage commercial" in result.stdout
    assert list(hub.verify(folder)) == []


def test_two_mirrors_are_the_same_and_a_second_run_receives_nothing(written, tmp_path):
    for name in ("un", "deux"):
        assert run(written, tmp_path / name, *only(MODEL, DATASET)).exit_code == 0
    assert contents(tmp_path / "un") == contents(tmp_path / "deux")
    asked = []
    written.hook = lambda request: asked.append(request.path)
    again = run(written, tmp_path / "un", *only(MODEL, DATASET))
    assert again.stdout.count("déjà là") == 2 and contents(tmp_path / "un") == contents(tmp_path / "deux")
    assert not [path for path in asked if "/resolve/" in path and not path.endswith("README.md")]


def test_mirror_with_an_unreadable_data_set_is_refused_in_one_line(written, environment, tmp_path):
    assert run(written, tmp_path / "miroir", *only(DATASET)).exit_code == 0
    code = f"from helpers import hub; from pathlib import Path; hub.mount(Path({str(tmp_path / 'miroir')!r}))"
    mounted = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert f"{DATASET} : jeu de données illisible (" in mounted.stderr.splitlines()[-1]


def test_sizes_are_said_and_nothing_is_received(written, tmp_path):
    result = run(written, tmp_path / "miroir", "--sizes", *only(MODEL))
    assert result.exit_code == 0 and f" Mo  {MODEL}  (révision " in result.stdout
    assert not (tmp_path / "miroir").exists()


@pytest.mark.parametrize("what", [Cut(answer=50_000), Refusal(503, "down")])
def test_interrupted_then_resumed(published, tmp_path, what):
    folder, name = tmp_path / "miroir", "google/vit-base-patch16-224-in21k"
    options = only(DATASET, "google-t5/t5-small", name)
    asked = []

    def hook(request):
        asked.append(request.path)
        if name in request.path and request.method == "GET" and request.path.endswith(".safetensors"):
            raise what

    published.hook = hook
    try:
        assert len(refused(run(published, folder, *options), name, "la même commande reprendra")) == 1
    finally:
        published.hook = None
    assert not (folder / "MANIFEST.json").exists() and not (folder / "models" / name).exists()
    received = {path for path in asked if path.endswith((".safetensors", ".parquet")) and name not in path}
    published.hook = lambda request: asked.append(request.path)
    asked.clear()
    try:
        assert run(published, folder, *options).exit_code == 0
    finally:
        published.hook = None
    assert received and not received & {*asked}, "what had arrived is not asked for again"
    assert list(hub.verify(folder)) == [] and not (folder / ".partial").exists()
    assert {path: content for path, content in contents(EMBEDDED).items() if name in path} == {
        path: content for path, content in contents(folder).items() if name in path
    }


def test_killed_in_the_middle_then_resumed(published, environment, tmp_path):
    folder = tmp_path / "miroir"
    running = None

    def hook(request):
        if request.method == "GET" and request.path.endswith("sst2/train-00000-of-00001.parquet"):
            running.send_signal(signal.SIGKILL)

    published.hook = hook
    command = [str(Path(sys.executable).parent / "atelier"), "hub", "mirror", str(folder), *only(DATASET)]
    try:
        running = subprocess.Popen(
            command, env=environment | {"HF_ENDPOINT": published.address}, stdout=subprocess.PIPE
        )
        running.communicate(timeout=60)
    finally:
        published.hook = None
    assert running.returncode == -signal.SIGKILL and any((folder / ".partial").rglob("*.incomplete"))
    assert run(published, folder, *only(DATASET)).exit_code == 0
    assert list(hub.verify(folder)) == [] and not (folder / ".partial").exists()


def test_damaged_cut_and_foreign_files_are_mended(written, tmp_path):
    folder = tmp_path / "miroir"
    run(written, folder, *only(MODEL, DATASET))
    whole = contents(folder)
    model = folder / "models" / MODEL
    damaged = bytearray((model / "model.safetensors").read_bytes())
    damaged[-1] ^= 1
    (model / "model.safetensors").write_bytes(damaged)
    (model / "tokenizer.json").write_bytes(b"tok")
    (model / "intrus.bin").write_bytes(b"x")
    (folder / "datasets" / DATASET / "mrpc" / "test-0.parquet").unlink()
    (folder / "datasets" / DATASET / "README.md").write_text("autre")
    assert run(written, folder, *only(MODEL, DATASET)).exit_code == 0
    assert contents(folder) == whole


def test_file_that_arrives_damaged_is_not_kept(written, tmp_path):
    stored = written.store.repositories["models", MODEL].at("main").files["model.safetensors"]
    path = written.store.path(stored.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    folder = tmp_path / "miroir"
    refused(run(written, folder, *only(MODEL)), "model.safetensors est arrivé abîmé")
    assert not (folder / "models").exists()
    path.write_bytes(whole)
    assert run(written, folder, *only(MODEL)).exit_code == 0


def test_no_room_before(written, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    refused(run(written, tmp_path / "miroir", *only(MODEL)), "libérez de la place", "--without")
    assert not (tmp_path / "miroir").exists()


def test_disk_full_in_the_middle(written, tmp_path):
    """A limit on the size of files stands for a full disk."""
    folder = tmp_path / "miroir"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))
    try:
        result = run(written, folder, *only(MODEL))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    refused(result, f"{MODEL} : le disque est plein", "la même commande reprendra")
    assert not (folder / "models").exists() and not list(folder.rglob("*.incomplete"))
    assert run(written, folder, *only(MODEL)).exit_code == 0 and list(hub.verify(folder)) == []


def test_pins_are_kept_until_others_are_given(written, tmp_path):
    folder = tmp_path / "miroir"
    run(written, folder, *only(MODEL))
    first = json.loads((folder / "REVISIONS.json").read_text())[f"models/{MODEL}"]
    second = commit(written.bert, "model", MODEL, {"config.json": b"deux"}, ["tokenizer.json"])
    run(written, folder, *only(MODEL, DATASET))
    config = folder / "models" / MODEL / "config.json"
    pins = json.loads((folder / "REVISIONS.json").read_text())
    assert config.read_bytes() != b"deux" and pins[f"models/{MODEL}"] == first and len(pins) == 2
    given = tmp_path / "revisions.json"
    given.write_text(json.dumps({f"models/{MODEL}": "main"}))
    assert run(written, folder, "--revisions", str(given), *only(MODEL)).exit_code == 0
    pins = json.loads((folder / "REVISIONS.json").read_text())
    assert config.read_bytes() == b"deux" and pins[f"models/{MODEL}"] == second and len(pins) == 2
    assert not (config.parent / "tokenizer.json").exists() and list(hub.verify(folder)) == []


def test_pinned_revision_that_is_gone(written, tmp_path):
    given = tmp_path / "revisions.json"
    given.write_text(json.dumps({f"models/{MODEL}": "0" * 40, f"datasets/{DATASET}": "1" * 40}))
    result = run(written, tmp_path / "miroir", "--revisions", str(given), *only(MODEL, DATASET))
    assert len(refused(result, f"✗ {MODEL} : la révision épinglée n’existe pas", f"✗ {DATASET} : ")) == 2
    assert not (tmp_path / "miroir").exists()


@pytest.mark.parametrize("content", ["[1]", "{", '{"models/a/b": 1}', '{"ailleurs/a/b": "main"}', None])
def test_file_of_revisions_that_is_not_one(written, tmp_path, content):
    path = tmp_path / "revisions.json"
    if content is not None:
        path.write_text(content)
    assert len(refused(run(written, tmp_path / "miroir", "--revisions", str(path)), str(path))) == 1


@pytest.mark.parametrize(
    ("settings", "token", "said"),
    [
        ({"private": True}, None, "il est privé"),
        ({"private": True}, "hf_other", "il est privé"),
        ({"gated": "manual"}, None, "acceptez ses conditions"),
        ({"gated": "manual"}, "hf_other", "acceptez ses conditions"),
        ({}, "hf_faux", "refuse ce jeton"),
    ],
)
def test_repository_that_the_hub_does_not_give(written, tmp_path, settings, token, said):
    if settings:
        written.bert.update_repo_settings(MODEL, **settings)
    result = run(written, tmp_path / "miroir", *only(MODEL, DATASET), token=token)
    assert len(refused(result, f"✗ {MODEL} : ", said)) == 1 and "hf_faux" not in result.stderr
    if settings:
        assert f"{written.address}/{MODEL}" in result.stderr and f"--without {MODEL}" in result.stderr
        assert run(written, tmp_path / "miroir", *only(MODEL), token="hf_bert").exit_code == 0


def test_gated_repository_once_let_in_says_so(written, tmp_path):
    written.bert.update_repo_settings(MODEL, gated="auto")
    written.bert.grant_access(MODEL, "camille")
    result = run(written, tmp_path / "miroir", *only(MODEL), token="hf_other")
    assert result.exit_code == 0 and "accès sur demande" in result.stdout


def test_hub_that_is_away_or_slow_or_offline(written, tmp_path, monkeypatch):
    folder = tmp_path / "miroir"
    written.hook = lambda request: time.sleep(0.6)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_ETAG_TIMEOUT", 0.2)
    assert len(refused(run(written, folder), "le Hub ne répond pas à temps")) == 1
    written.stop()
    assert len(refused(run(written, folder), "le Hub est injoignable")) == 1
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert len(refused(run(written, folder), "HF_HUB_OFFLINE")) == 1
    assert not folder.exists()


def test_model_without_safetensors_and_data_set_without_its_configs(written, tmp_path):
    commit(written.bert, "model", MODEL, {}, ["model.safetensors"])
    commit(written.glue, "dataset", DATASET, {}, ["sst2/train-0.parquet", "mrpc/train-0.parquet"])
    result = run(written, tmp_path / "miroir", *only(MODEL))
    refused(result, f"{MODEL} : pas de fichier *.safetensors à la révision")
    commit(written.glue, "dataset", DATASET, {}, ["mrpc/test-0.parquet"])
    refused(run(written, tmp_path / "miroir", *only(DATASET)), f"{DATASET} : pas de fichier *.parquet")


def test_names_that_no_lesson_needs(written, tmp_path):
    refused(run(written, tmp_path / "miroir", "--without", "ethz/food"), "ethz/food : aucune leçon")


def test_hub_that_is_no_mirror_is_left_alone(written, tmp_path):
    folder = tmp_path / "hub"
    shutil.copytree(EMBEDDED / "datasets" / DATASET, folder / "datasets" / DATASET)
    hub.write_manifest(folder)
    before = contents(folder)
    refused(run(written, folder, *only(DATASET)), "pas un miroir")
    assert contents(folder) == before


def test_name_that_leaves_the_folder_is_refused(written, tmp_path):
    repository = written.store.repositories["datasets", DATASET]
    files = repository.at("main").files
    files["sst2/train-../../../../../dehors.parquet"] = files["sst2/train-0.parquet"]
    result = run(written, tmp_path / "miroir", *only(DATASET))
    assert result.exit_code == 2 and not list(tmp_path.rglob("dehors*"))
