"""The small helpers: import cost, device, exercises, metrics, session."""

import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.metrics import f1_score
from transformers import EvalPrediction

import helpers
from helpers import session
from helpers.device import Device
from helpers.exercises import verify
from helpers.metrics import F1, Accuracy, compute_metrics


def seconds(code):
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


def test_import_costs_little(record_property):
    rounds = [(seconds("import helpers"), seconds("pass")) for _ in range(10)]
    beyond = min(with_helpers for with_helpers, _ in rounds) - min(bare for _, bare in rounds)
    record_property("measure", f"import helpers: {beyond * 1000:.0f} ms beyond Python's start")
    assert beyond < 0.05


def test_import_loads_no_heavy_library():
    code = "import helpers, sys; print({'torch', 'transformers', 'datasets', 'numpy', 'matplotlib'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_public_names():
    assert all(callable(getattr(helpers, name)) for name in ("start", "login", "device", "verify"))


def test_start_says_what_it_does_and_seeds(environment):
    code = "import helpers; a = helpers.start(); import torch; print(a.data.is_dir(), a.seed, torch.rand(1).item())"
    lines = [subprocess.check_output([sys.executable, "-c", code], text=True, env=environment) for _ in range(2)]
    assert lines[0] == lines[1]
    assert re.match(r"Hub embarqué : des miniatures sous de vrais noms · cpu · transformers \d", lines[0])


@pytest.mark.parametrize(
    ("setting", "variables", "mode"),
    [
        ("", {}, "embedded"),
        ("", {"COLAB_RELEASE_TAG": "x"}, "online"),
        ("", {"KAGGLE_KERNEL_RUN_TYPE": "x"}, "online"),
        ("embedded", {"COLAB_RELEASE_TAG": "x"}, "embedded"),
        ("online", {}, "online"),
        (os.sep, {}, "mirror"),
    ],
)
def test_choice_of_the_hub(setting, variables, mode, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert session.choose_hub(setting)[0] == mode


def test_device_knows_its_memory():
    here = helpers.device()
    assert here.type in ("cpu", "cuda", "mps") and 0 < here.free_memory <= here.total_memory


def test_examples_that_fit():
    here = Device("cpu", "x", None, 1000, 500)
    assert here.examples_that_fit(100) == 4
    with pytest.raises(ValueError, match="positive"):
        here.examples_that_fit(0)


def stub(x): ...


def documented_stub(x):
    """To be written."""
    ...


def with_a_typo(x):
    return npp.mean(x)  # noqa: F821


def leaves():
    raise SystemExit(1)


@pytest.mark.parametrize("check", [lambda: all(stub(i) == 1 for i in range(2)), lambda: documented_stub(1) == 1])
def test_verify_reports_a_stub(check, capsys):
    verify("titre", check, hint="indice")
    assert capsys.readouterr().out == "✗ titre : à compléter\n"


@pytest.mark.parametrize(
    ("check", "printed"),
    [
        (lambda: True, "✓ titre\n"),
        (lambda: False, "✗ titre : indice\n"),
        (lambda: not_there, "✗ titre : à compléter\n"),  # noqa: F821
        (lambda: 1 / 0, "✗ titre : ZeroDivisionError : division by zero\n"),
        (lambda: np.array([1, 2]) == 1, "✗ titre : ValueError : "),
        (lambda: with_a_typo(1), "✗ titre : NameError : name 'npp'"),
        (lambda: leaves(), "✗ titre : SystemExit : 1\n"),
        (lambda: "mot".stub, "✗ titre : AttributeError : "),
        ("pas une fonction", "✗ titre : TypeError : "),
    ],
)
def test_verify_never_raises(check, printed, capsys):
    verify("titre", check, hint="indice")
    assert capsys.readouterr().out.startswith(printed)


def test_metrics_count_by_hand():
    assert Accuracy().compute(predictions=[1, 0, 1], references=[1, 1, 1]) == {"accuracy": 2 / 3}
    # Two right of two predicted positive, two of three positives found: precision 1, recall 2/3, F1 0.8.
    assert F1().compute(predictions=[1, 0, 1], references=[1, 1, 1])["f1"] == pytest.approx(0.8)
    assert F1().compute(predictions=[0, 0], references=[1, 1]) == {"f1": 0.0}


def test_compute_metrics_refuses_logits_of_one_column():
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        compute_metrics(Accuracy())(EvalPrediction(predictions=np.zeros((2, 1)), label_ids=np.zeros(2)))


def test_compute_metrics_reads_logits():
    logits = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 5.0], [0.0, 3.0, 1.0], [9.0, 1.0, 0.0]])
    labels = np.array([0, 2, 1, 1])
    result = compute_metrics(Accuracy(), F1("macro"))(EvalPrediction(predictions=logits, label_ids=labels))
    assert result == {"accuracy": 0.75, "f1": pytest.approx(f1_score(labels, logits.argmax(-1), average="macro"))}
