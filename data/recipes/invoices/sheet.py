"""A sheet of paper in units of 1/620 of its width, which remembers the box and the class of every word written on it.

Text is given with its fields marked, as in « Facture n° {InvNum|F-2024-0117} ».
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from helpers.documents import OTHER

from .fonts import SPACES, face

WIDTH, HEIGHT = 620, 877
MARK = re.compile(r"\{(\w+)\|([^{}|]+)\}")
Box = tuple[float, float, float, float]
Align = Literal["left", "right", "centre"]
Token = tuple[str, int]


@dataclass(frozen=True)
class Style:
    """How a text looks: family, size in units, weight, slant and colour."""

    family: str = "sans"
    size: float = 10
    bold: bool = False
    italic: bool = False
    colour: str = "#111111"

    def but(self, **changes: object) -> "Style":
        """Return the style with some changes."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def font(self, zoom: float) -> ImageFont.FreeTypeFont:
        """Return the font in pixels."""
        return face(self.family, self.bold, self.italic, round(self.size * zoom, 2))


@dataclass(frozen=True)
class Word:
    """A word with its box and base line in units, its class and its occurrence of a field (-1 for none)."""

    text: str
    box: Box
    base: float
    label: str = OTHER
    group: int = -1


def split(marked: str) -> tuple[list[Token], list[tuple[str, str]]]:
    """Return the words of a marked text, each with its field's rank or -1, and the fields (class, text)."""
    fields = [(match[1], match[2]) for match in MARK.finditer(marked)]
    chunks, last = [], 0
    for rank, match in enumerate(MARK.finditer(marked)):
        chunks += [(marked[last : match.start()], -1), (match[2], rank)]
        last = match.end()
    words: list[Token] = []
    glued = False
    for chunk, rank in [*chunks, (marked[last:], -1)]:
        for part in re.findall(r"\s+|\S+", chunk):
            if part.isspace():
                glued = False
            elif glued:
                words[-1] = words[-1][0] + part, max(words[-1][1], rank)
            else:
                words.append((part, rank))
                glued = True
    return words, fields


@dataclass
class Sheet:
    """The picture, the words and the occurrences of fields, as (class, text)."""

    zoom: float
    words: list[Word] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start with a white page."""
        self.image = Image.new("RGB", (round(WIDTH * self.zoom), round(HEIGHT * self.zoom)), "white")
        self.pen = ImageDraw.Draw(self.image)

    def measure(self, marked: str, style: Style) -> float:
        """Return the width of a text."""
        return self.length(split(marked)[0], style) / self.zoom

    def length(self, tokens: Sequence[Token], style: Style) -> float:
        """Return the width of words on one line, in pixels."""
        font = style.font(self.zoom)
        space = font.getlength(" ") * SPACES.get(style.family, 1.0)
        return sum(font.getlength(text) for text, _ in tokens) + space * (len(tokens) - 1)

    def fitted(self, marked: str, style: Style, width: float, least: float = 7) -> Style:
        """Return the style, smaller where the text would be wider than `width`."""
        while self.measure(marked, style) > width and style.size > least:
            style = style.but(size=style.size - 0.5)
        return style

    def write(self, x: float, y: float, marked: str, style: Style, align: Align = "left") -> float:
        """Write one line whose top is at `y`; return the top of the next one."""
        tokens, fields = split(marked)
        first = len(self.fields)
        self.fields += fields
        self.put(x, y, [(text, rank + first if rank >= 0 else -1) for text, rank in tokens], style, align)
        return y + 1.36 * style.size

    def put(self, x: float, y: float, tokens: Sequence[Token], style: Style, align: Align) -> None:
        """Write words on one line, their fields being those of the sheet."""
        font, zoom = style.font(self.zoom), self.zoom
        space = font.getlength(" ") * SPACES.get(style.family, 1.0)
        at = x * zoom - self.length(tokens, style) * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        base = (y + style.size) * zoom
        for text, group in tokens:
            self.pen.text((at, base), text, style.colour, font, anchor="ls")
            label = self.fields[group][0] if group >= 0 else OTHER
            self.words.append(Word(text, self.ink(at, base, text, font), y + style.size, label, group))
            at += font.getlength(text) + space

    def ink(self, at: float, base: float, text: str, font: ImageFont.FreeTypeFont) -> Box:
        """Return the box of a word, never lower than a small letter."""
        left, top, right, bottom = self.pen.textbbox((at, base), text, font, anchor="ls")
        floor = self.pen.textbbox((at, base), "x", font, anchor="ls")
        scaled = [value / self.zoom for value in (left, min(top, floor[1]), right, max(bottom, floor[3]))]
        return scaled[0], scaled[1], scaled[2], scaled[3]

    def wrap(self, x: float, y: float, width: float, marked: str, style: Style, leading: float = 1.36) -> float:
        """Write a paragraph whose fields stay on one line each; return the top of the next line."""
        tokens, fields = split(marked)
        first = len(self.fields)
        self.fields += fields
        line: list[Token] = []
        for unit in units([(text, rank + first if rank >= 0 else -1) for text, rank in tokens]):
            if line and self.length([*line, *unit], style) > width * self.zoom:
                self.put(x, y, line, style, "left")
                line, y = [], y + leading * style.size
            line = [*line, *unit]
        self.put(x, y, line, style, "left")
        return y + leading * style.size

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: str = "#111111", thick: float = 0.8) -> None:
        """Draw a straight line."""
        z = self.zoom
        self.pen.line((x0 * z, y0 * z, x1 * z, y1 * z), colour, max(1, round(thick * z)))

    def frame(
        self, box: Box, outline: str | None = "#111111", fill: str | None = None, thick: float = 0.8, radius: float = 0
    ) -> None:
        """Draw a rectangle, with round corners where a radius is given."""
        corners, width = [value * self.zoom for value in box], max(1, round(thick * self.zoom))
        self.pen.rounded_rectangle(corners, radius * self.zoom, fill, outline, width)

    def polygon(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """Fill a polygon."""
        self.pen.polygon([(x * self.zoom, y * self.zoom) for x, y in points], fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Fill a disc."""
        z = self.zoom
        self.pen.ellipse(((x - radius) * z, (y - radius) * z, (x + radius) * z, (y + radius) * z), fill)


def units(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the words in groups that a line break must not part."""
    groups: list[list[Token]] = []
    for token in tokens:
        if groups and token[1] >= 0 and groups[-1][-1][1] == token[1]:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups
