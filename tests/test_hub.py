"""Mounting: cold, warm, twice, by eight processes at once, from a mirror, from a damaged folder, too late."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers import hub
from helpers.cli import app
from helpers.needed import NEEDED_DATASETS, NEEDED_MODELS

EMBEDDED = hub.data_folder() / "hub"
START = "import helpers; atelier = helpers.start(); print(atelier.mode)"
TIMED_MOUNT = """
import time
from pathlib import Path
import filelock, platformdirs
from helpers import hub
started = time.perf_counter()
hub.mount(Path({folder!r}))
print(time.perf_counter() - started)
"""


def python(code, environment, **more):
    return subprocess.run(
        [sys.executable, "-c", code], env=environment | more, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture
def small_hub(tmp_path):
    """A copy of the embedded hub with one data set and one model."""
    folder = tmp_path / "miroir"
    for repository in ("datasets/tblard/allocine", "models/google-bert/bert-base-uncased"):
        shutil.copytree(EMBEDDED / repository, folder / repository)
    hub.write_manifest(folder)
    return folder


def test_embedded_hub_matches_its_manifest():
    assert list(hub.verify(EMBEDDED)) == []


def test_hub_holds_what_lessons_need_and_nothing_else():
    manifest = hub.read_manifest(EMBEDDED)
    assert set(hub.repositories(manifest, "models")) == set(NEEDED_MODELS)
    assert set(hub.repositories(manifest, "datasets")) == set(NEEDED_DATASETS)


def test_data_stays_small():
    files = [path for path in hub.data_folder().rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 60e6


def test_mount_cold_and_warm_within_the_floors(environment, record_property):
    code = TIMED_MOUNT.format(folder=str(EMBEDDED))
    cold = float(python(code, environment).stdout)
    warm = min(float(python(code, environment).stdout) for _ in range(3))
    record_property("measure", f"mount: {cold:.2f} s cold, {warm:.3f} s warm")
    assert cold < 10 and warm < 0.2


def test_mounting_twice_in_one_process(environment):
    result = python("import helpers; helpers.start(); import transformers; print(helpers.start().mode)", environment)
    assert result.stdout.splitlines()[-1] == "embedded", result.stderr


def test_eight_processes_mount_at_once(environment):
    code = (
        START + "; from datasets import load_dataset; print(len(load_dataset('nyu-mll/glue', 'sst2', split='train')))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    outputs = [process.communicate(timeout=300) for process in running]
    assert all(process.returncode == 0 for process in running), outputs
    assert {out.decode().splitlines()[-1] for out, _ in outputs} == {"3800"}
    left = [path for path in Path(environment["XDG_CACHE_HOME"]).glob("atelier-transformers/*") if path.is_dir()]
    assert len(left) == 1, "one mount, and no half-built folder"


def test_folder_mirror_serves_the_real_names(environment, small_hub):
    code = START + (
        "; from transformers import AutoTokenizer; from datasets import load_dataset"
        "; AutoTokenizer.from_pretrained('google-bert/bert-base-uncased')"
        "; print(load_dataset('tblard/allocine', split='test').column_names)"
    )
    result = python(code, environment, ATELIER_HUB=str(small_hub))
    assert result.stdout.splitlines()[-2:] == ["mirror", "['review', 'label']"], result.stderr


def test_unknown_hub_is_refused_in_one_line(environment):
    result = python(START, environment, ATELIER_HUB="/nulle/part")
    assert "HubError: ATELIER_HUB=/nulle/part" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("already_mounted", [False, True])
def test_damaged_file_is_named(environment, small_hub, already_mounted):
    if already_mounted:
        assert python(START, environment, ATELIER_HUB=str(small_hub)).returncode == 0
    victim = small_hub / "models/google-bert/bert-base-uncased/model.safetensors"
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)
    result = python(START, environment, ATELIER_HUB=str(small_hub))
    assert result.returncode != 0
    assert str(victim) in result.stderr.splitlines()[-1] and "sha256" in result.stderr.splitlines()[-1]


def test_missing_file_is_named(environment, small_hub):
    victim = small_hub / "models/google-bert/bert-base-uncased/config.json"
    victim.unlink()
    result = python(START, environment, ATELIER_HUB=str(small_hub))
    assert f"{victim} : fichier manquant" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("library", ["transformers", "datasets", "huggingface_hub.constants", "evaluate"])
def test_library_imported_too_early(environment, library):
    result = python(f"import {library}; {START}", environment)
    assert "redémarrez le noyau" in result.stderr.splitlines()[-1]


def test_no_warning_and_no_bar_on_loading(environment):
    code = START + (
        "; from datasets import load_dataset; load_dataset('nyu-mll/glue', 'mrpc')"
        "; from transformers import AutoModelForMaskedLM"
        "; AutoModelForMaskedLM.from_pretrained('distilbert/distilbert-base-multilingual-cased')"
    )
    result = python(code, environment)
    assert result.stderr == ""


def test_map_cache_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "MAP_CACHE_LIMIT", 250)
    folder = tmp_path / "datasets" / "a___b"
    folder.mkdir(parents=True)
    for age in range(5):
        path = folder / f"cache-{age}.arrow"
        path.write_bytes(bytes(100))
        os.utime(path, (age, age))
    hub._bound_map_cache(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["cache-3.arrow", "cache-4.arrow"]


def test_command_verify_names_the_damage(small_hub):
    runner = CliRunner()
    assert runner.invoke(app, ["hub", "verify", str(small_hub)]).exit_code == 0
    (small_hub / "datasets/tblard/allocine/README.md").write_text("autre")
    (small_hub / "models/google-bert/intrus.bin").write_text("x")
    result = runner.invoke(app, ["hub", "verify", str(small_hub)])
    assert result.exit_code == 1
    assert "README.md" in result.stderr and "intrus.bin : absent du manifeste" in result.stderr


def test_command_list_shows_what_is_absent(small_hub):
    result = CliRunner().invoke(app, ["hub", "list", str(small_hub)])
    line = next(line for line in result.stdout.splitlines() if "SmolLM2" in line)
    assert result.exit_code == 0 and "absent" in line


def test_folder_without_manifest_is_refused_in_one_line(tmp_path):
    result = CliRunner().invoke(app, ["hub", "verify", str(tmp_path)])
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "MANIFEST.json" in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        {"files": [1]},
        None,
        {"files": {"x": {"size": 1, "sha256": ""}}},
        {"files": {"models/a/b/../../../../etc/passwd": {"size": 1, "sha256": ""}}},
        {"files": {"/etc/passwd": {"size": 1, "sha256": ""}}},
        {"files": {"models/a/b/c": {"size": "beaucoup", "sha256": ""}}},
    ],
)
def test_broken_or_malicious_manifest_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "MANIFEST.json").write_text(json.dumps(content))
    result = CliRunner().invoke(app, ["hub", "verify", str(tmp_path)])
    assert result.exit_code == 2 and result.stderr.count("\n") == 1


def test_manifest_of_an_empty_or_misplaced_folder_is_refused(tmp_path):
    runner = CliRunner()
    assert runner.invoke(app, ["hub", "manifest", str(tmp_path)]).exit_code == 2
    (tmp_path / "models" / "gpt2").mkdir(parents=True)
    (tmp_path / "models" / "gpt2" / "config.json").write_text("{}")
    result = runner.invoke(app, ["hub", "manifest", str(tmp_path)])
    assert result.exit_code == 2 and "models/gpt2/config.json" in result.stderr
    assert not (tmp_path / "MANIFEST.json").exists()


def test_mount_after_a_killed_one_and_after_a_cleaned_cache(environment, small_hub):
    started = python(START, environment, ATELIER_HUB=str(small_hub))
    assert started.returncode == 0, started.stderr
    cache = Path(environment["XDG_CACHE_HOME"]) / "atelier-transformers"
    mounted = next(path for path in cache.iterdir() if path.is_dir())
    (cache / f"{mounted.name}.partial" / "hub").mkdir(parents=True)
    shutil.rmtree(next((mounted / "datasets").glob("tblard*")))
    code = START + "; from datasets import load_dataset; print(len(load_dataset('tblard/allocine', split='test')))"
    result = python(code, environment, ATELIER_HUB=str(small_hub))
    assert result.returncode == 0, result.stderr
    assert not (cache / f"{mounted.name}.partial").exists()


def test_going_online_after_a_mount_is_refused_or_real(environment):
    code = "import helpers, os; helpers.start(); os.environ['ATELIER_HUB'] = 'online'; {}helpers.start(); {}"
    check = "from huggingface_hub import constants; print(constants.HF_HUB_OFFLINE)"
    assert python(START, environment).returncode == 0, "a first mount loads datasets, so the next one is what counts"
    assert python(code.format("", check), environment).stdout.splitlines()[-1] == "False"
    late = python(code.format("import datasets; ", ""), environment)
    assert "redémarrez le noyau" in late.stderr.splitlines()[-1]
    offline = python(START, environment, ATELIER_HUB="online", HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE" in offline.stderr.splitlines()[-1]


def test_check_passes_here_and_fails_on_a_damaged_hub(environment, small_hub):
    command = [str(Path(sys.executable).parent / "atelier"), "check"]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0
    (small_hub / "datasets/tblard/allocine/README.md").write_text("autre")
    result = subprocess.run(
        command, env=environment | {"ATELIER_HUB": str(small_hub)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1 and "✗ Hub" in result.stdout
