"""Run the whole suite many times over and name what does not always give the same result.

python tests/tools/soak.py [--rounds 10] [--seed 1] [-- tests/test_login.py notebooks/00_demarrer.ipynb -k name]

Odd rounds have one thread and even rounds two. Every round takes the files in another order, drawn from the seed;
inside a file, hence inside a notebook, the order stays. Reports and logs go to build/soak/.
"""

import argparse
import os
import random
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "soak"
WORKERS = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]  # as `make test`, but in the order given
GOOD = ("passed", "skipped")


@dataclass(frozen=True)
class Round:
    """What one run of the suite gave: test → outcome, with pytest's exit status and the seconds that it took."""

    threads: int
    status: int
    seconds: float
    outcomes: dict[str, str]


def files() -> list[str]:
    """The files of the suite, relative to the repository."""
    found = [*ROOT.glob("tests/test_*.py"), *ROOT.glob("notebooks/*.ipynb")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def shuffled(targets: list[str], seed: int, rank: int) -> list[str]:
    """The targets in the order of round `rank`."""
    return random.Random(f"{seed}/{rank}").sample(targets, len(targets))


def read_outcomes(report: Path) -> dict[str, str]:
    """Test → `passed`, `skipped`, `failed` or `error`, from a JUnit report; nothing when pytest wrote none."""
    if not report.is_file():
        return {}
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        kinds = {"failure": "failed", "error": "error", "skipped": "skipped"}
        found = [kinds[child.tag] for child in case if child.tag in kinds] or ["passed"]
        outcomes[name] = found[0] if outcomes.get(name, "passed") in GOOD else outcomes[name]
    return outcomes


def play(rank: int, targets: list[str], options: list[str], folder: Path) -> Round:
    """One run of the suite, its report and its log written as `round-NN` in a folder."""
    threads, report = 2 - rank % 2, folder / f"round-{rank:02d}.xml"
    # Two tests at a time, each with two threads, on two cores: a thread that waits must not keep a core busy.
    alike = {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "pytest", *WORKERS, f"--junitxml={report}", *options, *targets]
    started = time.perf_counter()
    with report.with_suffix(".log").open("w") as log:
        done = subprocess.run(command, cwd=ROOT, env=os.environ | alike, stdout=log, stderr=log, check=False)
    return Round(threads, done.returncode, time.perf_counter() - started, read_outcomes(report))


def verdicts(rounds: list[Round]) -> list[str]:
    """One line for every test that did not pass, or was not skipped, in all the rounds; and for failed rounds."""
    lines = []
    for name in sorted({name for each in rounds for name in each.outcomes}):
        seen = [(each.threads, each.outcomes.get(name, "not run")) for each in rounds]
        counts = Counter(outcome for _, outcome in seen)
        if len(counts) > 1 or not set(counts) <= set(GOOD):
            kind = "flaky" if len(counts) > 1 else "always"
            parts = [f"{count} {outcome}" for outcome, count in counts.most_common()]
            bad = Counter(threads for threads, outcome in seen if outcome not in GOOD)
            by_threads = f"bad with 1 thread {bad[1]}, with 2 threads {bad[2]}"
            lines.append(f"{kind}: {name}: {', '.join(parts)} of {len(rounds)} ({by_threads})")
    for rank, each in enumerate(rounds, start=1):
        if each.status and set(each.outcomes.values()) <= set(GOOD):
            lines.append(f"round {rank}: pytest ended with {each.status} though no test failed; see its log")
    return lines


def main(arguments: list[str]) -> int:
    """Play the rounds, print a line for each and then the verdicts; 1 when there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where reports and logs go")
    parser.add_argument("pytest", nargs="*", help="files and options for pytest, after --")
    settings = parser.parse_args(arguments)
    targets = [argument for argument in settings.pytest if (ROOT / argument.split("::")[0]).exists()] or files()
    options = [argument for argument in settings.pytest if argument not in targets]
    settings.folder.mkdir(parents=True, exist_ok=True)
    for old in settings.folder.glob("round-*"):
        old.unlink()
    print(f"seed {settings.seed}, {len(targets)} files, reports in {settings.folder}", flush=True)
    rounds = []
    for rank in range(1, settings.rounds + 1):
        rounds.append(each := play(rank, shuffled(targets, settings.seed, rank), options, settings.folder))
        counts = ", ".join(f"{count} {outcome}" for outcome, count in Counter(each.outcomes.values()).most_common())
        print(f"round {rank}: {each.threads} threads, {each.seconds:.0f} s, {counts}, status {each.status}", flush=True)
    lines = verdicts(rounds)
    print(*lines, f"{len(lines)} flaky or failing", sep="\n")
    return min(len(lines), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
