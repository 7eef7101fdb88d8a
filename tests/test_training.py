"""What lessons 06 and 07 promise: curves in TensorBoard, two processes like one, a killed run resumed to the bit."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lessons import from_markdown, lessons

STEPS, SAVED_AT = 12, 4


def code_cells(number):
    """Sources of the code cells of one lesson."""
    lesson = next(path for path in lessons() if path.stem.startswith(number))
    return [cell.source for cell in from_markdown(lesson).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """Lesson 07's script, as its cells write it."""
    parts = [source.partition("\n")[2] for source in code_cells("07") if source.startswith("%%writefile")]
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


def test_tensorboard_serves_the_curves_of_the_lesson(tmp_path):
    """The lesson's own cells write the log; TensorBoard, started on it, gives the same numbers."""
    cells = code_cells("06")
    last = next(rank for rank, source in enumerate(cells) if "trainer.train()" in source)
    code = "\n".join(cells[1 : last + 1]).replace("max_steps = 64", "max_steps = 8")
    code += '\nimport json\nprint("LOG", json.dumps([str(work / "runs"), trainer.state.log_history]))\n'
    done = subprocess.run(
        [sys.executable, "-c", code], env=CPU | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    folder, history = json.loads(re.search(r"^LOG (.*)", done.stdout, flags=re.MULTILINE)[1])
    expected = [[row["step"], row["eval_accuracy"]] for row in history if "eval_accuracy" in row]
    server = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", "0", "--load_fast", "false"],
        env=CPU, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        address = next(found[0] for line in server.stdout if (found := re.search(r"http://localhost:\d+/", line)))
        query = "data/plugin/scalars/scalars?run=preentraine&tag=eval%2Faccuracy"
        deadline, points = time.monotonic() + 60, []
        while len(points) < len(expected):
            assert time.monotonic() < deadline
            try:
                points = json.load(urllib.request.urlopen(address + query, timeout=30))
            except urllib.error.HTTPError:
                time.sleep(0.5)  # it has not read the folder yet
        assert [[step, pytest.approx(value, abs=1e-6)] for _, step, value in points] == expected
        assert len(expected) == 4
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
