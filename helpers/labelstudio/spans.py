"""Text regions: offsets that lie are corrected or reported, and overlaps are settled by rules."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .records import ExportError, Report, Span

REACH = 60  # characters around the stated place in which a shifted text is searched


def read_span(region: dict[str, Any], text: str, task: str, report: Report) -> Span | None:
    """The span of a text region, with offsets corrected when its text stands elsewhere nearby; None when reported.

    Exports state offsets that miss by collapsed spaces, CRLF line ends or UTF-16 units after an emoji. The stated text
    is trusted: when `text[start:end]` is not it, up to differences of spaces, it is looked for in UTF-16 units, then
    around the place, and taken if it stands there once.
    """
    value, region_id = region.get("value") or {}, str(region.get("id", ""))
    start, end, stated = value.get("start"), value.get("end"), value.get("text")
    if isinstance(start, str) or "startOffset" in value:
        report.add("hypertext", task, region_id, "décalages XPath")
        return None
    if not (isinstance(start, int) and isinstance(end, int)):
        report.add("no_offsets", task, region_id, f"start={start!r}, end={end!r}")
        return None
    place = (start, end) if 0 <= start < end <= len(text) else None
    if isinstance(stated, str) and stated.strip():
        place = _locate(text, start, end, stated)
        if place is None:
            report.add("text_not_found", task, region_id, repr(stated[:40]))
            return None
        if place != (start, end):
            report.add("realigned", task, region_id, f"{start}–{end} → {place[0]}–{place[1]}")
    if place is None:
        report.add("outside_text", task, region_id, f"{start}–{end} sur {len(text)} caractères")
        return None
    start, end = _trim(text, *place)
    if start == end:
        report.add("blank_span", task, region_id)
        return None
    return Span(region_id, start, end, text[start:end], tuple(_labels(value)))


def _labels(value: dict[str, Any]) -> Iterable[str]:
    """Labels of a text region, whatever the control tag was called."""
    found = value.get("labels") or value.get("hypertextlabels") or []
    return [found] if isinstance(found, str) else found


def _locate(text: str, start: int, end: int, stated: str) -> tuple[int, int] | None:
    """Where the stated text is: at its offsets, at those offsets in UTF-16 units, or once nearby."""
    if 0 <= start < end <= len(text) and _same(text[start:end], stated):
        return start, end
    place = _from_utf16(text, start, end)
    if place and 0 <= place[0] < place[1] <= len(text) and _same(text[slice(*place)], stated):
        return place
    pattern = r"\s+".join(re.escape(word) for word in stated.split())
    low = max(0, start - REACH)
    found = list(re.finditer(pattern, text[low : end + REACH]))
    return (low + found[0].start(), low + found[0].end()) if len(found) == 1 else None


def _same(left: str, right: str) -> bool:
    """Whether two texts differ in nothing but spaces and line ends."""
    return left.split() == right.split()


def _from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Offsets counted in UTF-16 units turned into characters; None when the text has no such difference."""
    if text.isascii() or max(text) <= "\uffff":
        return None
    units = text.encode("utf-16-le")
    return tuple(len(units[: 2 * offset].decode("utf-16-le", errors="ignore")) for offset in (start, end))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The same place without blanks at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def settle(spans: Sequence[Span], order: Sequence[str], task: str, report: Report) -> list[tuple[int, int, str]]:
    """Disjoint (start, end, label) triples in text order, from spans as annotators leave them.

    The rules, in this order; each correction is reported.
    1. A span without a label names nothing: set aside.
    2. A span with several labels takes the one that comes first in `order`.
    3. Of two equal places the first region stays; of two that overlap, the longer; of equal lengths, the earlier.
    4. A span may begin or end inside a word: it keeps its place, and the word takes the label of its overlap.
    Blanks at the edges were already cut when the span was read. A label that `order` lacks raises ExportError.
    """
    labelled = []
    for span in spans:
        if not span.labels:
            report.add("no_label", task, span.id, repr(span.text[:40]))
            continue
        if unknown := set(span.labels) - set(order):
            raise ExportError(f"tâche {task}, région {span.id} : étiquette {sorted(unknown)[0]!r} inconnue du projet")
        if len(span.labels) > 1:
            report.add("several_labels", task, span.id, ", ".join(span.labels))
        labelled.append((span, min(span.labels, key=order.index)))
    kept: list[tuple[int, int, str]] = []
    for span, label in sorted(labelled, key=lambda pair: (pair[0].start - pair[0].end, pair[0].start)):
        if any(span.start < end and start < span.end for start, end, _ in kept):
            report.add("overlap", task, span.id, f"{span.start}–{span.end} {label}")
        else:
            kept.append((span.start, span.end, label))
    return sorted(kept)
