"""Write the students' copies: the notebooks without solutions and without outputs, and all of them in one archive.

python tests/tools/handout.py [FOLDER]
"""

import ast
import sys
import zipfile
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from lessons import ROOT, badge, from_markdown, lessons, tags

FOLDER = ROOT / "build" / "handout"
ARCHIVE = "atelier-transformers.zip"
NOTICE = "*Copie à compléter : les solutions n’y sont pas. Chaque exercice a sa vérification, juste après lui.*"
NEEDED = "*La suite de la leçon se sert de votre réponse : terminez cet exercice avant de continuer.*"


def tree(cell: nbformat.NotebookNode) -> ast.Module:
    """The syntax of a code cell, whose magics become calls."""
    return ast.parse(TransformerManager().transform_cell(cell.source))


def defined(cell: nbformat.NotebookNode) -> set[str]:
    """Names of the functions and classes that a cell defines, and those to which it gives `...`."""
    body = tree(cell).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    empty = [node for node in body if isinstance(node, ast.Assign) and ast.unparse(node.value) == "..."]
    return functions | {ast.unparse(target) for node in empty for target in node.targets}


def read(cell: nbformat.NotebookNode) -> set[str]:
    """Names that a cell reads."""
    return {node.id for node in ast.walk(tree(cell)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def needed_later(exercise: nbformat.NotebookNode, later: list[nbformat.NotebookNode]) -> bool:
    """Whether the lesson's own cells use what the exercise asks for, before they define it again themselves."""
    wanted = defined(exercise)
    for cell in later:
        if cell.cell_type == "code" and not {"exercice", "verification", "solution"} & set(tags(cell)):
            if wanted & read(cell):
                return True
            wanted -= defined(cell)
    return False


def copy_for_students(lesson: Path) -> nbformat.NotebookNode:
    """The lesson as a notebook without outputs, solutions, second checks, nor the badge that opens the solutions."""
    notebook = from_markdown(lesson)
    cells, exercise, solved = [], None, False
    for rank, cell in enumerate(notebook.cells):
        kinds = set(tags(cell))
        exercise = cell if "exercice" in kinds else exercise
        if "solution" in kinds or ("verification" in kinds and solved):
            solved = "solution" in kinds
            continue
        cells.append(cell)
        if "verification" in kinds and needed_later(exercise, notebook.cells[rank + 1 :]):
            cells.append(nbformat.v4.new_markdown_cell(NEEDED, id=f"{cell.id}-suite"))
    cells[0].source = cells[0].source.replace(f"{badge(lesson)}\n\n", f"{NOTICE}\n\n")
    notebook.cells = cells
    return notebook


def write_archive(paths: list[Path], archive: Path) -> None:
    """One file to send or to put on a course platform; the same notebooks give the same bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in paths:
            file.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)


def write_all(folder: Path) -> list[Path]:
    """Write the copies of all the lessons and their archive into a folder, in place of those that it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]_*.ipynb"):
        old.unlink()
    paths = [folder / f"{lesson.stem}.ipynb" for lesson in lessons()]
    for lesson, path in zip(lessons(), paths, strict=True):
        nbformat.write(copy_for_students(lesson), path)
    write_archive(paths, folder / ARCHIVE)
    return paths


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(f"{len(write_all(target))} notebooks, {target / ARCHIVE}")
