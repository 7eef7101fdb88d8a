"""The client's address, and number and date with the details around them."""

from collections.abc import Callable

from .draft import Draft
from .logos import tinted
from .sheet import Sheet


def client(draft: Draft, sheet: Sheet, x: float, y: float, boxed: bool) -> float:
    """Write the client's address, in a frame where asked."""
    top, width = y, 210.0
    title = draft.word("client", colon=True)
    if title:
        y = sheet.write(x + 8, y + 4, title, draft.small.but(italic=True))
    name, *address = draft.invoice.client
    first, rest = draft.told("client", name), [draft.told("client_address", line) for line in address]
    y = sheet.write(x + 8, y + 2, first, sheet.fitted(first, draft.strong, width - 14))
    for line in rest:
        y = sheet.write(x + 8, y, line, sheet.fitted(line, draft.body, width - 14))
    if boxed:
        sheet.frame((x, top - 2, x + width, y + 4), "#777777")
    return y + 6


def heading(draft: Draft, sheet: Sheet, x: float, y: float, text: str = "", size: float = 17) -> float:
    """Write the word for an invoice in large letters, unless the page already has it."""
    if draft.supplier.layout.header == "bottom":
        return y
    style = draft.supplier.title.but(size=size, colour=draft.supplier.colour)
    text = text or draft.word("title")
    return sheet.write(x, y, text, sheet.fitted(text, style, draft.right - x)) + 3


def side_box(draft: Draft, sheet: Sheet, x: float, y: float, width: float) -> float:
    """Write the details in a frame, labels at the left and values at the right."""
    y = heading(draft, sheet, x, y)
    top, y = y, y + 5
    for label, value in draft.details():
        style = sheet.fitted(f"{label} {value}", draft.body, width - 22)
        sheet.write(x + 7, y, label + draft.supplier.colon, style)
        y = sheet.write(x + width - 7, y, value, style.but(bold="{Inv" in value), "right") + 1
    sheet.frame((x, top, x + width, y + 4), draft.supplier.colour, thick=1.2, radius=4)
    return y + 10


def side_column(draft: Draft, sheet: Sheet, x: float, y: float, width: float) -> float:
    """Write the details as plain lines « label : value »."""
    y = heading(draft, sheet, x, y)
    for label, value in draft.details():
        text = f"{label}{draft.supplier.colon or ' :'} {value}"
        y = sheet.write(x, y, text, sheet.fitted(text, draft.body, width)) + 1
    return y + 8


def side_stacked(draft: Draft, sheet: Sheet, x: float, y: float, width: float) -> float:
    """Write each label in small print above its value, in two columns."""
    y = heading(draft, sheet, x, y, size=20)
    for rank, (label, value) in enumerate(draft.details(8)):
        at = x + (rank % 2) * width / 2
        style = draft.small.but(colour="#555555")
        sheet.write(at, y, label, sheet.fitted(label, style, width / 2 - 6))
        sheet.write(at, y + 11, value, sheet.fitted(value, draft.strong, width / 2 - 6))
        y += 29 if rank % 2 else 0
    return y + 34


