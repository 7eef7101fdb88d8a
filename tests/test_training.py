"""What lesson 07 promises: two processes give the result of one, and a killed run resumes to the same bits."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lessons import from_markdown, lessons

STEPS, SAVED_AT = 12, 4


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """Lesson 07's script, as its cells write it."""
    lesson = next(path for path in lessons() if path.stem.startswith("07"))
    cells = [cell.source for cell in from_markdown(lesson).cells if cell.cell_type == "code"]
    parts = [source.partition("\n")[2] for source in cells if source.startswith("%%writefile")]
    path = tmp_path_factory.mktemp("script") / "boucle.py"
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return path


def command(script, folder, *options, processes=1):
    """Lesson 07's `accelerate launch`."""
    several = ["--multi_gpu"] if processes > 1 else []
    where = [
        "--num_machines=1",
        "--main_process_port=0",
        f"--num_processes={processes}",
        "--mixed_precision=no",
        "--dynamo_backend=no",
    ]
    launch = [sys.executable, "-m", "accelerate.commands.launch", *several, *where]
    folder.mkdir(exist_ok=True)
    return [*launch, str(script), str(folder), f"--steps={STEPS}", *options]


# `accelerate test` looks for its own commands on the path.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
CPU = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "PATH": PATH}


def run(script, folder, *options, processes=1):
    """Run the script to its end and return what it measured."""
    done = subprocess.run(
        command(script, folder, *options, processes=processes), env=CPU, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads((folder / "resultat.json").read_text())


@pytest.fixture(scope="module")
def uninterrupted(script):
    """Folder and measures of one process that nobody disturbs."""
    folder = script.parent / "one"
    return folder, run(script, folder)


def weights(folder):
    return load_file(folder / "modele" / "model.safetensors")


def test_two_processes_give_the_result_of_one(script, uninterrupted, record_property):
    whole, one = uninterrupted
    two = run(script, script.parent / "two", f"--save-at={SAVED_AT}", processes=2)
    saved = {path.name for path in (script.parent / "two" / "etat").iterdir()}
    assert {"random_states_0.pkl", "random_states_1.pkl", "pas.json"} <= saved
    assert (one["processes"], two["processes"]) == (1, 2)
    assert one["examples"] == two["examples"]
    record_property("measure", f"validation loss: one process {one['loss']:.6f}, two {two['loss']:.6f}")
    assert abs(one["accuracy"] - two["accuracy"]) <= 0.005
    assert abs(one["loss"] - two["loss"]) < 1e-4
    alone, shared = weights(whole), weights(script.parent / "two")
    assert max((alone[name] - shared[name]).abs().max().item() for name in alone) < 1e-3


def test_a_killed_run_resumes_to_the_same_bits(script, uninterrupted):
    folder = script.parent / "killed"
    process = subprocess.Popen(
        command(script, folder, f"--save-at={SAVED_AT}"),
        env=CPU, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not (folder / "etat").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "resultat.json").exists(), "it had ended already"
    resumed = run(script, folder, "--resume")
    whole, measured = uninterrupted
    assert resumed == measured
    ended, again = weights(whole), weights(folder)
    assert ended.keys() == again.keys() and all(torch.equal(ended[name], again[name]) for name in ended)


def test_training_moved_the_weights(script, uninterrupted):
    folder = script.parent / "untrained"
    run(script, folder, "--steps=0")
    assert not torch.equal(
        weights(folder)["bert.encoder.layer.0.attention.self.query.weight"],
        weights(uninterrupted[0])["bert.encoder.layer.0.attention.self.query.weight"],
    )


def test_accelerate_test_accepts_two_processes(tmp_path):
    settings = [
        "compute_environment: LOCAL_MACHINE",
        "distributed_type: MULTI_GPU",
        "num_machines: 1",
        "machine_rank: 0",
    ]
    settings += ["num_processes: 2", "mixed_precision: 'no'", "main_training_function: main", "use_cpu: false"]
    (tmp_path / "two.yaml").write_text("\n".join(settings) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "accelerate.commands.accelerate_cli", "test", f"--config_file={tmp_path}/two.yaml"],
        env=CPU, capture_output=True, text=True,
    )  # fmt: skip
    assert "Test is a success" in done.stdout, done.stdout[-1000:] + done.stderr[-2000:]
