"""Writing back: pre-annotations that Label Studio imports, and the project's labelling interface as XML."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from helpers.files import replacing

from .records import Box, ExportError

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
Results = Iterator[list[dict[str, Any]]]  # the results of every region, one after the other


def write_predictions(
    tasks: Iterable[tuple[Mapping[str, Any], Sequence[tuple[int, int, str, float]]]],
    path: Path, model_version: str, text_key: str = "text", from_name: str = "label", to_name: str = "text",
) -> None:  # fmt: skip
    """Write tasks with pre-annotations: (data, [(start, end, label, score between 0 and 1)]), whole or not at all.

    A task's own score is its least certain span's, so that Label Studio can show doubtful tasks first.
    """

    def results(data: Mapping[str, Any], spans: Sequence[tuple[int, int, str, float]]) -> Results:
        for number, (start, end, label, score) in enumerate(spans):
            value = {"start": start, "end": end, "text": data[text_key][start:end], "labels": [label]}
            yield [_result(f"p{number}", from_name, to_name, "labels", value, score)]

    _write(((data, results(data, spans)) for data, spans in tasks), path, model_version)


def write_box_predictions(
    tasks: Iterable[tuple[Mapping[str, Any], tuple[int, int], Sequence[tuple[Box, float]]]],
    path: Path, model_version: str, from_name: str = "label", to_name: str = "image",
) -> None:  # fmt: skip
    """Write pages with pre-annotations: (data, (width, height), [(box in pixels, score)]), whole or not at all.

    A box with a text becomes a rectangle and a transcription of the same id, as in `project_xml(labels, "page")`.
    """

    def results(size: tuple[int, int], boxes: Sequence[tuple[Box, float]]) -> Results:
        width, height = size
        page = {"original_width": width, "original_height": height, "image_rotation": 0}
        for box, score in boxes:
            place = {
                "x": 100 * box.left / width, "y": 100 * box.top / height, "rotation": 0,
                "width": 100 * (box.right - box.left) / width, "height": 100 * (box.bottom - box.top) / height,
            }  # fmt: skip
            drawn = place | {"rectanglelabels": list(box.labels)}
            region = [_result(box.id, from_name, to_name, "rectanglelabels", drawn, score) | page]
            if box.text is not None:
                read = place | {"text": [box.text]}
                region.append(_result(box.id, "transcription", to_name, "textarea", read, score) | page)
            yield region

    _write(((data, results(size, boxes)) for data, size, boxes in tasks), path, model_version)


def _result(key: str, from_name: str, to_name: str, kind: str, value: dict[str, Any], score: float) -> dict[str, Any]:
    """One result as Label Studio writes it."""
    return {"id": key, "from_name": from_name, "to_name": to_name, "type": kind, "score": score, "value": value}


def _write(tasks: Iterable[tuple[Mapping[str, Any], Results]], path: Path, model_version: str) -> None:
    """Write one prediction per task, whole or not at all; its score is its least certain region's."""
    with replacing(path) as file:
        file.write("[")
        for rank, (data, regions) in enumerate(tasks):
            results = [result for region in regions for result in region]
            score = min((result["score"] for result in results), default=1.0)
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
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the last two: encodings that it does not know
        raise ExportError(f"{path} n’est pas du XML ({error})") from None
    except FileNotFoundError:
        raise ExportError(f"{path} n’existe pas") from None
    labels = list(dict.fromkeys(node.get("alias") or node.get("value") or "" for node in root.iter("Label")))
    if not labels or "" in labels:
        raise ExportError(f"{path} : une balise Label sans value, ou aucune balise Label")
    return labels
