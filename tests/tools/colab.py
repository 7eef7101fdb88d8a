"""Rehearse lessons as Colab runs them: one notebook alone, with what Colab has, its first cell installing the rest.

python tests/tools/colab.py lessons/06_classifieur_de_texte.md lessons/10_documents.md
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement

from lessons import ROOT, from_markdown, lessons, project_files, repository

PACKAGES = ROOT / "tests" / "colab_packages.txt"
AUTHOR = {"NAME": "Atelier", "EMAIL": "atelier@example.org", "DATE": "2026-01-01T00:00:00Z"}


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def colab_packages() -> dict[str, str]:
    """Distribution → version on Colab, of those that the environment of the tests has too."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {normal(name): version for name, version in pairs}


def required(distribution: importlib.metadata.Distribution) -> list[Requirement]:
    """What a distribution needs here, its extras aside."""
    wanted = [Requirement(text) for text in distribution.requires or []]
    return [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]


def linked() -> list[importlib.metadata.Distribution]:
    """The distributions that Colab has, as installed here, and all that these need to work."""
    found, wanted = {}, list(colab_packages())
    while wanted:
        name = normal(wanted.pop())
        if name not in found:
            found[name] = importlib.metadata.distribution(name)
            wanted += [each.name for each in required(found[name])]
    return list(found.values())


def make_environment(folder: Path) -> Path:
    """A fresh virtual environment that sees what Colab has, and its Python.

    The packages are links in a folder of their own (on Colab too they are in `dist-packages`), added to the path: torch
    is not downloaded again, and pip, which sees their versions, writes what it would move beside them, not into them.
    """
    venv.create(folder / "venv", symlinks=True)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    packages = site.with_name("dist-packages")
    packages.mkdir()
    for distribution in linked():
        for top in {file.parts[0] for file in distribution.files if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():
                (packages / top).symlink_to(distribution.locate_file(top))
    (site / "colab.pth").write_text(f"{packages}\n", encoding="utf-8")
    return folder / "venv" / "bin" / "python"


def make_repository(folder: Path, files: list[Path]) -> str:
    """Address of a local git repository whose only commit is the working tree as it is, committed or not."""
    git = ["git", "--git-dir", str(folder / ".git"), "--work-tree", str(ROOT), "-c", "core.looseCompression=0"]
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in AUTHOR.items()}
    settings = {"cwd": ROOT, "env": os.environ | who, "check": True, "capture_output": True}
    names = "\0".join(path.relative_to(ROOT).as_posix() for path in files).encode()
    subprocess.run(["git", "init", "--quiet", str(folder)], **settings)
    add = [*git, "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"]
    subprocess.run(add, input=names, **settings)
    subprocess.run([*git, "commit", "--quiet", "--no-gpg-sign", "--no-verify", "--message", "as it is"], **settings)
    return folder.as_uri()


def environment(folder: Path, address: str) -> dict[str, str]:
    """Variables of a Colab machine, with a home of its own, the public repository found at `address`, and no Hub."""
    private = ("HF_", "ATELIER_", "PYTHON", "JUPYTER", "IPYTHON", "XDG_", "GIT_CONFIG", "VIRTUAL_ENV", "MPL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(private)}
    git = {"COUNT": "1", "KEY_0": f"url.{address}.insteadOf", "VALUE_0": repository()}
    return kept | {
        "HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(folder / "venv" / "bin"), os.environ["PATH"]]),
        "COLAB_RELEASE_TAG": "release-colab-rehearsal",
        "ATELIER_HUB": "embedded",  # on Colab the default is the real Hub, which no test can reach
        "HF_ENDPOINT": "http://127.0.0.1:9",  # nobody listens there
        **{f"GIT_CONFIG_{name}": value for name, value in git.items()},
    }


def versions(python: Path) -> dict[str, str]:
    """Distribution → version as an interpreter sees them."""
    code = "import json, importlib.metadata as m; print(json.dumps([[d.name, d.version] for d in m.distributions()]))"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    pairs = json.loads(subprocess.check_output([python, "-c", code], env=clean))
    return {normal(name): version for name, version in reversed(pairs)}  # the first on the path is imported


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    """Distributions whose version is no more what it was, or which are gone: name → (before, after)."""
    return {name: (old, after.get(name)) for name, old in before.items() if after.get(name) != old}


def execute(notebook: nbformat.NotebookNode, python: Path, folder: Path, variables: dict[str, str]) -> None:
    """Run a notebook in a folder with another environment's Python; raises CellExecutionError at the first error."""
    kernel = folder.parent / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": command, "display_name": "Colab", "language": "python"}), encoding="utf-8")
    specifications = KernelSpecManager(kernel_dirs=[str(kernel.parents[1])])
    manager = AsyncKernelManager(kernel_name="colab", kernel_spec_manager=specifications)
    client = NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute(env=variables)
    finally:
        run_sync(manager.shutdown_kernel)(now=True)


def rehearse(lesson: Path, folder: Path, address: str) -> tuple[nbformat.NotebookNode, dict, dict]:
    """The lesson executed alone in a fresh environment, and that environment's versions before and after."""
    content = folder / "content"
    content.mkdir(parents=True)
    (folder / "home").mkdir()
    python = make_environment(folder)
    nbformat.write(from_markdown(lesson), content / f"{lesson.stem}.ipynb")
    notebook, before = nbformat.read(content / f"{lesson.stem}.ipynb", as_version=4), versions(python)
    execute(notebook, python, content, environment(folder, address))
    return notebook, before, versions(python)


def main(paths: list[str]) -> int:
    """Rehearse the lessons given and print what each installs, what it moves, and where it stops."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        address = make_repository(Path(name) / "repository", project_files())
        for lesson in [ROOT / path for path in paths] or lessons():
            started, problem, before, after = time.perf_counter(), "", {}, {}
            try:
                _, before, after = rehearse(lesson, Path(name) / lesson.stem, address)
            except CellExecutionError as error:
                problem = f"{error.ename}: {error.evalue}"
            changed, new = moved(before, after), sorted(after.keys() - before.keys())
            failed += bool(problem or changed)
            print(f"{lesson.stem}: {time.perf_counter() - started:.0f} s, installed {new}, moved {changed} {problem}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
