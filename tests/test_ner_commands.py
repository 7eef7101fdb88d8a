"""`atelier ner`: what a training leaves, what it refuses, and that an interrupted one ends as if nothing had been."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from huggingface_hub import ModelCard
from small_ner import converted, interrupting, task, write
from transformers import AutoModelForTokenClassification, AutoTokenizer
from typer.testing import CliRunner

from helpers.cli import app
from helpers.labelstudio import Report, read_export
from helpers.ner import cli, load_settings, training
from helpers.ner.predict import word_scores

runner = CliRunner()
LABELS = ["SITE", "ALTI"]
EPOCHS, STEPS_PER_EPOCH = 2.5, 6
SETTINGS = (f"--epochs={EPOCHS}", "--batch-size=2", "--learning-rate=1e-3", "--window=48", "--stride=8")
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}


@pytest.fixture(scope="module", autouse=True)
def in_this_process(one_quiet_thread):
    """The libraries are imported already: no hub can be mounted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "_start", lambda: None)
        yield


def arguments(small, out, *options):
    return ["train", str(small / "data"), str(out), f"--model={small / 'model'}", *SETTINGS, *options]


def ner(*words):
    return runner.invoke(app, ["ner", *map(str, words)])


def train(small, out, *options):
    """The command in this process, to its end."""
    done = ner(*arguments(small, out, *options))
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def scores(done):
    """The two lines of scores that a command prints last."""
    return [json.loads(line) for line in done.stdout.splitlines()[-2:]]


def refusal(*words):
    """The one line of a command that is refused."""
    done = ner(*words)
    lines = done.stderr.splitlines()
    assert done.exit_code == 2 and len(lines) == 1 and lines[0].startswith("✗ "), (done.output, done.exception)
    return lines[0]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def trained(small):
    """Folder of a training that nobody disturbed, and what the command printed."""
    return small / "trained", train(small, small / "trained")


# What a training leaves.


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_help_shows_an_example(command):
    done = ner(command, "--help")
    assert done.exit_code == 0 and f"Exemple : atelier ner {command} " in done.stdout


def test_results_have_all_their_parts(small, trained):
    folder, done = trained
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results.keys() == {"token", "entity", "schemes", "counts", "digests"}
    for part in ("token", "entity"):
        assert results[part]["by_type"].keys() == set(LABELS)
    assert results["schemes"].keys() == {"strict", "exact", "partial", "type"}
    assert results["counts"]["passages"] == 5 and results["counts"]["by_type"] == {"SITE": 5, "ALTI": 5}
    assert results["digests"] == {
        "model": sha256(folder / "model.safetensors"),
        "data": {side: sha256(small / "data" / f"{side}.jsonl") for side in ("train", "validation", "test")},
    }
    names = ("precision", "recall", "f1")
    assert scores(done) == [
        {part: {name: round(results[part][name], 3) for name in names}} for part in ("token", "entity")
    ]


def test_predictions_lead_to_the_results(trained):
    folder, _ = trained
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    pairs = [pair for row in rows for pair in zip(row["labels"], row["predicted"], strict=True)]
    right = sum(truth.partition("-")[2] == guess.partition("-")[2] for truth, guess in pairs)
    assert results["token"]["accuracy"] == pytest.approx(right / len(pairs)) and len(rows) == 5
    assert results["entity"]["f1"] > 0.5, "it has learned nothing"


