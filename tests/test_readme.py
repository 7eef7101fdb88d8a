"""The READMEs' tables tell the truth: what lessons are called, hold and cost, and what lessons say of themselves."""

import json
import re
import subprocess
import sys

import nbformat
import pytest
from readme import END, LANGUAGES, MEASURES, START, exercises, measures, subject, table, title, updated

from lessons import ROOT, badge, from_markdown, lessons

LESSONS = lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
each_readme = pytest.mark.parametrize("name", LANGUAGES)
# A lesson announces round figures for an ordinary laptop: as much as was measured, or up to about twice as much.
SECONDS_MORE, SECONDS_LESS = (2.0, 5), (0.8, 2)  # factor and seconds
GIGABYTES_MORE, GIGABYTES_LESS = 0.35, 0.15


def rows(text):
    return [line for line in text.partition(START)[2].partition(END)[0].splitlines() if re.match(r"\| \d\d ", line)]


def announced(text):
    """Seconds of calculation and gigabytes that a lesson's « Durée » announces."""
    found = re.search(r"^\*\*Durée\.\*\*.*?(\d+)\s+secondes de calcul.*?([\d,]+)\s+Go de mémoire", text, re.MULTILINE)
    return int(found[1]), float(found[2].replace(",", "."))


def agrees(text, seconds, gigabytes):
    """Whether what a lesson announces is what it was measured to cost."""
    said, memory = announced(text)
    time_fits = SECONDS_LESS[0] * seconds - SECONDS_LESS[1] <= said <= SECONDS_MORE[0] * seconds + SECONDS_MORE[1]
    return time_fits and -GIGABYTES_LESS <= memory - gigabytes <= GIGABYTES_MORE


@each_readme
def test_table_is_the_generated_one(name):
    assert updated(name) == (ROOT / name).read_text(encoding="utf-8"), "run `make readme`"


@each_readme
def test_rows_hold_title_badge_figures_and_exercises(name):
    found = rows((ROOT / name).read_text(encoding="utf-8"))
    for line, lesson in zip(found, LESSONS, strict=True):
        heading = from_markdown(lesson).cells[0].source.splitlines()[0]
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert heading == f"# {cells[0]} · {title(lesson)}" and cells[1].startswith(f"[{title(lesson)}](lessons/")
        cost = measures()[lesson.stem]
        assert cells[2] == f"{cost['seconds']:.0f} s"
        assert float(cells[3][:3].replace(",", ".")) == round(cost["gigabytes"], 1)
        stubs = lesson.read_text(encoding="utf-8").count('tags=["exercice"]')
        assert int(cells[4]) == stubs == exercises(lesson) >= 2 and cells[5] == badge(lesson)
        assert len(subject(lesson, line)) > 10, "a new lesson: say after its title what it is about"


@each_readme
@pytest.mark.parametrize("change", ["figure", "title", "exercises", "row"])
def test_a_changed_table_is_seen(name, change):
    text = (ROOT / name).read_text(encoding="utf-8")
    first = rows(text)[0]
    other = {
        "figure": re.sub(r"(\d+) s \|", lambda found: f"{int(found[1]) + 1} s |", first),
        "title": first.replace(title(LESSONS[0]), "Commencer"),
        "exercises": first.replace(" | 2 | ", " | 9 | "),
        "row": "",
    }[change]
    spoilt = text.replace(first, other)
    assert spoilt != text and table(spoilt, LANGUAGES[name]) not in spoilt


def test_every_lesson_was_measured():
    assert list(measures()) == [lesson.stem for lesson in LESSONS]
    assert all(1 < cost["seconds"] <= 45 and 0.2 < cost["gigabytes"] <= 2 for cost in measures().values())


@each_lesson
def test_what_a_lesson_announces_agrees_with_its_measures(lesson):
    cost, text = measures()[lesson.stem], lesson.read_text(encoding="utf-8")
    assert agrees(text, **cost), f"announced {announced(text)}, measured {cost}"


@pytest.mark.parametrize(
    ("seconds", "gigabytes", "fits"), [(12, 0.5, True), (30, 0.5, False), (3, 0.5, False), (12, 1.0, False)]
)
def test_a_lesson_that_announces_too_little_or_too_much_is_seen(seconds, gigabytes, fits):
    line = "**Durée.** 15 minutes de lecture\u00a0; 15 secondes de calcul sur un portable, 0,6 Go de mémoire."
    assert announced(line) == (15, 0.6) and agrees(line, seconds, gigabytes) is fits


def test_measures_are_those_of_the_tests(tmp_path):
    """`measure` runs a notebook and keeps its seconds and its kernel's peak."""
    (tmp_path / "notebooks").mkdir()
    notebook, target = tmp_path / "notebooks" / "99_essai.ipynb", tmp_path / MEASURES.name
    source = "import time; time.sleep(2); big = bytearray(300_000_000)"
    cells = [nbformat.v4.new_code_cell(source, execution_count=1)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    code = (
        "import pathlib, sys; sys.path.insert(0, sys.argv[1]); import readme\n"
        "readme.MEASURES = pathlib.Path(sys.argv[3]); readme.measure([sys.argv[2]])"
    )
    command = [sys.executable, "-c", code, str(ROOT / "tests" / "tools"), str(notebook), str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    cost = json.loads(target.read_text())["99_essai"]
    assert cost["seconds"] > 2 and 0.3 < cost["gigabytes"] < 0.6
