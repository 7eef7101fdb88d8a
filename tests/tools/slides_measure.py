"""Heights of what stands on a slide, computed from the fonts that the slides are served with (pixels)."""

import base64
import io
import re
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image, ImageFont

WIDTH, HEIGHT = 1280, 720
SIDE, TOP, FOOT = 48, 28, 52  # margins of a slide; the footer stands in the last one
TITLE_SIZE = 38
INNER = WIDTH - 2 * SIDE
PICTURE = 460  # width kept on the right for a picture that is higher than wide
LEFT = INNER - PICTURE - 24  # and what stays for the rest
TEXT_LINE, CODE_LINE, GAP = 1.4, 1.35, 14  # line heights, and the space under a block
CODE_PADDING = (8, 12)  # above and below, left and right
# Pairs of font sizes (text, code), the largest first.
SCALES = ((28, 24), (26, 22), (24, 20), (24, 18))
TOKENS = 24  # coloured tokens, whose notes are smaller by a third
AMPLE = (34, 28)  # where there is little to show: text alone, an exercise
SMALLEST_PICTURE, LARGEST_PICTURE = 0.95, 1.4  # of the natural size, whose labels measure 17 pixels


def package(name: str) -> Path:
    """Folder of an installed package, which is not imported."""
    return Path(find_spec(name).submodule_search_locations[0])


REVEAL = package("sphinx_revealjs") / "_static" / "revealjs"
TEXT_FONTS = REVEAL / "dist" / "theme" / "fonts" / "source-sans-pro"
CODE_FONTS = package("matplotlib") / "mpl-data" / "fonts" / "ttf"


@cache
def font(code: bool, size: int) -> ImageFont.FreeTypeFont:
    """The font of code or of text."""
    path = CODE_FONTS / "DejaVuSansMono.ttf" if code else TEXT_FONTS / "source-sans-pro-semibold.ttf"
    return ImageFont.truetype(str(path), size)


@cache
def word_width(word: str, size: int, code: bool = False) -> float:
    """Width of a word; text is measured in semi-bold, which is wider than what most of it is set in."""
    return font(code, size).getlength(word)


def plain(markdown: str) -> str:
    """Text without the marks of emphasis and links; code keeps its back quotes."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("**", "").replace("*", "")


def text_lines(markdown: str, size: int, width: float = INNER) -> int:
    """Lines that a paragraph fills."""
    lines, used, space = 1, 0.0, word_width(" ", size)
    for word in re.findall(r"(?:`[^`]*`|[^ \n])+", plain(markdown)):
        # Code breaks at its own spaces; its back quotes stand for the padding around it.
        pieces = word.split(" ") if "`" in word else [word]
        for piece in pieces:
            wide = word_width(piece, size, code="`" in word) * (0.92 if "`" in word else 1)
            if used and used + space + wide > width:
                lines, used = lines + 1, 0.0
            used += wide + (space if used else 0)
    return lines


def columns(line: str) -> int:
    """Characters that a line of code fills in a font of fixed width."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line.expandtabs(8))


def code_columns(size: int, width: float = INNER) -> int:
    """Characters that fit side by side in a block of code."""
    return int((width - 2 * CODE_PADDING[1] - 4) / word_width("m", size, code=True))


def code_lines(source: str, size: int, width: float = INNER) -> int:
    """Lines that code or a printed output fills, the long ones folded at their spaces."""
    room, count = code_columns(size, width), 0
    for line in source.rstrip("\n").split("\n"):
        count, used = count + 1, 0
        for word in re.findall(r"\S*\s?", line):
            wide = columns(word)
            if used and used + wide > room + word.endswith(" "):
                count, used = count + 1, 0
            count, used = count + (used + wide) // (room + 1), (used + wide) % (room + 1)
    return count


def code_height(source: str, size: int, width: float = INNER) -> float:
    """Height of a block of code or of printed output."""
    return code_lines(source, size, width) * size * CODE_LINE + 2 * CODE_PADDING[0] + GAP


def table_height(rows: list[list[str]], size: int) -> float:
    """Height of a table whose columns share the width as a browser shares it, with room for a bad surprise."""
    widths = [max(word_width(plain(cell), size) + 28 for cell in column) for column in zip(*rows, strict=True)]
    share = min(1.0, INNER / sum(widths))
    lines = [
        max(text_lines(cell, size, max(80.0, width * share - 28)) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return sum(line * size * 1.3 + 13 for line in lines) + GAP


def markdown_height(block: str, size: int, width: float = INNER) -> float:
    """Height of a paragraph, a list, a table or a fenced block."""
    if block.startswith("```"):
        return code_height(block.split("\n", 1)[1].rsplit("\n", 1)[0], size - 4, width)
    if block.startswith("|"):
        lines = [line.strip().strip("|").split("|") for line in block.split("\n")]
        return table_height([[cell.strip() for cell in row] for row in lines[:1] + lines[2:]], size - 2)
    if re.match(r"- |\d+\. ", block):
        items = re.split(r"\n(?=- |\d+\. )", block)
        return sum(text_lines(item[2:], size, width - 40) * size * TEXT_LINE + 8 for item in items) + GAP
    return text_lines(block, size, width) * size * TEXT_LINE + GAP


def picture_size(output: dict, kind: str) -> tuple[int, int]:
    """Natural width and height of a picture, or those that its metadata asks for."""
    width, height = Image.open(io.BytesIO(base64.b64decode(output["data"][kind]))).size
    wanted = output["metadata"][kind].get("width")
    return (wanted, round(height * wanted / width)) if wanted else (width, height)


def rich_height(html: str, size: int) -> float:
    """Height of a data frame, or of tokens side by side on coloured grounds."""
    soup = BeautifulSoup(html, "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in soup.find_all("tr")]
    if rows:
        return table_height([row + [""] * (max(map(len, rows)) - len(row)) for row in rows], size)
    used, lines, size = 0.0, 1, max(size, TOKENS)
    for token in soup.div.find_all("span", recursive=False):
        note = token.span.extract().get_text() if token.span else ""
        sizes = word_width(token.get_text(), size, True), word_width(note, size, True) * 0.7
        wide = max(sizes) + 16
        if used + wide > INNER:
            lines, used = lines + 1, 0.0
        used += wide
    return lines * size * 2.65 + GAP
