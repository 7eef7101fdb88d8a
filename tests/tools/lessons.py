"""Carry lessons (Markdown) into notebooks, with or without executing them.

python tests/tools/lessons.py run lessons/04_tokenisation.md
python tests/tools/lessons.py sync lessons/*.md
"""

import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
RISE = {"theme": "white", "scroll": True, "center": False}  # the extension's own theme fetches fonts from the network
START = "import helpers\n\natelier = helpers.start()"  # the second cell of every lesson
COLAB = "https://colab.research.google.com/github"


def lessons() -> list[Path]:
    """The Markdown sources, in order."""
    return sorted((ROOT / "lessons").glob("[0-9][0-9]_*.md"))


def notebook_path(lesson: Path) -> Path:
    """The notebook paired with a lesson."""
    return ROOT / "notebooks" / f"{lesson.stem}.ipynb"


def project_files() -> list[Path]:
    """Files that git tracks, or would; in a folder that is no clone, all but what the tools leave."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    made = {".venv", "build", ".pytest_cache", ".ruff_cache", "__pycache__", ".ipynb_checkpoints"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


def repository() -> str:
    """Address of the public repository, kept in pyproject.toml alone."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def on_colab(lesson: Path) -> str:
    """The address that opens a lesson in Colab."""
    return f"{COLAB}/{repository().removeprefix('https://github.com/')}/blob/main/notebooks/{lesson.stem}.ipynb"


def badge(lesson: Path) -> str:
    """The Colab badge that a lesson must carry."""
    return f"[![Ouvrir dans Colab](https://colab.research.google.com/assets/colab-badge.svg)]({on_colab(lesson)})"


def from_markdown(lesson: Path) -> nbformat.NotebookNode:
    """The lesson as a notebook without outputs, with deterministic cell ids and no version noise."""
    notebook = jupytext.read(lesson)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}, "rise": RISE})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for rank, cell in enumerate(notebook.cells):
        cell.id = f"{lesson.stem[:2]}-{rank:03d}"
    return notebook


def sync(lesson: Path) -> None:
    """Write the lesson's text into its notebook; cells whose source did not change keep their outputs."""
    notebook, path = from_markdown(lesson), notebook_path(lesson)
    if path.is_file():
        ids = [cell.id for cell in notebook.cells]
        notebook = combine_inputs_with_outputs(notebook, nbformat.read(path, as_version=4))
        for cell, cell_id in zip(notebook.cells, ids, strict=True):
            cell.id = cell_id
        notebook.metadata = from_markdown(lesson).metadata
    nbformat.write(notebook, path)


def run(lesson: Path) -> None:
    """Execute the lesson in a fresh kernel and write notebook and outputs."""
    started, notebook = time.perf_counter(), from_markdown(lesson)
    path = notebook_path(lesson)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False, coalesce_streams=True)
    client.execute(cwd=str(path.parent))
    notebook.metadata = from_markdown(lesson).metadata
    nbformat.write(notebook, path)
    print(f"{path.name}: {time.perf_counter() - started:.1f} s")


def set_addresses(lesson: Path) -> None:
    """Rewrite the lesson's Colab badge and its installation line from the address in pyproject.toml."""
    text = lesson.read_text(encoding="utf-8")
    text = re.sub(r"\[!\[Ouvrir dans Colab\]\([^)]*\)\]\([^)]*\)", badge(lesson), text)
    lesson.write_text(re.sub(r'"git\+[^"]*"', f'"git+{repository()}"', text), encoding="utf-8")


def main(action: str, paths: list[str]) -> None:
    """Apply `run` or `sync` to the lessons given, all of them by default."""
    for lesson in [ROOT / path for path in paths] or lessons():
        set_addresses(lesson)
        {"run": run, "sync": sync}[action](lesson)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("run", "sync"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
