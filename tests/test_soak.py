"""`make soak`: what does not always pass is named, with its counts and its threads, and the order of files is drawn."""

import subprocess
import sys

import pytest
from soak import Round, files, main, read_outcomes, shuffled, verdicts

from lessons import ROOT

FLAKY = """
import pathlib

import pytest

def test_steady():
    pass

def test_every_other_time():
    marker = pathlib.Path(__file__).with_suffix(".seen")
    seen = marker.exists()
    marker.unlink() if seen else marker.touch()
    assert not seen

@pytest.mark.parametrize("value", ["a", "b"])
def test_never(value):
    assert value == "b"
"""


def test_the_suite_is_all_the_files():
    assert {"tests/test_soak.py", "notebooks/00_demarrer.ipynb"} <= set(files())
    assert len(files()) == len(list(ROOT.glob("tests/test_*.py"))) + len(list(ROOT.glob("notebooks/*.ipynb")))


def test_order_is_another_in_each_round_and_the_same_again_with_the_seed():
    orders = [shuffled(files(), seed, rank) for seed in (1, 2) for rank in (1, 2, 3)]
    assert len({tuple(order) for order in orders}) == 6
    assert all(sorted(order) == files() for order in orders) and shuffled(files(), 1, 1) == orders[0]


def test_outcomes_that_differ_or_fail_are_named():
    rounds = [
        Round(1, 0, 1.0, {"a": "passed", "b": "passed", "c": "skipped", "d": "failed", "e": "skipped"}),
        Round(2, 1, 1.0, {"a": "passed", "b": "error", "c": "skipped", "d": "failed", "e": "passed"}),
        Round(1, 1, 1.0, {"a": "passed", "c": "skipped", "d": "failed", "e": "passed"}),
    ]
    lines = verdicts(rounds)
    assert [line.split(": ")[:2] for line in lines] == [["flaky", "b"], ["always", "d"], ["flaky", "e"]]
    assert "1 error" in lines[0] and "1 not run" in lines[0] and "with 2 threads 1" in lines[0]


@pytest.mark.parametrize("outcomes", [{}, {"a": "passed"}])
def test_a_round_that_fails_without_a_failing_test_counts(outcomes):
    assert verdicts([Round(1, 0, 1.0, outcomes)]) == []
    assert verdicts([Round(1, 3, 1.0, outcomes)]) == ["round 1: pytest ended with 3 though no test failed; see its log"]


def test_a_flaky_test_is_found(tmp_path, capsys):
    (tmp_path / "test_flaky.py").write_text(FLAKY, encoding="utf-8")
    options = ["--rounds", "2", "--seed", "5", "--folder", str(tmp_path / "soak"), "--", "-p", "no:cacheprovider"]
    assert main([*options, str(tmp_path / "test_flaky.py")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("seed 5, 1 files") and "round 2: 2 threads" in lines[2]
    assert [line.split(": ")[0] for line in lines[3:]] == ["flaky", "always", "2 flaky or failing"]
    assert "test_every_other_time" in lines[3] and "test_never[a]" in lines[4]
    assert len(read_outcomes(tmp_path / "soak" / "round-01.xml")) == 4


def test_steady_tests_end_well(tmp_path):
    (tmp_path / "test_steady.py").write_text("def test_steady():\n    pass\n", encoding="utf-8")
    command = [sys.executable, "tests/tools/soak.py", "--rounds", "1", "--folder", str(tmp_path / "soak"), "--"]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.endswith("0 flaky or failing\n"), done.stdout + done.stderr