def test_figures_and_card_are_readable(trained):
    folder, _ = trained
    for name in ("report.png", "confusion.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    card = ModelCard.load(folder / "README.md")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    stated = {found.metric_type: found.metric_value for found in card.data.eval_results}
    assert stated == {name: round(results["entity"][name], 4) for name in ("precision", "recall", "f1")}
    assert card.data.pipeline_tag == "token-classification" and results["digests"]["model"] in card.text
    assert not (folder / "checkpoints").exists()


def test_the_same_command_again_does_nothing_and_prints_the_same(small, trained):
    folder, done = trained
    before = contents(folder)
    assert train(small, folder).stdout == "\n".join(done.stdout.splitlines()[-2:]) + "\n"
    assert contents(folder) == before


def test_other_settings_or_data_in_the_same_folder_are_refused(small, trained, tmp_path):
    folder, _ = trained
    before = contents(folder)
    assert "learning_rate" in refusal(*arguments(small, folder, "--learning-rate=1e-4"))
    other = converted(tmp_path / "data", train=4, validation=2)
    assert "les données" in refusal("train", other, folder, f"--model={small / 'model'}", *SETTINGS)
    assert contents(folder) == before


def test_fresh_begins_again(small, trained, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(trained[0], out)
    with interrupting(1, signal.SIGINT):
        done = ner(*arguments(small, out, "--fresh", "--epochs=1"))
    assert done.exit_code == 130 and "sans --fresh, reprendra" in done.stderr
    assert not (out / "results.json").exists() and not (out / "model.safetensors").exists()
    train(small, out, "--epochs=1")
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["digests"]["model"] == sha256(out / "model.safetensors") != sha256(trained[0] / "model.safetensors")
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["settings"]["epochs"] == 1


@pytest.mark.parametrize("fresh", [(), ("--fresh",)], ids=["plain", "fresh"])
def test_a_folder_of_something_else_is_refused_untouched(small, tmp_path, fresh):
    for name in ("results.json", "checkpoints/notes.txt"):
        write(tmp_path / "out" / name, "mine")
    before = contents(tmp_path / "out")
    assert "n’est pas vide" in refusal(*arguments(small, tmp_path / "out", *fresh))
    assert contents(tmp_path / "out") == before


def test_a_training_that_never_began_can_be_corrected(small, tmp_path):
    assert "nowhere" in refusal(*arguments(small, tmp_path / "out"), f"--model={tmp_path / 'nowhere'}")
    assert not (tmp_path / "out").exists()
    train(small, tmp_path / "out", "--epochs=1")


def test_evaluation_finds_the_results_of_the_training_again(small, trained, tmp_path):
    folder, done = trained
    again = ner("evaluate", folder, small / "data" / "test.jsonl", tmp_path / "out")
    assert again.exit_code == 0, (again.output, again.exception)
    assert scores(again) == scores(done)
    results = [json.loads((place / "results.json").read_text(encoding="utf-8")) for place in (folder, tmp_path / "out")]
    assert results[1]["digests"]["data"] == {"test.jsonl": results[0]["digests"]["data"]["test"]}
    assert {name: results[0][name] for name in ("token", "entity", "schemes", "counts")} == {
        name: results[1][name] for name in ("token", "entity", "schemes", "counts")
    }
    assert (tmp_path / "out" / "predictions.jsonl").read_bytes() == (folder / "predictions.jsonl").read_bytes()


def test_predictions_are_tasks_that_label_studio_reads(trained, tmp_path):
    blank = {"id": 90, "data": {"text": " \n "}, "annotations": []}
    tasks = write(tmp_path / "tasks.json", [task(50), blank, {"id": 91, "data": {"other": 1}, "annotations": []}])
    found = {}
    for threshold in (0, 0.6, 1.01):
        out = tmp_path / f"{threshold}.json"
        done = ner("predict", trained[0], tasks, out, "--threshold", threshold)
        assert done.exit_code == 0, (done.output, done.exception)
        rows = json.loads(out.read_text(encoding="utf-8"))
        assert [row["data"]["text"] for row in rows] == [task(50)["data"]["text"], " \n "]
        assert [held.text for held in read_export(out, Report())] == [row["data"]["text"] for row in rows]
        found[threshold] = [result for row in rows for result in row["predictions"][0]["result"]]
        assert f"✓ {len(found[threshold])} entités dans 2 passages" in done.stdout
    for result in found[0]:
        value = result["value"]
        assert task(50)["data"]["text"][value["start"] : value["end"]] == value["text"]
        assert value["labels"][0] in LABELS and 0 < result["score"] <= 1
    assert found[0] and [row for row in found[0] if row["score"] >= 0.6] == found[0.6] and found[1.01] == []


def test_predictions_never_take_the_place_of_their_tasks(trained, tmp_path):
    tasks = write(tmp_path / "tasks.json", [task(50)])
    before = tasks.read_bytes()
    assert "serait remplacé" in refusal("predict", trained[0], tasks, tmp_path / "sub" / ".." / "tasks.json")
    assert tasks.read_bytes() == before


def test_scores_do_not_depend_on_the_side_of_padding(small):
    model = AutoModelForTokenClassification.from_pretrained(small / "model", num_labels=3)
    passages = [["lac"], ["Le", "lac", "de", "Morzan", "est", "loin"]]
    sides = [AutoTokenizer.from_pretrained(small / "model", padding_side=side) for side in ("left", "right")]
    left, right = (word_scores(model, tokenizer, passages) for tokenizer in sides)
    assert all(np.array_equal(one, two) for one, two in zip(left, right, strict=True))


def test_accumulated_batches_weigh_like_one(small, tmp_path):
    rows, labels = training.read_folder(small / "data")
    options = {"model": str(small / "model"), "epochs": 1.0, "window": 48, "stride": 8}
    losses = []
    for name in ("accumulation", "batch_size"):
        settings = load_settings(None, options | {"batch_size": 1} | {name: 4})
        arguments = training.training_arguments(settings, tmp_path)
        losses.append(training.build_trainer(settings, arguments, rows, labels).train().training_loss)
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_a_model_of_other_entities_can_be_the_start(small, trained, tmp_path):
    data = shutil.copytree(small / "data", tmp_path / "data")
    write(data / "labels.json", [*LABELS, "AGE"])
    done = ner("train", data, tmp_path / "out", f"--model={trained[0]}", *SETTINGS, "--epochs=1")
    assert done.exit_code == 0, (done.output, done.exception)


# What is refused.


def test_bad_input_is_refused_in_one_line(small, trained, tmp_path):
    model, data, out = trained[0], small / "data", tmp_path / "out"
    (tmp_path / "bad.toml").write_text("epochs = 'dix'\n")
    broken = shutil.copytree(data, tmp_path / "broken")
    (broken / "labels.json").write_text("[")
    number = write(shutil.copytree(data, tmp_path / "number") / "labels.json", 5).parent
    partial = shutil.copytree(data, tmp_path / "partial")
    (partial / "validation.jsonl").unlink()
    other = write(shutil.copytree(data, tmp_path / "other") / "labels.json", ["SITE"]).parent
    foreign = write(shutil.copytree(model, tmp_path / "foreign") / "run.json", {"from": "another tool"}).parent
    options = (f"--model={small / 'model'}", *SETTINGS)
    for words, said in (
        (("train", data, out, *options, f"--config={tmp_path / 'bad.toml'}"), "epochs"),
        (("train", data, out, *options, "--stride=46"), "stride"),
        (("train", data, out, *options, "--window=65"), "window"),
        (("train", data, out, *options, f"--model={tmp_path}"), str(tmp_path)),
        (("train", tmp_path / "absent", out, *options), "train.jsonl"),
        (("train", partial, out, *options), "validation.jsonl"),
        (("train", broken, out, *options), "labels.json"),
        (("train", number, out, *options), "labels.json n’est pas une liste"),
        (("train", other, out, *options), "train.jsonl, passage 0 : B-ALTI"),
        (("train", data, foreign, *options), "run.json"),
        (("evaluate", tmp_path / "absent", data / "test.jsonl", out), "absent"),
        (("evaluate", foreign, data / "test.jsonl", out), "run.json"),
        (("evaluate", model, tmp_path / "absent.jsonl", out), "absent.jsonl"),
        (("evaluate", model, data / "labels.json", out), "ligne 1"),
        (("evaluate", model, data / "test.jsonl", model), "tient un entraînement"),
        (("predict", model, tmp_path / "absent.json", out), "absent.json"),
        (("predict", model, write(tmp_path / "tasks.json", [task(1)]), out, "--text-key=texte"), "data.texte"),
    ):
        assert said in refusal(*words), words
        assert not [path for path in out.glob("*") if path.name not in ("run.json", "checkpoints")], words


def test_evaluation_of_labels_that_the_model_does_not_have_is_refused(small, trained, tmp_path):
    text = (small / "data" / "test.jsonl").read_text(encoding="utf-8").replace("-ALTI", "-AGE")
    (tmp_path / "test.jsonl").write_text(text, encoding="utf-8")
    assert "B-AGE" in refusal("evaluate", trained[0], tmp_path / "test.jsonl", tmp_path / "out")


# Interruptions.


@pytest.mark.parametrize(
    ("step", "number"),
    [
        (1, signal.SIGINT),
        (STEPS_PER_EPOCH + 4, signal.SIGTERM),
        (2 * STEPS_PER_EPOCH, signal.SIGINT),
        (int(EPOCHS * STEPS_PER_EPOCH), signal.SIGINT),
    ],
    ids=["first update", "middle of an epoch", "end of an epoch", "last update"],
)
def test_an_interrupted_training_resumes_to_the_same_bits(small, trained, tmp_path, step, number):
    before = [signal.getsignal(asked) for asked in (signal.SIGINT, signal.SIGTERM)]
    with interrupting(step, number):
        done = ner(*arguments(small, tmp_path))
    assert done.exit_code == 130 and "la même commande reprendra" in done.stderr, (done.output, done.exception)
    assert (tmp_path / "checkpoints" / f"checkpoint-{step}" / "trainer_state.json").is_file()
    assert not (tmp_path / "results.json").exists() and not (tmp_path / "model.safetensors").exists()
    assert [signal.getsignal(asked) for asked in (signal.SIGINT, signal.SIGTERM)] == before
    assert scores(train(small, tmp_path)) == scores(trained[1])
    assert sha256(tmp_path / "model.safetensors") == sha256(trained[0] / "model.safetensors")
    assert (tmp_path / "results.json").read_bytes() == (trained[0] / "results.json").read_bytes()


LONG = ("--epochs=20", "--patience=99", "--save-every=6")


@pytest.fixture(scope="module")
def long(small):
    """Folder of a training long enough to be interrupted from outside."""
    train(small, small / "long", *LONG)
    return small / "long"


def start(*command):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, command)], env=ONE_THREAD,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for_checkpoint(process, out):
    deadline = time.monotonic() + 120
    while not list(out.glob("checkpoints/*/trainer_state.json")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def saved(out):
    """Numbers of the checkpoints that are complete."""
    return [int(path.parent.name.partition("-")[2]) for path in out.glob("checkpoints/*/trainer_state.json")]


def test_ctrl_c_from_outside_leaves_a_checkpoint_and_is_resumed(small, long, tmp_path):
    out = tmp_path / "out"
    process = start("helpers.ner", *arguments(small, out, *LONG))
    wait_for_checkpoint(process, out)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in errors, errors[-2000:]
    assert "la même commande reprendra" in errors.splitlines()[-1]
    assert saved(out) and not (out / "results.json").exists(), "it had ended already"
    train(small, out, *LONG)
    assert sha256(out / "model.safetensors") == sha256(long / "model.safetensors")


def test_a_killed_training_is_resumed_from_its_last_whole_checkpoint(small, long, tmp_path):
    out = tmp_path / "out"
    process = start("helpers.ner", *arguments(small, out, *LONG))
    wait_for_checkpoint(process, out)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (out / "results.json").exists(), "it had ended already"
    half_written = out / "checkpoints" / f"checkpoint-{max(saved(out)) + 3}"
    half_written.mkdir(exist_ok=True)
    (half_written / "model.safetensors").write_bytes(b"half")
    train(small, out, *LONG)
    assert sha256(out / "model.safetensors") == sha256(long / "model.safetensors")


def test_two_processes_interrupted_under_torchrun_end_under_accelerate(small, tmp_path):
    out = tmp_path / "out"
    command = ["-m", "helpers.ner", *arguments(small, out, *LONG, "--batch-size=1", "--epochs=12")]
    process = start("torch.distributed.run", "--standalone", "--nproc-per-node=2", *command)
    wait_for_checkpoint(process, out)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0 and errors.count("la même commande reprendra") == 2, errors[-2000:]
    (step, *_) = sorted(saved(out), reverse=True)
    assert (out / "checkpoints" / f"checkpoint-{step}" / "rng_state_1.pth").is_file()
    assert not (out / "results.json").exists(), "it had ended already"
    launch = ["--multi_gpu", "--num_processes=2", "--num_machines=1", "--main_process_port=0"]
    options = ["--mixed_precision=no", "--dynamo_backend=no"]
    process = start("accelerate.commands.launch", *launch, *options, *command)
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors[-2000:]
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert printed.count('{"entity"') == 1 and results["digests"]["model"] == sha256(out / "model.safetensors")
