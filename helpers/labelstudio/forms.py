"""The four forms of an export, each turned into tasks as the JSON export has them, or refused when malformed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from .boxes import CORNERS
from .records import ExportError, Report
from .stream import objects

Kind = Literal["storage", "flat", "json", "minimal"]
RawTask = tuple[str, dict[str, Any], list[dict[str, Any]]]  # its id, its data, its annotations
MIN_KEYS = ("annotator", "annotation_id", "lead_time")
TRANSCRIPTIONS = ("transcription", "text", "ocr_text")
TEXTS = ("labels", "rectanglelabels", "hypertextlabels", "text")  # fields of a region's value
SAID = ("choices", "taxonomy", "rating", "number", "datetime")  # fields of what other controls say of a region
FARTHEST = 1e6  # percent; the corners of a flat page's box are nearer
NAMES = {dict: "un objet", list: "une liste", str: "un texte", int: "un nombre entier", bool: "true ou false"}
MARKS = ("was_cancelled", "skipped", "ground_truth")


@dataclass
class Place:
    """How far an export was read: the file, and the rank of the record in it, from 1."""

    path: Path
    rank: int = 0

    def error(self, task: str, message: str) -> ExportError:
        """An error in a task, or in the record when the task has no id."""
        return ExportError(f"{self.path}, {f'tâche {task}' if task else f'enregistrement {self.rank}'} : {message}")

    def odd(self, task: str, field: str, wanted: str, value: Any) -> ExportError:
        """The error of a field that is not what was wanted."""
        return self.error(task, f"{field} devrait être {wanted}, pas {json.dumps(value, ensure_ascii=False)[:60]}")

    def expect(self, value: Any, kind: type, task: str, *field: Any) -> Any:
        """The same value; ExportError, with the field's name joined from its parts, when it is not of that kind."""
        if value is None:
            raise self.error(task, f"le champ {''.join(map(str, field))} manque")
        if not isinstance(value, kind):
            raise self.odd(task, "".join(map(str, field)), NAMES[kind], value)
        return value

    def expect_texts(self, value: Any, task: str, *field: Any) -> None:
        """ExportError unless the value is a text, a list of texts, or null."""
        texts = value if isinstance(value, list) else () if value is None else (value,)
        for text in texts:
            if not isinstance(text, str):
                raise self.odd(task, "".join(map(str, field)), "un texte ou une liste de textes", value)


def kind_of(record: Mapping[str, Any]) -> Kind | None:
    """The form of the export that a record comes from; None when it comes from none."""
    if "result" in record and isinstance(record.get("task"), dict):
        return "storage"
    if "file_name" in record and "annotations" in record:
        return "flat"
    if "annotations" in record or "completions" in record or "data" in record:
        return "json"
    return "minimal" if any(key in record for key in MIN_KEYS) else None


def task_id(record: Mapping[str, Any], kind: Kind) -> str:
    """The id of a record's task, the file's name for a flat page; empty without any."""
    found = record["task"].get("id") if kind == "storage" else record.get("file_name" if kind == "flat" else "id")
    return "" if found is None else str(found)


def raw_tasks(place: Place, report: Report) -> Iterator[RawTask]:
    """Tasks of a file, or of a folder of storage files, in order; those of JSON and flat files in bounded memory.

    Rows of JSON_MIN that cannot be joined go to `report`. ExportError for what is not an export.
    """
    if place.path.is_dir():
        yield from _grouped(_folder(place))
        return
    if not place.path.is_file():
        raise ExportError(f"{place.path} n’existe pas")
    records = _records(place)
    first = next(records, None)
    if first is None:
        return
    kind = kind_of(first)
    if kind is None:
        raise ExportError(
            f"{place.path} : ni annotations, ni data, ni annotator ; ce n’est pas un export de Label Studio"
        )
    if kind == "minimal":
        yield from _minimal(place, report)
    elif kind == "storage":
        yield from _grouped(_storage(place, record) for record in chain([first], records))
    else:
        read = {"flat": _flat, "json": _json}[kind]
        yield from (read(place, record) for record in chain([first], records))


def is_live(annotation: Mapping[str, Any]) -> bool:
    """Whether an annotation was neither cancelled nor skipped."""
    return not (annotation.get("was_cancelled") or annotation.get("skipped"))


def results_of(place: Place, task: str, annotation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The results of an annotation. ExportError unless each is an object with a type, its labels and texts texts."""
    results = place.expect(annotation.get("result"), list, task, "result")
    for rank, result in enumerate(results):
        place.expect(result, dict, task, "result[", rank, "]")
        region, value = result.get("id", rank), result.get("value")
        place.expect(result.get("type"), str, task, "région ", region, ", type")
        value = {} if value is None else place.expect(value, dict, task, "région ", region, ", value")
        for field in TEXTS:
            if field in value:
                place.expect_texts(value[field], task, "région ", region, ", value.", field)
        if "labels" in result:  # of a relation
            place.expect_texts(result["labels"], task, "région ", region, ", labels")
        for holder in (result, value):
            if "item_index" in holder and holder["item_index"] is not None:
                place.expect(holder["item_index"], int, task, "région ", region, ", item_index")
    return results


def _records(place: Place) -> Iterator[dict[str, Any]]:
    """Records of a file; `place` follows."""
    place.rank = 0
    for record in objects(place.path):
        place.rank += 1
        yield record


def _named(place: Place, record: Mapping[str, Any], kind: Kind) -> str:
    """The id of a record's task, without which tasks would run together. ExportError when it has none."""
    found = task_id(record, kind)
    if not found:
        raise place.error("", f"le champ {'file_name' if kind == 'flat' else 'id'} de la tâche manque")
    return found


def _grouped(annotated: Iterable[RawTask]) -> Iterator[RawTask]:
    """Tasks with all their annotations, in the order in which the tasks first appear."""
    tasks: dict[str, RawTask] = {}
    for name, data, annotations in annotated:
        tasks.setdefault(name, (name, data, []))[2].extend(annotations)
    yield from tasks.values()


def _storage(place: Place, record: dict[str, Any]) -> RawTask:
    """The task of a storage record, which is one annotation."""
    if not isinstance(record.get("task"), dict) or "result" not in record:
        raise place.error("", "il manque task ou result ; un fichier de stockage était attendu")
    name = _named(place, record, "storage")
    if is_live(_marked(place, name, record, "")):
        results_of(place, name, record)  # here, where the file is known
    return name, place.expect(record["task"].get("data"), dict, name, "task.data"), [record]


def _json(place: Place, record: dict[str, Any]) -> RawTask:
    """A task of the JSON export; old ones say `completions`."""
    name = task_id(record, "json")
    data = place.expect(record.get("data"), dict, name, "data")
    key = "annotations" if "annotations" in record else "completions"
    annotations = record.get(key)
    annotations = [] if annotations is None else place.expect(annotations, list, name, key)
    for rank, annotation in enumerate(annotations):
        _marked(place, name, place.expect(annotation, dict, name, f"{key}[{rank}]"), f"{key}[{rank}].")
    return name, data, annotations


def _marked(place: Place, task: str, annotation: dict[str, Any], field: str) -> dict[str, Any]:
    """The same annotation. ExportError when a mark that decides whether it is gold is neither true nor false."""
    for mark in MARKS:
        if annotation.get(mark) is not None:
            place.expect(annotation[mark], bool, task, f"{field}{mark}")
    return annotation


def _flat(place: Place, record: dict[str, Any]) -> RawTask:
    """A page of the flat form, whose boxes are corners (left, top, right, bottom) in percent."""
    name = _named(place, record, "flat")
    results = []
    for rank, item in enumerate(place.expect(record.get("annotations"), list, name, "annotations")):
        field = f"annotations[{rank}]"
        box = place.expect(place.expect(item, dict, name, field).get("box"), list, name, f"{field}.box")
        if len(box) != 4 or not all(isinstance(edge, int | float) and abs(edge) < FARTHEST for edge in box):
            raise place.odd(name, f"{field}.box", "une liste de quatre nombres", box)
        for key in ("label", "text"):
            place.expect_texts(item.get(key), name, f"{field}.{key}")
        left, top, right, bottom = box
        value = dict(zip(CORNERS, (left, top, right - left, bottom - top), strict=True))
        value |= {"labels": item.get("label"), "text": item.get("text")}
        size = {"original_width": record.get("width"), "original_height": record.get("height")}
        results.append({"id": str(rank), "type": "rectanglelabels", "value": value} | size)
    return name, {key: value for key, value in record.items() if key != "annotations"}, [{"result": results}]


def _folder(place: Place) -> Iterator[RawTask]:
    """Tasks, one per annotation, of a folder of storage files, which may lack an extension."""
    folder = place.path
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not files:
        raise ExportError(f"{folder} ne contient aucun fichier d’annotation")
    for place.path in files:
        yield from (_storage(place, record) for record in _records(place))
    place.path = folder


def _minimal(place: Place, report: Report) -> Iterator[RawTask]:
    """Tasks of JSON_MIN, which has one row per annotation: a first reading counts the rows of every task."""
    left = Counter(_named(place, record, "minimal") for record in _records(place))
    waiting: dict[str, list[dict[str, Any]]] = {}
    for record in _records(place):
        name = task_id(record, "minimal")
        waiting.setdefault(name, []).append(record)
        left[name] -= 1
        if not left[name]:
            yield _from_rows(place, report, name, waiting.pop(name))


def _from_rows(place: Place, report: Report, name: str, rows: list[dict[str, Any]]) -> RawTask:
    """One task out of its JSON_MIN rows: lists of regions become results as in the JSON export."""
    controls = [_controls(place, name, row) for row in rows]
    data = {key: value for key, value in rows[0].items() if key not in controls[0] and key not in MIN_KEYS}
    annotations = [
        {"id": row.get("annotation_id"), "completed_by": row.get("annotator"), "created_at": row.get("created_at"),
         "result": list(_results(place, report, name, row, lists))}
        for row, lists in zip(rows, controls, strict=True)
    ]  # fmt: skip
    return name, data, annotations


def _controls(place: Place, name: str, row: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The fields of a JSON_MIN row that hold objects, mostly regions. ExportError when another value is among them.

    Choices and transcriptions are left out when some are shortened to a bare string, as those of one item are.
    """
    lists = {}
    for key, value in row.items():
        items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        if not items or (_is_said(items) and any(isinstance(item, str) for item in value)):
            continue
        for rank, item in enumerate(value):
            place.expect(item, dict, name, f"{key}[{rank}]")
        lists[key] = value
    return lists


def _is_said(items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects are what another control says of regions: a transcription of several lines, choices, a rating."""
    said = any(isinstance(item.get("text"), list) or any(key in item for key in SAID) for item in items)
    return said and not _is_labelled(items)


def _is_labelled(items: Iterable[Mapping[str, Any]]) -> bool:
    """Whether some of these objects have labels."""
    return any(item.get("rectanglelabels") or item.get("labels") for item in items)


def _results(
    place: Place, report: Report, name: str, row: Mapping[str, Any], lists: Mapping[str, list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Results of one JSON_MIN row; pages whose lists cannot be joined are reported, never zipped.

    Several lists of regions are one, with labels and without, when they state the same places.
    """
    if not any("width" in item for items in lists.values() for item in items):
        for key, items in lists.items():
            for rank, item in enumerate(items):
                yield {"id": f"{key}-{rank}", "type": "labels", "value": item}
        return
    texts = _transcriptions(place, name, row)
    regions = {key: items for key, items in lists.items() if not _is_said(items)}
    key, boxes = max(regions.items(), key=lambda pair: _is_labelled(pair[1]), default=("", []))
    places = [[[item.get(corner) for corner in CORNERS] for item in items] for items in (boxes, *regions.values())]
    joined = boxes and all("width" in item for item in boxes) and all(one == places[0] for one in places)
    if not joined or (texts is not None and len(texts) != len(boxes)):
        counts = {key: len(items) for key, items in lists.items()} | {"texts": len(texts or ())}
        report.add("unjoinable", name, detail=str(counts))
        return
    for rank, item in enumerate(boxes):
        region = {"id": f"{key}-{rank}", "original_width": item.get("original_width"),
                  "original_height": item.get("original_height")}  # fmt: skip
        yield region | {"type": "rectanglelabels", "value": item}
        if texts is not None:
            yield region | {"type": "textarea", "value": {"text": texts[rank]}}


def _transcriptions(place: Place, name: str, row: Mapping[str, Any]) -> list[Any] | None:
    """The texts of a row's regions, each a string or a list of lines; None without any. Of one region, maybe bare."""
    key = next((key for key in TRANSCRIPTIONS if row.get(key) is not None), None)
    if key is None:
        return None
    items = [row[key]] if isinstance(row[key], str | dict) else place.expect(row[key], list, name, key)
    texts = [item.get("text") if isinstance(item, dict) else item for item in items]
    for rank, text in enumerate(texts):
        place.expect_texts(text, name, f"{key}[{rank}]")
    return texts
