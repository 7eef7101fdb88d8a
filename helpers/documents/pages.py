"""A page with its boxes and their classes drawn on it."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from helpers.plots import PALE, PALETTE

from .boxes import clamped, overlaps
from .records import CLASSES, OTHER, DocumentError, Rectangle

READABLE_WIDTH = 1100  # pixels; a smaller page is enlarged so that the labels can be read
TEXT, LINE = 15, 2  # height of the labels and thickness of the frames in pixels, for a page of that width


def draw_page(
    image: Image.Image, boxes: Sequence[Rectangle], labels: Sequence[str], colors: Sequence[int] | None = None
) -> Image.Image:
    """The page as RGB with its boxes in pixels framed, each with its label where it hides least.

    `colors` are ranks in the course's palette; by default a class of the course has its own and any other label black.
    Boxes of `Autre`, or of an empty label, have no label. Small pages are enlarged.
    """
    colors = [color_of(label) for label in labels] if colors is None else colors
    if not len(boxes) == len(labels) == len(colors):
        raise DocumentError(f"{len(boxes)} boîtes, {len(labels)} classes, {len(colors)} couleurs : il en faut autant")
    zoom = max(1, ceil(READABLE_WIDTH / image.width))
    page = image.convert("RGB").resize((image.width * zoom, image.height * zoom), Image.Resampling.LANCZOS)
    pen, unit = ImageDraw.Draw(page), page.width / READABLE_WIDTH
    font, line = _font(round(TEXT * unit)), max(1, round(LINE * unit))
    frames = [[zoom * value for value in clamped(box, image.size)] for box in boxes]
    for (left, top, right, bottom), color in zip(frames, colors, strict=True):
        around = (left - line, top - line, right + line, bottom + line)
        pen.rectangle(clamped(around, (page.width - 1, page.height - 1)), outline=PALETTE[color], width=line)
    # Labels come after all frames, so that none is crossed.
    taken = [tuple(frame) for frame in frames]
    for frame, label, color in zip(frames, labels, colors, strict=True):
        if label and label != OTHER:
            size = pen.textbbox((0, 0), label, font)[2] + 4 * line, sum(font.getmetrics()) + line
            tag = _place(frame, size, page.size, taken, line)
            pen.rectangle(tag, fill=PALE[color], outline=PALETTE[color], width=1)
            pen.text((tag[0] + 2 * line, tag[1]), label, "black", font)
            taken.append(tag)
    return page


def color_of(label: str) -> int:
    """The rank in the palette of a class, also as a BIO label; black for `Autre` and for what is no class."""
    name = label[2:] if label[:2] in ("B-", "I-") else label
    return CLASSES.index(name) if name in CLASSES and name != OTHER else len(PALETTE) - 1


def _place(
    frame: Sequence[float], size: tuple[float, float], page: tuple[int, int], taken: Sequence[Rectangle], gap: int
) -> Rectangle:
    """The place of a label beside its frame, inside the page, where it hides least of what is there."""
    left, top, right, bottom = frame
    (wide, high), middle = size, (top + bottom - size[1]) / 2
    corners = (
        (left - gap, top - gap - high), (right + 2 * gap, middle), (left - 2 * gap - wide, middle),
        (left - gap, bottom + gap),
    )  # fmt: skip
    places = []
    for x, y in corners:
        x, y = max(0.0, min(x, page[0] - wide)), max(0.0, min(y, page[1] - high))
        places.append((x, y, x + wide, y + high))
    hidden, _ = overlaps(places, taken)
    return places[int(hidden.sum(1).argmin())]


def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font of the course's figures, which has all French letters."""
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"), size)
