"""On Colab: the first cell installs what is missing, moves nothing that is there, and the lesson runs to its end.

What is rehearsed: a notebook alone in an empty folder, a fresh home, `COLAB_RELEASE_TAG` set, a fresh environment with
the packages of `colab_packages.txt`, and the lesson's cells unchanged; git finds the public address on this machine.
What is not: Colab's own versions (their names are Colab's, the versions are those of the lock; the requirements are
compared with Colab's versions apart), its Python, its GPU, its `%pip`; and the real Hub, Colab's default, which no
test can reach: `ATELIER_HUB=embedded` is set, so that the miniatures of the installed package are used.
"""

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from colab import colab_packages, environment, linked, make_repository, moved, normal, rehearse, required
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement

from lessons import ROOT, lessons, project_files, repository, tags

LESSON = lessons()[0]


@pytest.fixture(scope="module")
def package_index(tmp_path_factory):
    """Skips where no package can be had; continuous integration, which must have them, never skips."""
    folder = tmp_path_factory.mktemp("index")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), "hatchling"]
    variables = environment(folder, "nowhere")
    reached = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if reached.returncode and not os.environ.get("CI"):
        pytest.skip(f"no package index can be reached: {reached.stderr.strip().rpartition(chr(10))[2]}")


def test_a_lesson_alone_installs_and_runs(package_index, tmp_path):
    address = make_repository(tmp_path / "repository", project_files())
    notebook, before, after = rehearse(LESSON, tmp_path / "colab", address)
    assert moved(before, after) == {}
    assert {"atelier-transformers", "evaluate", "nervaluate", "seqeval"} <= after.keys() - before.keys()
    verdicts = [cell.outputs[0].text[0] for cell in notebook.cells if "verification" in tags(cell)]
    assert verdicts == ["✗", "✓"] * (len(verdicts) // 2) and len(verdicts) >= 4
    installed = next(tmp_path.glob("colab/venv/lib/*/site-packages/helpers"))
    assert (installed / "data" / "hub" / "MANIFEST.json").is_file() and not list(tmp_path.glob("colab/content/[!0-9]*"))


def test_a_package_without_its_code_is_noticed(tmp_path):
    """Nothing to install from: the first cell says so, and the next one stops the notebook."""
    address = make_repository(tmp_path / "repository", [ROOT / "LICENSE"])
    with pytest.raises(CellExecutionError, match="No module named 'helpers'"):
        rehearse(LESSON, tmp_path / "colab", address)


def test_what_moved_is_seen():
    before = {"torch": "2.11.0", "numpy": "2.0.2", "dill": "0.3.8"}
    after = {"torch": "2.11.0", "numpy": "2.4.6", "evaluate": "0.4.6"}
    assert moved(before, after) == {"numpy": ("2.0.2", "2.4.6"), "dill": ("0.3.8", None)}
    assert moved(before, before | {"evaluate": "0.4.6"}) == {}


def refused(requirements, versions):
    """Requirements that Colab's versions do not satisfy, of these and of all that Colab would have to install."""
    refusals, known, wanted = [], set(), [("atelier-transformers", Requirement(text)) for text in requirements]
    while wanted:
        who, requirement = wanted.pop()
        name = normal(requirement.name)
        if name in versions:
            satisfied = requirement.specifier.contains(versions[name], prereleases=True)
            refusals += [] if satisfied else [f"{who} wants {requirement}, Colab has {versions[name]}"]
        elif name not in known:
            known.add(name)
            wanted += [(name, each) for each in required(importlib.metadata.distribution(name))]
    return refusals


def test_requirements_fit_the_versions_of_colab():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert refused(project["dependencies"] + project["optional-dependencies"]["ocr"], colab_packages()) == []


def test_a_requirement_that_colab_does_not_fit_is_seen():
    assert refused(["numpy>=2.4", "pillow>=10"], {"numpy": "2.0.2", "pillow": "11.3.0"}) == [
        "atelier-transformers wants numpy>=2.4, Colab has 2.0.2"
    ]
    below = refused(["onnxruntime"], colab_packages() | {"protobuf": "3.20.3"})  # Colab lacks it, and would get it
    assert len(below) == 1 and below[0].startswith("onnxruntime wants protobuf")


def test_what_colab_lacks_is_not_given_to_it():
    names = {normal(distribution.metadata["Name"]) for distribution in linked()}
    assert {"torch", "transformers", "datasets", "ipykernel"} <= names
    assert names.isdisjoint({"atelier-transformers", "evaluate", "nervaluate", "onnxruntime", "rapidocr", "seqeval"})


def test_the_environment_is_colab_s(tmp_path):
    variables = environment(tmp_path, "file:///somewhere")
    assert not [name for name in variables if name.startswith(("PYTHON", "JUPYTER"))]
    source = subprocess.check_output(
        ["git", "ls-remote", "--get-url", repository()], env=variables | {"HOME": str(tmp_path)}, text=True
    )
    assert source.strip() == "file:///somewhere" and Path(variables["HOME"]).parent == tmp_path
