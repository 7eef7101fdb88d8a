"""Writing back: pre-annotations that Label Studio imports, and the project's labelling interface as XML."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from xml.etree import ElementTree

from .records import ExportError

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")


def write_predictions(
    tasks: Iterable[tuple[Mapping[str, Any], Sequence[tuple[int, int, str, float]]]],
    path: Path, model_version: str, text_key: str = "text", from_name: str = "label", to_name: str = "text",
) -> None:  # fmt: skip
    """Write tasks with pre-annotations: (data, [(start, end, label, score between 0 and 1)]), whole or not at all.

    A task's own score is its least certain span's, so that Label Studio can show doubtful tasks first.
    """
    with replacing(path) as file:
        file.write("[")
        for rank, (data, spans) in enumerate(tasks):
            results = [
                {
                    "id": f"p{number}", "from_name": from_name, "to_name": to_name, "type": "labels", "score": score,
                    "value": {"start": start, "end": end, "text": data[text_key][start:end], "labels": [label]},
                }
                for number, (start, end, label, score) in enumerate(spans)
            ]  # fmt: skip
            score = min((score for *_, score in spans), default=1.0)
            prediction = {"model_version": model_version, "score": score, "result": results}
            file.write(",\n" if rank else "\n")
            json.dump({"data": dict(data), "predictions": [prediction]}, file, ensure_ascii=False)
        file.write("\n]\n")


def project_xml(labels: Sequence[str], kind: str = "text", from_name: str = "label", to_name: str = "text") -> str:
    """The labelling interface of a project: spans of text (`kind` "text"), or boxes on pages ("page")."""
    view = ElementTree.Element("View")
    tag = "Labels" if kind == "text" else "RectangleLabels"
    group = ElementTree.SubElement(view, tag, name=from_name, toName=to_name)
    for rank, label in enumerate(labels):
        ElementTree.SubElement(group, "Label", value=label, background=COLORS[rank % len(COLORS)])
    if kind == "text":
        ElementTree.SubElement(view, "Text", name=to_name, value="$text")
    else:
        ElementTree.SubElement(view, "Image", name=to_name, value="$image")
        options = {"toName": to_name, "perRegion": "true", "editable": "true", "displayMode": "region-list"}
        ElementTree.SubElement(view, "TextArea", name="transcription", **options)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def read_labels(path: Path) -> list[str]:
    """Labels of a project's XML in its order; an `alias` goes before the `value`. ExportError when it has none."""
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} n’est pas du XML ({error})") from None
    except FileNotFoundError:
        raise ExportError(f"{path} n’existe pas") from None
    labels = list(dict.fromkeys(node.get("alias") or node.get("value") or "" for node in root.iter("Label")))
    if not labels or "" in labels:
        raise ExportError(f"{path} : une balise Label sans value, ou aucune balise Label")
    return labels


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file that takes the place of `path` when it is complete, and leaves no trace when it is not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
