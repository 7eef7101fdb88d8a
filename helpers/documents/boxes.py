"""Boxes of words: pixels and thousandths of the page, envelopes, and the annotated region that each word is in."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from helpers.labelstudio import Box
from helpers.ner.words import OUTSIDE

from .records import OTHER, DocumentError, Rectangle, Thousandths

SCALE = 1000  # LayoutLM knows 0 to 1000


def to_thousandths(box: Rectangle, size: tuple[int, int]) -> Thousandths:
    """A box in pixels as 0–1000 integers, ordered and clamped; `size` is the page's width and height in pixels.

    Rounded to the nearest: a truncation would move every box up and to the left by half a thousandth.
    """
    width, height = size
    left, top, right, bottom = clamped(box, size)
    return (
        round(SCALE * left / width), round(SCALE * top / height),
        round(SCALE * right / width), round(SCALE * bottom / height),
    )  # fmt: skip


def to_pixels(box: Thousandths, size: tuple[int, int]) -> Rectangle:
    """A box in thousandths as pixels: within half a thousandth of the page of the box it was made from."""
    width, height = size
    left, top, right, bottom = box
    return left * width / SCALE, top * height / SCALE, right * width / SCALE, bottom * height / SCALE


def side_by_side(before: Rectangle, box: Rectangle) -> bool:
    """Whether a box stands right after another on its line: no farther than the taller of the two is high."""
    height = max(before[3] - before[1], box[3] - box[1])
    return abs((box[1] + box[3]) - (before[1] + before[3])) < height and box[0] - before[2] < height


def clamped(box: Rectangle, size: tuple[int, int]) -> Rectangle:
    """The part of a box in pixels that is on a page of this width and height, its corners in order.

    A box that lies outside becomes a line or a point on the edge. DocumentError for a page without area and for
    coordinates that are no numbers.
    """
    width, height = size
    if width <= 0 or height <= 0:
        raise DocumentError(f"page de {width} × {height} pixels : une boîte n’y a pas de place")
    if not all(map(math.isfinite, box)):
        raise DocumentError(f"boîte {box} : ses coordonnées devraient être des nombres finis")
    xs, ys = sorted((box[0], box[2])), sorted((box[1], box[3]))
    left, right = (min(max(x, 0), width) for x in xs)
    top, bottom = (min(max(y, 0), height) for y in ys)
    return left, top, right, bottom


def envelope(boxes: Iterable[Rectangle]) -> Rectangle:
    """The smallest upright box around one or more boxes of a page; DocumentError without any."""
    held = list(boxes)
    if not held:
        raise DocumentError("aucune boîte à réunir")
    lefts, tops, rights, bottoms = zip(*held, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def overlaps(boxes: Sequence[Rectangle], others: Sequence[Rectangle]) -> tuple[np.ndarray, np.ndarray]:
    """Common area in square pixels of every pair (boxes, others), and its share of the smaller of the two."""
    first = np.asarray(boxes, float).reshape(-1, 1, 4)
    second = np.asarray(others, float).reshape(1, -1, 4)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    common = sides.clip(0).prod(-1)
    smaller = np.minimum(*((held[..., 2:] - held[..., :2]).clip(0).prod(-1) for held in (first, second)))
    return common, np.divide(common, smaller, out=np.zeros_like(common), where=smaller > 0)


def owners(boxes: Sequence[Rectangle], regions: Sequence[Box], share: float = 0.5) -> list[int | None]:
    """The rank of the region that each word's box is in, None outside all of them.

    A word is in a region when `share` of the smaller of the two is common, for readers draw words taller than their
    ink and may join a word with the mark before it; among several regions it is in the one it shares most with.
    """
    if not boxes or not regions:
        return [None] * len(boxes)
    common, shares = overlaps(boxes, [(region.left, region.top, region.right, region.bottom) for region in regions])
    held = np.where(shares >= share, common, 0)
    return [int(best) if row[best] > 0 else None for row, best in zip(held, held.argmax(1), strict=True)]


def word_classes(owned: Sequence[int | None], regions: Sequence[Box]) -> list[str]:
    """One class per word: the first label of the region it is in, `Autre` outside."""
    return [OTHER if rank is None else _label(regions[rank]) for rank in owned]


def bio_labels(owned: Sequence[int | None], regions: Sequence[Box]) -> list[str]:
    """One BIO label per word: B- on the first word of a region, I- on its others, O outside and for `Autre`.

    The words of a region that a neighbouring column interrupts go on with I-.
    """
    labels, opened = [], set()
    for rank, name in zip(owned, word_classes(owned, regions), strict=True):
        labels.append(OUTSIDE if name == OTHER else f"{'I' if rank in opened else 'B'}-{name}")
        opened.add(rank)
    return labels


def _label(region: Box) -> str:
    """The first label of a region, `Autre` for one without."""
    return region.labels[0] if region.labels else OTHER
