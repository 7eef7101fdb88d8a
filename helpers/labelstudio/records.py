"""What a Label Studio export holds, as typed records, and the report of what was set aside."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from helpers.errors import AtelierError

Status = Literal["annotated", "empty", "cancelled", "unlabelled"]


class ExportError(AtelierError, ValueError):
    """An export that cannot be read; the message is one line: file, task or place, field, what to do."""


@dataclass(frozen=True)
class Span:
    """A piece of the task's text: characters `start` to `end` (Python offsets), its text and its labels."""

    id: str
    start: int
    end: int
    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """An upright rectangle in pixels (left, top, right, bottom) on page `page`, with its labels and transcription."""

    id: str
    left: float
    top: float
    right: float
    bottom: float
    labels: tuple[str, ...]
    text: str | None = None
    page: int = 0


@dataclass(frozen=True)
class Relation:
    """An arrow between two regions, by their ids."""

    source: str
    target: str
    direction: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Annotation:
    """What one annotator left on one task."""

    id: str
    annotator: str
    created_at: str
    ground_truth: bool
    spans: tuple[Span, ...] = ()
    boxes: tuple[Box, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Task:
    """One task: its data, the document it belongs to, and the annotations that the policy kept.

    `status` tells an annotated task from one that was annotated and left empty, one whose every annotation was
    cancelled, and one that nobody touched.
    """

    id: str
    document: str
    data: Mapping[str, Any]
    text: str | None
    status: Status
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True)
class Note:
    """Something that was set aside or corrected: what, in which task and region, and why."""

    kind: str
    task: str
    region: str
    detail: str


@dataclass
class Report:
    """Everything that a reading set aside or corrected, and how far the annotators of a task agree.

    `notes` keeps the first `limit` notes of each kind; `counts` counts them all.
    """

    limit: int = 1000
    tasks: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    compared: int = 0
    agreement_sum: float = 0.0

    def add(self, kind: str, task: str, region: str = "", detail: str = "") -> None:
        """Count one note of a kind and keep it while there is room."""
        self.counts[kind] += 1
        if self.counts[kind] <= self.limit:
            self.notes.append(Note(kind, task, region, detail))

    @property
    def agreement(self) -> float | None:
        """Mean over the tasks with several annotations of the pairs' F1 on exact regions; None without such tasks."""
        return self.agreement_sum / self.compared if self.compared else None