def cells(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write the details as a table of one row."""
    y = heading(draft, sheet, draft.left, y)
    details = draft.details(5)
    width = (draft.right - draft.left) / len(details)
    for rank, (label, value) in enumerate(details):
        x = draft.left + rank * width
        sheet.frame((x, y, x + width, y + 17), "#555555", tinted(draft.supplier.colour, 0.82))
        sheet.frame((x, y + 17, x + width, y + 36), "#555555")
        sheet.write(x + width / 2, y + 3, label, sheet.fitted(label, draft.small, width - 6), "centre")
        sheet.write(x + width / 2, y + 20, value, sheet.fitted(value, draft.body, width - 6), "centre")
    return y + 46


def title(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write the number as a title, the date under it, the other details on one line."""
    name = draft.word("title") if draft.supplier.layout.header != "bottom" else draft.word("number")
    style = draft.supplier.title.but(size=19)
    text = f"{name} {draft.number}"
    y = sheet.write(draft.left, y, text, sheet.fitted(text, style, draft.right - draft.left)) + 2
    date = draft.dated if draft.supplier.words["date"] == "Date" else draft.date
    y = sheet.write(draft.left, y, f"{draft.word('date')} {date}", draft.body)
    if draft.extras():
        text = " ; ".join(f"{label} {value}" for label, value in draft.extras())
        y = sheet.wrap(draft.left, y, draft.right - draft.left, text, draft.small)
    return y + 8


def inline(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write all the details on a line or two, with bars between them."""
    y = heading(draft, sheet, draft.left, y, size=14)
    text = "  |  ".join(f"{label} {value}" for label, value in draft.details())
    sheet.rule(draft.left, y, draft.right, y, "#888888")
    y = sheet.wrap(draft.left, y + 4, draft.right - draft.left, text, draft.body)
    sheet.rule(draft.left, y + 3, draft.right, y + 3, "#888888")
    return y + 13


def sentence(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write number and date in a sentence that also names an order and a delivery."""
    invoice = draft.invoice
    word = draft.supplier.words["number"]
    word = draft.caption("number", word if "Facture" in word or "Pièce" in word else "Facture n°")
    text = f"{word} {draft.number} du {draft.date}"
    if draft.has("order"):
        text += f", relative à votre commande {invoice.order} du {draft.day(invoice.order_date)}"
    if draft.has("delivery"):
        text += f", bon de livraison {invoice.delivery} du {draft.day(invoice.delivery_date)}"
    if draft.has("due"):
        text += f", payable au plus tard le {draft.day(invoice.due)}"
    return (
        sheet.wrap(draft.left, y + 4, draft.right - draft.left, text + ".", draft.body.but(size=draft.body.size + 1))
        + 10
    )


def letter(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write place and date as in a letter, then the number as its subject."""
    city = draft.supplier.city.split(" ", 1)[1]
    y = sheet.write(draft.right - 6, y, f"{city}, le {draft.date}", draft.body, "right") + 8
    y = sheet.write(draft.left, y, f"Objet : {draft.word('number').lower()} {draft.number}", draft.strong) + 2
    for label, value in draft.extras()[:3]:
        y = sheet.write(draft.left, y, f"{label} : {value}", draft.small)
    return y + 8


def nothing(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write only the title and the details that are no field: number and date are at the foot."""
    y = heading(draft, sheet, draft.left, y)
    text = ", ".join(f"{label} {value}" for label, value in draft.extras())
    return sheet.wrap(draft.left, y, draft.right - draft.left, text, draft.small) + 8 if text else y + 4


SIDES: dict[str, Callable[[Draft, Sheet, float, float, float], float]] = {
    "box": side_box, "column": side_column, "stacked": side_stacked,
}  # fmt: skip
WHOLE: dict[str, Callable[[Draft, Sheet, float], float]] = {
    "cells": cells, "title": title, "inline": inline, "sentence": sentence, "letter": letter, "foot": nothing,
}  # fmt: skip


def details(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the client's address and the details beside or under it; return where the table may start."""
    layout = draft.supplier.layout
    boxed = layout.table in {"grid", "zebra"}
    middle = draft.right - 212
    width = middle - draft.left - 14
    if layout.meta in SIDES:
        mine, theirs = (draft.left, middle) if layout.client == "right" else (draft.left + 226, draft.left)
        if layout.client == "left":
            width = draft.right - mine
        return max(SIDES[layout.meta](draft, sheet, mine, y, width), client(draft, sheet, theirs, y, boxed)) + 8
    y = client(draft, sheet, middle if layout.client == "right" else draft.left, y, boxed) + 6
    return WHOLE[layout.meta](draft, sheet, y) + 4
