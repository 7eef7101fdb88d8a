"""What a page is made of: boxes and words, and the classes that the course looks for on invoices."""

from dataclasses import dataclass

from helpers.errors import AtelierError

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom in pixels
Thousandths = tuple[int, int, int, int]  # the same as 0–1000 integers, whatever the size of the page
CLASSES = ("InvNum", "InvDate", "Fourni", "TTC", "TVA", "TT", "Autre")
OTHER = CLASSES[-1]


class DocumentError(AtelierError, ValueError):
    """A page that cannot be read or encoded; the message is one line: what, where, what to do."""


@dataclass(frozen=True)
class Word:
    """A word on a page, its box in pixels (left, top, right, bottom) and how sure its reader is, from 0 to 1."""

    text: str
    box: Rectangle
    confidence: float = 1.0
