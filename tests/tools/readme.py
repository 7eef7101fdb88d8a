"""The READMEs' table of lessons: written from the lessons and from what each was measured to cost.

python tests/tools/readme.py write                                     # the tables of README.md and README.fr.md
python tests/tools/readme.py measure notebooks/04_tokenisation.ipynb   # lessons/measures.json, then the tables
"""

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from lessons import ROOT, badge, from_markdown, lessons, notebook_path, tags

MEASURES = ROOT / "lessons" / "measures.json"
START, END = "<!-- lessons -->", "<!-- /lessons -->"


@dataclass(frozen=True)
class Language:
    """What differs between the two tables."""

    heading: str
    dash: str  # between a lesson's title and what it is about
    unit: str
    comma: str
    note: str


LANGUAGES = {
    "README.md": Language(
        heading="| | lesson | time | memory | exercises | |",
        dash=" — ",
        unit="GB",
        comma=".",
        note="Time and memory: all the cells on one core of a processor without GPU, the start of the kernel\n"
        "included, and the kernel's peak; `make measure` takes them anew.",
    ),
    "README.fr.md": Language(
        heading="| | leçon | calcul | mémoire | exercices | |",
        dash="\u00a0: ",
        unit="Go",
        comma=",",
        note="Calcul et mémoire\u00a0: toutes les cellules sur un cœur d’un processeur sans GPU, démarrage du noyau\n"
        "compris, et le maximum qu’occupe le noyau\u00a0; `make measure` les mesure à nouveau.",
    ),
}


def title(lesson: Path) -> str:
    """The lesson's heading without its number."""
    return re.search(r"^# \d\d · (.+)$", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)[1]


def exercises(lesson: Path) -> int:
    """How many exercises a lesson has."""
    return sum("exercice" in tags(cell) for cell in from_markdown(lesson).cells)


def measures() -> dict[str, dict[str, float]]:
    """Lesson → `seconds` and `gigabytes`, as they were measured."""
    return json.loads(MEASURES.read_text(encoding="utf-8"))


def subject(lesson: Path, text: str) -> str:
    """What a README's table says that a lesson is about, after its title; empty where it has no row yet."""
    found = re.search(rf"\(lessons/{lesson.stem}\.md\)([^|]*) \|", text)
    return found[1].lstrip(" \u00a0—:") if found else ""


def row(lesson: Path, text: str, language: Language) -> str:
    """A lesson's row; the sentence on its subject is taken from the row that it has."""
    about, cost = subject(lesson, text), measures()[lesson.stem]
    link = f"[{title(lesson)}](lessons/{lesson.name}){language.dash + about if about else ''}"
    memory = f"{cost['gigabytes']:.1f}".replace(".", language.comma)
    cells = [lesson.stem[:2], link, f"{cost['seconds']:.0f} s", f"{memory} {language.unit}", exercises(lesson)]
    return f"| {' | '.join(map(str, cells))} | {badge(lesson)} |"


def table(text: str, language: Language) -> str:
    """The generated part of a README, its marks included."""
    rows = [row(lesson, text, language) for lesson in lessons()]
    separator = re.sub(r"[^|]+", " --- ", language.heading)
    return "\n".join([START, language.heading, separator, *rows, "", language.note, END])


def updated(name: str) -> str:
    """A README as it must be, its table written anew between its marks."""
    text = (ROOT / name).read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{table(text, LANGUAGES[name])}{after}"


def write() -> None:
    """Write the tables of both READMEs."""
    for name in LANGUAGES:
        (ROOT / name).write_text(updated(name), encoding="utf-8")


def measure(notebooks: list[str]) -> None:
    """Run notebooks one after the other, as the tests do, and keep what each costs; SystemExit when one fails."""
    os.environ |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    sys.path.insert(0, str(ROOT / "tests"))
    import conftest
    import pytest

    class Costs:
        def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
            self.found = conftest.lesson_costs(conftest.reports_of(terminalreporter))

    costs = Costs()
    above = Path(notebooks[0]).resolve().parents[1]  # conftest knows lessons by their folder, `notebooks`
    options = ["-q", f"--config-file={ROOT / 'pyproject.toml'}", f"--rootdir={above}", "-p", "no:cacheprovider"]
    status = pytest.main([*options, *notebooks], plugins=[conftest, costs])
    if status:
        sys.exit("a notebook fails: nothing is written")
    known = measures() if MEASURES.is_file() else {}
    known |= {name: {"seconds": round(s, 1), "gigabytes": round(g, 2)} for name, (s, g) in costs.found.items()}
    MEASURES.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("measure", "write"):
        sys.exit(__doc__)
    if sys.argv[1] == "measure":
        measure(sys.argv[2:] or [str(notebook_path(lesson)) for lesson in lessons()])
    write()
