"""Reading Label Studio exports of every form, task by task."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from .boxes import read_boxes
from .forms import Place, is_live, raw_tasks, results_of
from .records import Annotation, Relation, Report, Span, Task
from .spans import read_span

Policy = Literal["ground_truth", "latest", "all"]
DOCUMENT_KEYS = ("document", "document_id", "doc_id", "gddid", "filename", "file_name", "source")
SPANS = ("labels", "hypertextlabels")  # types of text regions


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
    place = Place(path)
    reading = _Reading(place, report, policy, text_key, document_key, None if labels is None else frozenset(labels))
    for raw in raw_tasks(place, report):
        task = reading.task(*raw)
        report.tasks[task.status] += 1
        yield task


class _Reading:
    """The options of one reading, and what it does with each task."""

    def __init__(
        self, place: Place, report: Report, policy: Policy, text_key: str, document_key: str | None,
        labels: frozenset[str] | None,
    ) -> None:  # fmt: skip
        self.place, self.report, self.policy, self.text_key = place, report, policy, text_key
        self.required, self.document_keys = document_key, (document_key,) if document_key else DOCUMENT_KEYS
        self.labels = labels

    def task(self, task_id: str, data: dict[str, Any], annotations: list[dict[str, Any]]) -> Task:
        """A task with the annotations that the policy keeps."""
        live = [annotation for annotation in annotations if is_live(annotation)]
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
        stated = [data[key] for key in self.document_keys if data.get(key) not in (None, "")]
        if self.required and not stated:
            raise self.place.error(task_id, f"le champ data.{self.required} manque")
        return str(stated[0]) if stated else task_id

    def annotation(self, task_id: str, text: str | None, raw: dict[str, Any]) -> Annotation:
        """One annotation with its spans or boxes."""
        results, spans, boxes = results_of(self.place, task_id, raw), [], []
        if text is None or any("width" in (result.get("value") or ()) for result in results):
            boxes = read_boxes(results, task_id, self.report)
        else:
            spans = self.spans(task_id, text, results)
        for region in (*spans, *boxes):
            unknown = set(region.labels) - self.labels if self.labels is not None else ()
            if unknown:
                raise self.place.error(task_id, f"étiquette {min(unknown)!r} inconnue du projet")
        return Annotation(
            str(raw.get("id", "")), _annotator(raw.get("completed_by")), str(raw.get("created_at") or ""),
            bool(raw.get("ground_truth")), tuple(spans), tuple(boxes), tuple(self.relations(task_id, results)),
        )  # fmt: skip

    def spans(self, task_id: str, text: str, results: list[dict[str, Any]]) -> list[Span]:
        """The text regions among results; regions of other kinds are reported."""
        spans = []
        for result in results:
            kind = result["type"]
            if kind in SPANS:
                spans.append(read_span(result, text, task_id, self.report))
            elif kind.endswith("labels"):
                self.report.add("unread_region", task_id, str(result.get("id", "")), kind)
        return [span for span in spans if span]

    def relations(self, task_id: str, results: list[dict[str, Any]]) -> Iterator[Relation]:
        """The relations among results; one that lacks an end is reported."""
        for result in results:
            if result["type"] != "relation":
                continue
            source, target = result.get("from_id"), result.get("to_id")
            if source is None or target is None:
                self.report.add("broken_relation", task_id, detail=f"{source} → {target}")
                continue
            labels = result.get("labels") or ()
            labels = (labels,) if isinstance(labels, str) else tuple(labels)
            yield Relation(str(source), str(target), str(result.get("direction", "")), labels)

    def compare(self, annotations: list[Annotation]) -> None:
        """Add the mean F1 of the pairs of annotations to the report's agreement."""
        if len(annotations) < 2:
            return
        sets = [{(s.start, s.end, s.labels) for s in a.spans} | {(b.page, *map(round, (b.left, b.top, b.right,
                 b.bottom)), b.labels) for b in a.boxes} for a in annotations]  # fmt: skip
        pairs = [
            2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0 for one, two in combinations(sets, 2)
        ]
        self.report.compared += 1
        self.report.agreement_sum += sum(pairs) / len(pairs)


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
