"""Logos made of a few shapes in the supplier's colour."""

import math
from collections.abc import Callable

from PIL import ImageColor

from .draft import Draft
from .sheet import Sheet


def tinted(colour: str, share: float = 0.5) -> str:
    """Return a colour moved towards white."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return "#" + "".join(f"{round(value + (255 - value) * share):02x}" for value in (red, green, blue))


def disc(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw a disc cut by a smaller one."""
    sheet.disc(x + size / 2, y + size / 2, size / 2, colour)
    sheet.disc(x + 0.64 * size, y + 0.4 * size, size / 4, "white")


def triangles(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw two mountains."""
    base = y + 0.9 * size
    sheet.polygon([(x + 0.3 * size, base), (x + 0.68 * size, y + 0.3 * size), (x + size, base)], tinted(colour))
    sheet.polygon([(x, base), (x + 0.4 * size, y), (x + 0.75 * size, base)], colour)


def leaf(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw a leaf with its vein."""
    turns = [step * math.pi / 24 for step in range(25)]
    upper = [(x + size * t / math.pi, y + size * (1 - t / math.pi) - 0.3 * size * math.sin(t)) for t in turns]
    lower = [(x + size * t / math.pi, y + size * (1 - t / math.pi) + 0.3 * size * math.sin(t)) for t in reversed(turns)]
    sheet.polygon(upper + lower, colour)
    sheet.rule(x, y + size, x + 0.8 * size, y + 0.2 * size, "white", 1.4)


def bars(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw four rising bars."""
    for rank, tall in enumerate((0.4, 0.6, 0.8, 1.0)):
        left = x + rank * size / 4
        fill = colour if rank % 2 else tinted(colour, 0.4)
        sheet.frame((left, y + size * (1 - tall), left + size / 5, y + size), None, fill)


def house(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw a house with its door."""
    sheet.polygon([(x, y + 0.48 * size), (x + size / 2, y), (x + size, y + 0.48 * size)], colour)
    sheet.frame((x + 0.14 * size, y + 0.5 * size, x + 0.86 * size, y + size), None, tinted(colour, 0.35))
    sheet.frame((x + 0.42 * size, y + 0.66 * size, x + 0.6 * size, y + size), None, "white")


def hexagon(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw nested hexagons."""
    for scale, fill in ((0.5, colour), (0.36, "white"), (0.24, tinted(colour, 0.3))):
        angles = [math.pi / 6 + step * math.pi / 3 for step in range(6)]
        points = [(x + size * (0.5 + scale * math.cos(a)), y + size * (0.5 + scale * math.sin(a))) for a in angles]
        sheet.polygon(points, fill)


def waves(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    """Draw three waves."""
    for rank in range(3):
        level = y + size * (0.2 + 0.28 * rank)
        steps = [step * size / 20 for step in range(21)]
        crest = [(x + s, level + 0.07 * size * math.sin(2 * math.pi * s / size + rank)) for s in steps]
        sheet.polygon([*crest, *((a, b + 0.13 * size) for a, b in reversed(crest))], tinted(colour, 0.25 * rank))


SHAPES: dict[str, Callable[[Sheet, float, float, float, str], None]] = {
    "disc": disc, "triangles": triangles, "leaf": leaf, "bars": bars, "house": house, "hexagon": hexagon,
    "waves": waves,
}  # fmt: skip


def logo(draft: Draft, sheet: Sheet, x: float, y: float, size: float = 44) -> float:
    """Draw the supplier's logo, if it has one, and return the width that it takes."""
    supplier = draft.supplier
    if supplier.logo == "none":
        return 0.0
    if supplier.logo == "initials":
        sheet.frame((x, y, x + size, y + size), None, supplier.colour, radius=6)
        style = supplier.title.but(size=0.45 * size, colour="white")
        sheet.write(x + size / 2, y + 0.22 * size, supplier.initials, style, "centre")
    else:
        SHAPES[supplier.logo](sheet, x, y, size, supplier.colour)
    return size + 12
