"""The students' copies: no solution and no output is left, every exercise and its check is, and a copy runs."""

import zipfile

import nbformat
import pytest
from handout import ARCHIVE, NOTICE, copy_for_students, defined, needed_later, write_all
from nbclient import NotebookClient

from lessons import KERNEL, badge, from_markdown, lessons, tags

LESSONS = lessons()
ADDED = "-suite"  # end of the id of a cell that only copies have
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handout")
    (folder / "07_an_old_name.ipynb").touch()
    write_all(folder)
    return folder


def copy_of(lesson, folder):
    return nbformat.read(folder / f"{lesson.stem}.ipynb", as_version=4)


def lines(cells):
    return {line.strip() for cell in cells for line in cell.source.splitlines() if line.strip()}


def lines_of_solutions(lesson):
    """Lines that only solutions have: not those of the stub, of a check or of the lesson's other cells."""
    cells = from_markdown(lesson).cells
    return lines(cell for cell in cells if "solution" in tags(cell)) - lines(
        cell for cell in cells if "solution" not in tags(cell)
    )


@each_lesson
def test_no_solution_is_left(lesson, folder):
    assert len(lines_of_solutions(lesson)) >= 4
    assert lines_of_solutions(lesson) & lines(copy_of(lesson, folder).cells) == set()
    text = (folder / f"{lesson.stem}.ipynb").read_text(encoding="utf-8")
    assert badge(lesson) not in text and NOTICE in text  # the badge would open the lesson with its solutions


@each_lesson
def test_exercises_checks_and_everything_else_stay(lesson, folder):
    copied = [cell for cell in copy_of(lesson, folder).cells if not cell.id.endswith(ADDED)]
    kinds = [tags(cell)[0] for cell in copied if {"exercice", "verification", "solution"} & set(tags(cell))]
    original = from_markdown(lesson)
    stubs = [cell for cell in original.cells if "exercice" in tags(cell)]
    assert kinds == ["exercice", "verification"] * len(stubs)
    by_id = {cell.id: cell for cell in copied}
    assert all(by_id[stub.id] == stub and "à vous" in stub.source and defined(stub) for stub in stubs)
    gone = [cell for cell in original.cells if cell.id not in by_id]
    assert len(gone) == 2 * len(stubs) and {tags(cell)[0] for cell in gone} == {"solution", "verification"}
    assert all(by_id[cell.id].source == cell.source for cell in original.cells[1:] if cell.id in by_id)


@each_lesson
def test_a_copy_is_a_clean_notebook(lesson, folder):
    notebook = copy_of(lesson, folder)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec == KERNEL
    for cell in notebook.cells:
        assert cell.cell_type == "markdown" or (cell.outputs == [] and cell.execution_count is None)


def test_a_solution_left_behind_is_seen(tmp_path):
    write_all(tmp_path)
    notebook = copy_of(LESSONS[0], tmp_path)
    notebook.cells += [cell for cell in from_markdown(LESSONS[0]).cells if "solution" in tags(cell)][:1]
    nbformat.write(notebook, tmp_path / f"{LESSONS[0].stem}.ipynb")
    with pytest.raises(AssertionError):
        test_no_solution_is_left(LESSONS[0], tmp_path)


def test_copies_replace_older_ones_and_their_archive_holds_them(folder, tmp_path):
    written = sorted(folder.glob("*.ipynb"))
    assert [path.stem for path in written] == [lesson.stem for lesson in LESSONS]
    with zipfile.ZipFile(folder / ARCHIVE) as file:
        assert {name: file.read(name) for name in file.namelist()} == {path.name: path.read_bytes() for path in written}
    write_all(tmp_path)
    assert (tmp_path / ARCHIVE).read_bytes() == (folder / ARCHIVE).read_bytes()


def cell(source, *kinds):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(kinds)})


@pytest.mark.parametrize(
    ("later", "needed"),
    [
        ([cell("measure(3)")], True),
        ([cell("def measure(x):\n    return x"), cell("measure(3)")], False),
        ([cell("helpers.verify('x', lambda: measure(3))", "verification"), cell("other(3)")], False),
        ([cell("%matplotlib inline\n[measure(x) for x in y]")], True),
    ],
)
def test_an_exercise_that_the_lesson_needs_is_known(later, needed):
    assert needed_later(cell("def measure(x):\n    ...  # à vous", "exercice"), later) is needed


def test_copies_say_which_exercises_the_rest_needs():
    said = {
        lesson.stem[:2]: sum(cell.id.endswith(ADDED) for cell in copy_for_students(lesson).cells) for lesson in LESSONS
    }
    assert said["00"] == 0 and said["06"] >= 1


def test_a_copy_runs_to_its_end_with_its_stubs_empty(folder):
    notebook = copy_of(LESSONS[0], folder)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    verdicts = [cell.outputs[0].text for cell in notebook.cells if "verification" in tags(cell)]
    assert len(verdicts) == 2 and all(verdict.endswith(" : à compléter\n") for verdict in verdicts)
