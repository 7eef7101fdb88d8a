"""Paired timing: the recipes run in turns in processes of their own, and only ratios are told."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

SEED = 42


def alternate(script: Path, names: tuple[str, str], rounds: int = 3) -> dict[str, list[dict]]:
    """Run `python script NAME SEED` in turns, once per seed; every run prints one JSON line of measures."""
    runs: dict[str, list[dict]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            done = subprocess.run(
                [sys.executable, str(script), name, str(SEED + turn)],
                check=True,
                capture_output=True,
                text=True,
                env=os.environ,
            )
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    return runs


def report(title: str, runs: dict[str, list[dict]], cost: str) -> None:
    """Print the median of the paired ratios of cost (first over second), and the medians of all measures."""
    (copied, slow), (ours, fast) = runs.items()
    ratios = [a[cost] / b[cost] for a, b in zip(slow, fast, strict=True)]
    print(f"{title}: {copied} / {ours} = {statistics.median(ratios):.2f} in {cost}")
    for name, measures in runs.items():
        medians = (f"{key} {statistics.median(row[key] for row in measures):.3f}" for key in measures[0])
        print(f"  {name:<8}", "   ".join(medians))
