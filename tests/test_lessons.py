"""What every lesson must be: paired, badged, executed, free of secrets and warnings, and really compared."""

import copy
import json
import re
import subprocess
import sys
from itertools import pairwise

import jupytext
import nbformat
import pytest
from jupytext.config import load_jupytext_config
from nbval.plugin import IPyNbFile

from helpers.needed import NEEDED_DATASETS, NEEDED_MODELS
from lessons import ROOT, START, badge, from_markdown, lessons, notebook_path, project_files, repository, tags

LESSONS = lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
VERSIONS = re.compile(r"(?:transformers|datasets|torch) \d+\.\d+\.\d+")  # as in nbval.cfg
TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bAKIA[A-Z0-9]{16}\b")


def notebook_of(lesson):
    return nbformat.read(notebook_path(lesson), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_has_a_lesson():
    found = sorted(path.stem for path in notebook_path(LESSONS[0]).parent.glob("*.ipynb"))
    assert found == [lesson.stem for lesson in LESSONS]


@each_lesson
def test_notebook_is_paired_by_content(lesson):
    def content(notebook):
        return [(cell.id, cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]

    assert content(notebook_of(lesson)) == content(from_markdown(lesson)), "run `make sync`, or `make run`"


@each_lesson
def test_markdown_survives_a_round_trip(lesson):
    config = load_jupytext_config(str(lesson))
    text = lesson.read_text(encoding="utf-8")
    assert jupytext.writes(jupytext.reads(text, fmt="md", config=config), fmt="md", config=config) == text


@each_lesson
def test_badge_address_is_the_path(lesson):
    assert badge(lesson) in lesson.read_text(encoding="utf-8")


@each_lesson
def test_first_cells_install_and_start(lesson):
    first, second = code_cells(from_markdown(lesson))[:2]
    assert tags(first) == ["installation"] and f"git+{repository()}" in first.source
    assert second.source == START


@each_lesson
def test_every_code_cell_was_executed_without_error_or_warning(lesson):
    for rank, cell in enumerate(code_cells(notebook_of(lesson)), start=1):
        assert cell.execution_count == rank, cell.id
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            announced = "avertissement" in tags(cell)  # a warning that the lesson is about
            assert output.get("name") != "stderr" or announced, f"{cell.id}: {output.get('text')}"


@each_lesson
def test_few_cells_escape_comparison(lesson):
    cells = code_cells(from_markdown(lesson))
    exempt = [cell for cell in cells if "nbval-ignore-output" in tags(cell)]
    assert len(exempt) <= 0.1 * len(cells)
    assert not any("nbval-skip" in tags(cell) for cell in cells)


@each_lesson
def test_lesson_has_its_fixed_parts(lesson):
    text = lesson.read_text(encoding="utf-8")
    assert not re.search(r"@[A-Z]+@", text), "a placeholder is left"
    for part in ("**Objectifs.**", "**Prérequis.**", "**Durée.**", "## À retenir", "## Pour aller plus loin"):
        assert part in text
    assert text.split("## Pour aller plus loin")[1].count("](http") == 3
    assert text.split("## À retenir")[1].split("##")[0].count("\n- ") == 3


@each_lesson
def test_exercises_have_stub_check_solution_check(lesson):
    kinds = [tags(cell)[0] for cell in code_cells(from_markdown(lesson)) if tags(cell)]
    kinds = [kind for kind in kinds if kind in ("exercice", "verification", "solution")]
    assert len(kinds) >= 8 and kinds == ["exercice", "verification", "solution", "verification"] * (len(kinds) // 4)


@each_lesson
def test_stubs_fail_and_solutions_pass(lesson):
    checks = [cell for cell in code_cells(notebook_of(lesson)) if "verification" in tags(cell)]
    verdicts = [cell.outputs[0].text for cell in checks]
    assert [checks[i].source == checks[i + 1].source for i in range(0, len(checks), 2)] == [True] * (len(checks) // 2)
    assert all(verdict.startswith("✗") and verdict.endswith(" : à compléter\n") for verdict in verdicts[::2])
    assert all(verdict.startswith("✓") for verdict in verdicts[1::2])


@each_lesson
def test_cells_are_short(lesson):
    lengths = sorted(len(cell.source.splitlines()) for cell in code_cells(from_markdown(lesson)))
    assert lengths[-1] <= 25 and lengths[int(len(lengths) * 0.9)] < 15 and lengths[len(lengths) // 2] <= 5


@each_lesson
def test_pictures_have_alternative_text(lesson):
    for cell in code_cells(notebook_of(lesson)):
        for output in cell.outputs:
            for kind in {"image/png", "image/jpeg"} & output.get("data", {}).keys():
                assert len(output.metadata[kind]["alt"]) > 20, cell.id


@each_lesson
def test_headings_are_in_order(lesson):
    prose = "\n".join(cell.source for cell in from_markdown(lesson).cells if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose, flags=re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@each_lesson
def test_typography(lesson):
    """French prose has curly apostrophes, guillemets, and no-break spaces where French wants them."""
    prose = "\n".join(cell.source for cell in from_markdown(lesson).cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+", "x", prose, flags=re.DOTALL)
    assert "'" not in prose and '"' not in prose
    breaking = re.search(r".{0,20}(?: [:;?!»]|« ).{0,20}", prose)
    missing = re.search(r".{0,20}(?:\w[;?!»]|\w:(?=\s)|«\S).{0,20}", prose)
    assert not breaking and not missing, (breaking, missing)


@each_lesson
def test_slides_are_marked(lesson):
    types = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in from_markdown(lesson).cells]
    assert types[0] == "slide" and types.count("slide") >= 5


@each_lesson
def test_lessons_wrap_no_library_function(lesson):
    names = set(re.findall(r"""["']([\w-]+/[\w.-]+)["']""", lesson.read_text(encoding="utf-8")))
    needed = {
        name for table in (NEEDED_MODELS, NEEDED_DATASETS) for name, who in table.items() if lesson.stem[:2] in who
    }
    assert names == needed, "helpers.hub says which lesson needs what"


def altered(output):
    """Copies of an output, each with one other digit in what is compared; versions of libraries are not."""
    copies = []
    texts = output.get("data", {}) | ({"text": output.text} if "text" in output else {})
    for kind, text in texts.items():
        digit = re.search(r"\d", VERSIONS.sub(lambda found: "v" * len(found[0]), text)) if "image" not in kind else None
        if digit:
            copies.append(copy.deepcopy(output))
            place = copies[-1] if kind == "text" else copies[-1].data
            place[kind] = text[: digit.start()] + str((int(digit[0]) + 1) % 10) + text[digit.end() :]
    return copies


@each_lesson
def test_comparison_has_teeth(lesson, request):
    """One changed digit in any stored output, and nbval says that they differ, though its own settings clean both."""
    notebook = IPyNbFile.from_parent(request.session, path=notebook_path(lesson))
    notebook.setup_sanitize_files()
    tried = 0
    for item in notebook.collect():
        outputs = item.cell.outputs
        if not item.options["check"]:
            continue
        assert item.compare_outputs(copy.deepcopy(outputs), outputs)
        for rank, output in enumerate(outputs):
            for other in altered(output):
                assert not item.compare_outputs([*outputs[:rank], other, *outputs[rank + 1 :]], outputs), item.name
                tried += 1
    assert tried >= 5


def test_changed_output_fails_its_cell_alone(tmp_path):
    """The whole way: a notebook with one changed digit is executed, and that cell is the only one to fail."""
    notebook = notebook_of(LESSONS[0])
    result = next(out for cell in notebook.cells for out in cell.get("outputs", []) if out.get("data") and altered(out))
    cell = next(cell for cell in notebook.cells if result in cell.get("outputs", []))
    name = f"Cell {code_cells(notebook).index(cell)}"
    result.data = altered(result)[0].data
    nbformat.write(notebook, tmp_path / "changed.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-rf"]
    command += [f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval.cfg'}", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert re.findall(r"^FAILED \S+::(Cell \d+)", done.stdout, flags=re.MULTILINE) == [name]


def test_no_secret_anywhere():
    kinds = (".py", ".md", ".ipynb", ".toml", ".json", ".jsonl", ".yaml", ".txt", ".tsv", "")
    suspects = [path for path in project_files() if path.suffix in kinds]
    assert len(suspects) > 40
    assert [path for path in suspects if TOKEN.search(path.read_text(encoding="utf-8"))] == []


def test_secret_scan_finds_a_token():
    assert TOKEN.search(json.dumps({"source": "login('hf_" + "a" * 34 + "')"}))


def test_repository_address_is_written_once_in_the_code():
    root = LESSONS[0].parents[1]
    sources = [*root.glob("helpers/*.py"), *root.glob("tests/**/*.py"), root / "Makefile"]
    slug = repository().removeprefix("https://github.com/")
    assert [path.name for path in sources if slug in path.read_text(encoding="utf-8")] == []
