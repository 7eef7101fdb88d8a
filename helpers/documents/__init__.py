"""Documents: pages, their words and boxes, and the fields of invoices.

What needs no torch and no matplotlib is here; `helpers.documents.encode`, `.predict` and `.pages` hold the rest.
"""

from .boxes import bio_labels, clamped, envelope, owners, to_pixels, to_thousandths, word_classes
from .corpus import Page, read_pages, read_words
from .fields import Check, Entity, check_amounts, entities, invoice_fields
from .images import contrast, deskew, open_page, repair, skew, threshold
from .ocr import read_page, reading_order
from .records import CLASSES, OTHER, DocumentError, Rectangle, Thousandths, Word
from .scores import character_accuracy, character_errors
from .values import french_amount, parse_amount, parse_date

__all__ = [
    "CLASSES", "OTHER", "Check", "DocumentError", "Entity", "Page", "Rectangle", "Thousandths", "Word", "bio_labels",
    "character_accuracy", "character_errors", "check_amounts", "clamped", "contrast", "deskew", "entities", "envelope",
    "french_amount", "invoice_fields", "open_page", "owners", "parse_amount", "parse_date", "read_page", "read_pages",
    "read_words", "reading_order", "repair", "skew", "threshold", "to_pixels", "to_thousandths", "word_classes",
]  # fmt: skip
