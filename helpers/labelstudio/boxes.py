"""Page regions: percentages of a possibly turned rectangle become upright boxes in pixels."""

import math
from collections.abc import Iterable
from typing import Any

from .records import Box, Report

CORNERS = ("x", "y", "width", "height")
WHOLE_PAGE = ("choices", "rating")  # what is said of a page rather than of a region of it


def read_boxes(results: Iterable[dict[str, Any]], task: str, report: Report) -> list[Box]:
    """The boxes of one annotation: regions joined by `id`, whatever their order.

    A region is spread over several results of one id: a rectangle, its labels, its transcription. What cannot be
    joined, has no area or does not state its image's size is reported and left out; what was turned or reached over
    the edge is reported and kept, as its upright envelope.
    """
    parts: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        if result["type"] == "relation":
            continue
        if result.get("id") in (None, ""):
            report.add("no_id", task, detail=result["type"])
            continue
        parts.setdefault(str(result["id"]), []).append(result)
    found = (_join(region_id, group, task, report) for region_id, group in parts.items())
    return [box for box in found if box]


def _join(region_id: str, group: list[dict[str, Any]], task: str, report: Report) -> Box | None:
    """One box out of the results that share an id; None, reported, when there is no rectangle among them."""
    values = [result.get("value") or {} for result in group]
    place = next((result for result, value in zip(group, values, strict=True) if "width" in value), None)
    if place is None:
        if any(result["type"] not in WHOLE_PAGE for result in group):
            kind = "unread_region" if any("start" in value for value in values) else "no_rectangle"
            report.add(kind, task, region_id, ", ".join(result["type"] for result in group))
        return None
    labels = next((found for value in values if (found := _labels(value))), ())
    text = next((found for value in values if (found := _text(value)) is not None), None)
    if not labels:
        report.add("box_without_label", task, region_id)
    if text is None:
        report.add("box_without_text", task, region_id)
    corners = _pixel_box(place, task, region_id, report)
    if corners is None:
        return None
    pages = (holder["item_index"] for holder in (*group, *values) if holder.get("item_index") is not None)
    page = next(pages, 0)
    return Box(region_id, *corners, labels=labels, text=text, page=page)


def _labels(value: dict[str, Any]) -> tuple[str, ...]:
    """Labels of a rectangle, stated as `rectanglelabels` or as `labels`; a bare string is a list of one."""
    found = value.get("rectanglelabels") or value.get("labels") or ()
    return (found,) if isinstance(found, str) else tuple(found)


def _text(value: dict[str, Any]) -> str | None:
    """Transcription, its lines joined; a bare string is a list of one."""
    text = value.get("text")
    return text if isinstance(text, str) or text is None else "\n".join(map(str, text))


def _pixel_box(
    result: dict[str, Any], task: str, region: str, report: Report
) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom in pixels of a region in percent; None when reported as unusable.

    `x` and `y` are the top-left corner after a rotation of `rotation` degrees, clockwise, about that corner.
    """
    value = result["value"]
    width, height = result.get("original_width"), result.get("original_height")
    if not (width and height):
        report.add("no_size", task, region, "original_width ou original_height absent")
        return None
    if result.get("image_rotation"):
        report.add("image_rotation", task, region, f"{result['image_rotation']}°")
    try:
        x, y, w, h = (float(value[name]) for name in CORNERS)
        width, height, turn = float(width), float(height), float(value.get("rotation") or 0)
        edges = _envelope(x * width / 100, y * height / 100, w * width / 100, h * height / 100, turn)
    except (KeyError, TypeError, ValueError, OverflowError):
        edges = (math.nan,) * 4
    if not all(map(math.isfinite, edges)):
        stated = {name: value.get(name) for name in (*CORNERS, "rotation")}
        report.add("bad_box", task, region, f"{stated}, original_width={width!r}, original_height={height!r}")
        return None
    left, top, right, bottom = edges
    if value.get("rotation"):
        report.add("rotated", task, region, f"{value['rotation']}°")
    clamped = max(0.0, left), max(0.0, top), min(width, right), min(height, bottom)
    if w <= 0 or h <= 0 or clamped[0] >= clamped[2] or clamped[1] >= clamped[3]:
        report.add("no_area", task, region, f"x={x:g} y={y:g} width={w:g} height={h:g}")
        return None
    # A thousandth of a pixel is rounding, not a region that reaches over the edge.
    if max(abs(a - b) for a, b in zip(clamped, (left, top, right, bottom), strict=True)) > 1e-3:
        report.add("clamped", task, region, f"x={x:g} y={y:g} width={w:g} height={h:g}")
    return clamped


def _envelope(x: float, y: float, w: float, h: float, degrees: float) -> tuple[float, float, float, float]:
    """The upright rectangle around one that was turned clockwise about its top-left corner; all in pixels."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [(x + a * cosine - b * sine, y + a * sine + b * cosine) for a, b in ((0, 0), (w, 0), (0, h), (w, h))]
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)
