"""What others add to an invoice: stamps and handwritten notes, as translucent ink that leaves the fields legible."""

import math
import random
from datetime import date, timedelta

from PIL import Image, ImageChops, ImageDraw

from .amounts import day
from .sheet import HEIGHT, WIDTH, Box, Sheet, Style, Word
from .vocabulary import NOTES, STAMPS

STAMP_SHARE, NOTE_SHARE = 0.22, 0.16
INKS = ("#b3262e", "#2a3fa0", "#1e6f4a", "#6a2a8a")
PENS = ("#22307f", "#2b2b33", "#1b4a8f")
Written = tuple[Image.Image, list[tuple[str, Box]]]


def inked(text: str, style: Style, zoom: float, rng: random.Random, shaky: float) -> Written:
    """Return a picture of a text on white, its letters shaken up and down, and each word's box in its pixels."""
    font, pad = style.font(zoom), 8 * zoom
    size = round(font.getlength(text) + 2 * pad), round(1.5 * style.size * zoom + 2 * pad)
    picture = Image.new("RGB", size, "white")
    pen, x, boxes = ImageDraw.Draw(picture), pad, []
    for word in text.split(" "):
        left, tops, bottoms = x, [], []
        for letter in word:
            base = pad + 1.1 * style.size * zoom + rng.uniform(-shaky, shaky) * style.size * zoom
            pen.text((x, base), letter, style.colour, font, anchor="ls")
            _, top, _, bottom = pen.textbbox((x, base), letter, font, anchor="ls")
            tops, bottoms = [*tops, top], [*bottoms, bottom]
            x += font.getlength(letter)
        boxes.append((word, (left, min(tops), x, max(bottoms))))
        x += font.getlength(" ")
    return picture, boxes


def frame(picture: Image.Image, colour: str, zoom: float, double: bool) -> None:
    """Draw the frame of a stamp around its text."""
    pen = ImageDraw.Draw(picture)
    for inset in (2, 5) if double else (3,):
        corners = (inset * zoom, inset * zoom, picture.width - inset * zoom, picture.height - inset * zoom)
        pen.rounded_rectangle(corners, 4 * zoom, outline=colour, width=round(1.3 * zoom))


def envelope(box: Box, size: tuple[int, int], angle: float) -> Box:
    """Return the upright box, relative to the centre, of a box turned counter-clockwise by degrees."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(x - size[0] / 2, y - size[1] / 2) for x in box[::2] for y in box[1::2]]
    xs, ys = [cosine * x + sine * y for x, y in corners], [cosine * y - sine * x for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(box: Box, other: Box, gap: float = 2) -> bool:
    """Return whether two boxes touch, or come closer than a gap."""
    apart = box[2] + gap < other[0] or other[2] + gap < box[0] or box[3] + gap < other[1] or other[3] + gap < box[1]
    return not apart


def place(sheet: Sheet, half: tuple[float, float], rng: random.Random, most: int) -> tuple[float, float] | None:
    """Return a centre where a mark covers no field and at most so many other words; None where there is none."""
    for _ in range(60):
        x, y = rng.uniform(half[0] + 8, WIDTH - half[0] - 8), rng.uniform(half[1] + 8, HEIGHT - half[1] - 30)
        box = (x - half[0], y - half[1], x + half[0], y + half[1])
        hit = [word for word in sheet.words if overlap(box, word.box)]
        if len(hit) <= most and all(word.group < 0 for word in hit):
            return x, y
    return None


def press(sheet: Sheet, written: Written, angle: float, rng: random.Random, most: int) -> None:
    """Put a picture of ink on the sheet at an angle, and its words among the sheet's, where there is room."""
    picture, boxes = written
    turned = picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    turned = Image.blend(turned, Image.new("RGB", turned.size, "white"), rng.uniform(0.05, 0.3))
    centre = place(sheet, (turned.width / 2 / sheet.zoom, turned.height / 2 / sheet.zoom), rng, most)
    if centre is None:
        return
    left, top = (round(value * sheet.zoom - length / 2) for value, length in zip(centre, turned.size, strict=True))
    window = (left, top, left + turned.width, top + turned.height)
    sheet.image.paste(ImageChops.multiply(sheet.image.crop(window), turned), window)
    for text, box in boxes:
        x0, y0, x1, y1 = (value / sheet.zoom for value in envelope(box, picture.size, angle))
        placed = (x0 + centre[0], y0 + centre[1], x1 + centre[0], y1 + centre[1])
        sheet.words.append(Word(text, placed, centre[1] + 4))


def stamp(sheet: Sheet, when: date, rng: random.Random) -> None:
    """Stamp the sheet."""
    style = Style("sans", rng.uniform(13, 22), bold=True, colour=rng.choice(INKS))
    text = rng.choice(STAMPS).format(day(when, rng.choice(("slash", "dots", "long"))).upper())
    if len(text) > 12:
        style = style.but(size=min(style.size, 15))
    written = inked(text, style, sheet.zoom, rng, 0)
    frame(written[0], style.colour, sheet.zoom, rng.random() < 0.5)
    press(sheet, written, rng.uniform(-18, 22), rng, 3)


def note(sheet: Sheet, when: date, rng: random.Random) -> None:
    """Write a note by hand."""
    style = Style("times", rng.uniform(12, 16), italic=True, colour=rng.choice(PENS))
    text = rng.choice(NOTES).format(f"{when.day}/{when.month}")
    press(sheet, inked(text, style, sheet.zoom, rng, 0.05), rng.uniform(-3, 9), rng, 0)


def mark(sheet: Sheet, when: date, rng: random.Random) -> None:
    """Add a stamp, a note, both or nothing, dated some days after the invoice."""
    if rng.random() < STAMP_SHARE:
        stamp(sheet, when + timedelta(days=rng.randint(2, 40)), rng)
    if rng.random() < NOTE_SHARE:
        note(sheet, when + timedelta(days=rng.randint(2, 40)), rng)
