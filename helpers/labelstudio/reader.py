"""Reading Label Studio exports of every kind, task by task."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import Any, Literal

from .boxes import labels_of, pixel_box, read_boxes
from .records import Annotation, Box, ExportError, Relation, Report, Span, Task
from .spans import read_span
from .stream import objects

Policy = Literal["ground_truth", "latest", "all"]
DOCUMENT_KEYS = ("document", "document_id", "doc_id", "gddid", "filename", "file_name", "source")
MIN_KEYS = ("annotator", "annotation_id", "lead_time")


def read_export(
    path: Path, report: Report, *, policy: Policy = "ground_truth", text_key: str = "text",
    document_key: str | None = None, labels: Sequence[str] | None = None,
) -> Iterator[Task]:  # fmt: skip
    """Every task of an export, in order, in bounded memory; what is set aside goes to `report`.

    `path` is a JSON or JSON_MIN export, a flat list of pages, or a folder of storage files, one per annotation. Gold
    annotations are those that were not cancelled: by `policy` the one marked as ground truth, else the latest; the
    latest; or all. Predictions and drafts are never read. `document_key` names the field of `data` that tells which
    document a task belongs to (by default the first of the usual names, else the task's id). With `labels`, another
    label raises ExportError, as does a file that is not such an export.
    """
    reading = _Reading(report, policy, text_key, document_key, frozenset(labels) if labels is not None else None)
    if path.is_dir():
        tasks = reading.storage(path)
    elif not path.is_file():
        raise ExportError(f"{path} n’existe pas")
    else:
        tasks = reading.listed(path)
    for task in tasks:
        report.tasks[task.status] += 1
        yield task


class _Reading:
    """The options of one reading, and what it does with each record."""

    def __init__(
        self, report: Report, policy: Policy, text_key: str, document_key: str | None, labels: frozenset[str] | None
    ) -> None:
        self.report, self.policy, self.text_key = report, policy, text_key
        self.document_keys = (document_key,) if document_key else DOCUMENT_KEYS
        self.required, self.labels = document_key, labels
        self.path = Path()

    def listed(self, path: Path) -> Iterator[Task]:
        """Tasks of a file: what its first record looks like tells its kind."""
        self.path = path
        records = objects(path)
        first = next(records, None)
        if first is None:
            return
        chained = chain([first], records)
        if "result" in first and isinstance(first.get("task"), dict):
            yield from self.grouped(self.from_storage(record) for record in chained)
        elif "file_name" in first and "annotations" in first:
            yield from (self.from_flat(record) for record in chained)
        elif "annotations" in first or "completions" in first or "data" in first:
            yield from (self.from_json(record) for record in chained)
        elif any(key in first for key in MIN_KEYS):
            yield from self.minimal(path)
        else:
            raise ExportError(
                f"{path} : ni annotations, ni data, ni annotator ; ce n’est pas un export de Label Studio"
            )

    def storage(self, folder: Path) -> Iterator[Task]:
        """Tasks of a folder of storage files, which may lack an extension."""
        records = []
        for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
            self.path = path
            records += [self.from_storage(record) for record in objects(path)]
        if not records:
            raise ExportError(f"{folder} ne contient aucun fichier d’annotation")
        yield from self.grouped(records)

    def grouped(self, records: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> Iterator[Task]:
        """Tasks out of (task id, data, annotation) triples, in the order in which the tasks first appear."""
        tasks: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        for task_id, data, annotation in records:
            tasks.setdefault(task_id, (data, []))[1].append(annotation)
        for task_id, (data, annotations) in tasks.items():
            yield self.task(task_id, data, annotations)

    def from_storage(self, record: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Task id, data and annotation of one storage record."""
        task = record.get("task")
        if not isinstance(task, dict) or "result" not in record:
            raise ExportError(f"{self.path} : il manque task ou result ; un fichier de stockage était attendu")
        return str(task.get("id", "")), task.get("data") or {}, record

    def from_json(self, record: dict[str, Any]) -> Task:
        """A task of the JSON export; old ones say `completions`."""
        task_id = str(record.get("id", ""))
        data = record.get("data")
        if not isinstance(data, dict):
            raise ExportError(f"{self.path}, tâche {task_id or '?'} : le champ data manque")
        annotations = record.get("annotations", record.get("completions")) or []
        if not isinstance(annotations, list):
            raise ExportError(f"{self.path}, tâche {task_id} : annotations n’est pas une liste")
        return self.task(task_id, data, annotations)

    def from_flat(self, record: dict[str, Any]) -> Task:
        """A page of the flat form, whose boxes are corners in percent."""
        task_id, size = str(record.get("file_name")), (record.get("width"), record.get("height"))
        boxes = []
        for rank, item in enumerate(record["annotations"]):
            x0, y0, x1, y1 = item["box"]
            value = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
            result = {"value": value, "original_width": size[0], "original_height": size[1]}
            if corners := pixel_box(result, task_id, str(rank), self.report):
                labels = self.checked((item["label"],) if item.get("label") else (), task_id)
                boxes.append(Box(str(rank), *corners, labels=labels, text=item.get("text")))
        annotation = Annotation("", "", "", False, boxes=tuple(boxes))
        data = {key: value for key, value in record.items() if key != "annotations"}
        return Task(task_id, task_id, data, None, "annotated" if boxes else "empty", (annotation,))

    def minimal(self, path: Path) -> Iterator[Task]:
        """Tasks of JSON_MIN, which has one row per annotation: a first reading counts the rows of every task."""
        left = Counter(str(record.get("id", "")) for record in objects(path))
        waiting: dict[str, list[dict[str, Any]]] = {}
        for record in objects(path):
            task_id = str(record.get("id", ""))
            waiting.setdefault(task_id, []).append(record)
            left[task_id] -= 1
            if not left[task_id]:
                yield self.from_minimal(task_id, waiting.pop(task_id))

    def from_minimal(self, task_id: str, rows: list[dict[str, Any]]) -> Task:
        """One task out of its JSON_MIN rows: lists of regions become results as in the JSON export."""
        data = {key: value for key, value in rows[0].items() if not _is_control(value) and key not in MIN_KEYS}
        annotations = []
        for row in rows:
            results = list(self.minimal_results(task_id, row))
            annotations.append(
                {"id": row.get("annotation_id"), "completed_by": row.get("annotator"),
                 "created_at": row.get("created_at"), "result": results}
            )  # fmt: skip
        return self.task(task_id, data, annotations)

    def minimal_results(self, task_id: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Results of one JSON_MIN row; pages whose lists cannot be joined are reported, never zipped."""
        lists = {key: value for key, value in row.items() if _is_control(value)}
        places = {key: value for key, value in lists.items() if all("width" in item for item in value)}
        others = {key: value for key, value in lists.items() if key not in places}
        if not places:
            for key, value in others.items():
                for rank, item in enumerate(value):
                    yield {"id": f"{key}-{rank}", "type": "labels", "value": item}
            return
        texts = next(
            (v for k, v in row.items() if k in ("transcription", "text", "ocr_text") and not _is_control(v)), None
        )
        texts = [texts] if isinstance(texts, str) else texts
        key, boxes = max(places.items(), key=lambda pair: any(labels_of(item) for item in pair[1]))
        if others or (texts is not None and len(texts) != len(boxes)):
            counts = {name: len(value) for name, value in lists.items()} | {"texts": len(texts or ())}
            self.report.add("unjoinable", task_id, detail=str(counts))
            return
        for rank, item in enumerate(boxes):
            region = {"id": f"{key}-{rank}", "original_width": item.get("original_width"),
                      "original_height": item.get("original_height")}  # fmt: skip
            yield region | {"type": "rectanglelabels", "value": item}
            if texts is not None:
                yield region | {"type": "textarea", "value": {"text": texts[rank]}}

    def task(self, task_id: str, data: dict[str, Any], annotations: list[dict[str, Any]]) -> Task:
        """A task with the annotations that the policy keeps."""
        live = [a for a in annotations if not (a.get("was_cancelled") or a.get("skipped"))]
        if len(live) < len(annotations):
            self.report.add("cancelled", task_id, detail=f"{len(annotations) - len(live)} sur {len(annotations)}")
        text = data.get(self.text_key)
        text = text if isinstance(text, str) else None
        read = [self.annotation(task_id, text, annotation) for annotation in live]
        self.compare(read)
        kept = _choose(read, self.policy)
        if not annotations:
            status = "unlabelled"
        elif not live:
            status = "cancelled"
        else:
            status = "annotated" if any(a.spans or a.boxes for a in kept) else "empty"
        return Task(task_id, self.document(task_id, data), data, text, status, tuple(kept))

    def document(self, task_id: str, data: dict[str, Any]) -> str:
        """The document that a task belongs to."""
        if self.required and self.required not in data:
            raise ExportError(f"{self.path}, tâche {task_id} : le champ data.{self.required} manque")
        return str(next((data[key] for key in self.document_keys if data.get(key) not in (None, "")), task_id))

    def annotation(self, task_id: str, text: str | None, raw: dict[str, Any]) -> Annotation:
        """One annotation with its spans or boxes."""
        results = raw.get("result")
        if not isinstance(results, list):
            raise ExportError(f"{self.path}, tâche {task_id} : une annotation n’a pas de champ result")
        spans: list[Span] = []
        pages = [result for result in results if "width" in (result.get("value") or {})]
        if text is not None and not pages:
            regions = [result for result in results if result.get("type") in ("labels", "hypertextlabels")]
            spans = [span for region in regions if (span := read_span(region, text, task_id, self.report))]
        boxes = read_boxes(results, task_id, self.report) if pages else []
        for region in (*spans, *boxes):
            self.checked(region.labels, task_id)
        relations = [
            Relation(
                str(r.get("from_id")), str(r.get("to_id")), str(r.get("direction", "")), tuple(r.get("labels", ()))
            )
            for r in results
            if r.get("type") == "relation"
        ]
        return Annotation(
            str(raw.get("id", "")), _annotator(raw.get("completed_by")), str(raw.get("created_at") or ""),
            bool(raw.get("ground_truth")), tuple(spans), tuple(boxes), tuple(relations),
        )  # fmt: skip

    def checked(self, labels: tuple[str, ...], task_id: str) -> tuple[str, ...]:
        """The same labels; ExportError for one that the project does not have."""
        unknown = set(labels) - self.labels if self.labels is not None else set()
        if unknown:
            raise ExportError(f"{self.path}, tâche {task_id} : étiquette {sorted(unknown)[0]!r} inconnue du projet")
        return labels

    def compare(self, annotations: list[Annotation]) -> None:
        """Add the mean F1 of the pairs of annotations to the report's agreement."""
        if len(annotations) < 2:
            return
        sets = [{(s.start, s.end, s.labels) for s in a.spans} | {tuple(map(round, (b.left, b.top, b.right, b.bottom)))
                 + b.labels for b in a.boxes} for a in annotations]  # fmt: skip
        pairs = [
            2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0 for one, two in combinations(sets, 2)
        ]
        self.report.compared += 1
        self.report.agreement_sum += sum(pairs) / len(pairs)


def _is_control(value: Any) -> bool:
    """Whether a JSON_MIN field holds regions: a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _annotator(completed_by: Any) -> str:
    """Who annotated: an id, or an object with an email or an id."""
    if isinstance(completed_by, dict):
        return str(completed_by.get("email") or completed_by.get("id") or "")
    return "" if completed_by is None else str(completed_by)


def _choose(annotations: list[Annotation], policy: Policy) -> list[Annotation]:
    """The annotations that a policy keeps."""
    if policy == "all" or not annotations:
        return annotations
    marked = [annotation for annotation in annotations if annotation.ground_truth]
    candidates = marked if policy == "ground_truth" and marked else annotations
    return [max(candidates, key=lambda annotation: annotation.created_at)]
