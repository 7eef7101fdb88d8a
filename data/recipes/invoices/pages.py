"""The finished pages of a data set: pictures, words in reading order, fields and their values."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from faker import Faker

from helpers.documents import CLASSES
from pictures.drawing import to_jpeg

from .compose import compose
from .invoice import Invoice, make_invoice
from .marks import mark
from .sheet import HEIGHT, WIDTH, Box, Sheet, Word
from .suppliers import Supplier, make_suppliers
from .wear import Wear, again, draw_wear, moved, worn

MAIN_SUPPLIERS = 81
SUPERSAMPLING = 2
QUALITY, QUALITY_STEP = 72, 6  # of the JPEG: where it starts, and how it goes down while a page is too heavy


@dataclass(frozen=True)
class Settings:
    """What to draw: the pool, how many documents, the seed, the size of the pages and the most bytes of one."""

    pool: str = "main"
    documents: int = 168
    seed: int = 0
    scale: float = 1.0
    limit: int = 25_000

    @property
    def suppliers(self) -> int:
        """Return how many suppliers the pool has."""
        return MAIN_SUPPLIERS if self.pool == "main" else max(8, self.documents // 4)


@dataclass(frozen=True)
class Field:
    """One occurrence of a field: its class, its text and its box in pixels."""

    label: str
    text: str
    box: Box


@dataclass(frozen=True)
class Page:
    """One page; boxes are in pixels of the picture."""

    document: str
    number: int
    count: int
    supplier: Supplier
    jpeg: bytes
    size: tuple[int, int]
    wear: Wear
    words: list[Word]
    fields: list[Field]
    document_values: dict[str, str]

    @property
    def name(self) -> str:
        """Return the name of the picture's file."""
        return f"{self.document}_{self.number}.jpg"

    @property
    def strings(self) -> dict[str, list[str]]:
        """Return the fields of the page as they are written, by class."""
        return {
            label: [field.text for field in self.fields if field.label == label]
            for label in CLASSES
            if any(field.label == label for field in self.fields)
        }

    @property
    def values(self) -> dict[str, str]:
        """Return the values of the classes that the page shows."""
        return {label: self.document_values[label] for label in self.strings}


def values(supplier: Supplier, invoice: Invoice) -> dict[str, str]:
    """Return the normalised value of every field."""
    return {
        "InvNum": " ".join(invoice.number.split()), "InvDate": invoice.date.isoformat(), "Fourni": supplier.name,
        "TTC": str(invoice.due_sum), "TVA": str(invoice.tax), "TT": str(invoice.total),
    }  # fmt: skip


def reading_order(words: list[Word]) -> list[Word]:
    """Return the words line after line, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.base):
        if lines and word.base - lines[-1][0].base < 4:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.box[0])]


def union(boxes: list[Box]) -> Box:
    """Return the smallest box around some boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def in_pixels(sheet: Sheet, wear: Wear, size: tuple[int, int]) -> list[Word]:
    """Return the words in reading order with their boxes on the picture, in whole pixels."""
    across, down = size[0] / WIDTH, size[1] / HEIGHT
    found = []
    for word in reading_order(sheet.words):
        left, top, right, bottom = moved(word.box, wear)
        right, bottom = min(size[0], math.ceil(right * across)), min(size[1], math.ceil(bottom * down))
        box = (int(left * across), int(top * down), right, bottom)
        found.append(Word(word.text, box, word.base, word.label, word.group))
    return found


def finish(
    sheet: Sheet, wear: Wear, settings: Settings, about: tuple[str, int, int], supplier: Supplier, truth: dict[str, str]
) -> Page:
    """Return a page out of a drawn sheet; `about` is document, page and number of pages."""
    picture = worn(sheet, wear, settings.scale)
    words = in_pixels(sheet, wear, picture.size)
    fields = [
        Field(label, text, union([word.box for word in words if word.group == rank]))
        for rank, (label, text) in enumerate(sheet.fields)
    ]
    limit = round(settings.limit * max(1, settings.scale))
    jpeg = to_jpeg(picture, QUALITY, limit, QUALITY_STEP, progressive=True)
    return Page(*about, supplier, jpeg, picture.size, wear, words, fields, truth)


def draw_pages(settings: Settings) -> Iterator[Page]:
    """Draw every page; the suppliers take turns."""
    suppliers = make_suppliers(settings.pool, settings.suppliers, settings.seed)
    fake, prefix = Faker("fr_FR"), "facture" if settings.pool == "main" else "pre"
    for index in range(settings.documents):
        rng = random.Random(f"{settings.seed}-{settings.pool}-document-{index}")
        fake.seed_instance(rng.getrandbits(32))
        supplier = suppliers[index % len(suppliers)]
        invoice = make_invoice(supplier, index // len(suppliers), fake, rng)
        sheets = compose(supplier, invoice, SUPERSAMPLING * settings.scale)
        mark(sheets[0], invoice.date, rng)
        wear, truth = draw_wear(rng), values(supplier, invoice)
        for number, sheet in enumerate(sheets, start=1):
            about = (f"{prefix}-{index + 1:04d}", number, len(sheets))
            yield finish(sheet, again(wear, rng) if number > 1 else wear, settings, about, supplier, truth)
