"""Headings: where the supplier's name, address and logo stand on the first page."""

from collections.abc import Callable

from .draft import MARGIN, SIDE_STRIP, Draft
from .logos import logo, tinted
from .sheet import HEIGHT, WIDTH, Align, Sheet


def contact(draft: Draft) -> list[str]:
    """Return the lines of the supplier's address."""
    s = draft.supplier
    return [
        draft.told("street", s.street), draft.told("city", s.city), f"Tél. {draft.told('phone', s.phone)}",
        draft.told("site", f"contact@{s.site}"),
    ]  # fmt: skip


def column(draft: Draft, sheet: Sheet, x: float, y: float, lines: list[str], align: Align = "left") -> float:
    """Write lines of small print one under the other."""
    for line in lines:
        width = draft.right - x if align == "left" else x - MARGIN
        y = sheet.write(x, y, line, sheet.fitted(line, draft.small, width), align)
    return y


def left(draft: Draft, sheet: Sheet) -> float:
    """Draw the logo at the left, the name beside it and the address under the name."""
    at = MARGIN + logo(draft, sheet, MARGIN, 36, 48)
    style = draft.supplier.title.but(size=18, colour=draft.supplier.colour)
    y = sheet.write(at, 34, draft.shown, sheet.fitted(draft.shown, style, draft.right - at))
    return column(draft, sheet, at, y, contact(draft)) + 12


def right(draft: Draft, sheet: Sheet) -> float:
    """Draw the name and the address aligned at the right, the logo at the left, a rule under them."""
    logo(draft, sheet, MARGIN, 38, 56)
    style = draft.supplier.title.but(size=16, colour=draft.supplier.colour)
    y = sheet.write(draft.right, 36, draft.shown, sheet.fitted(draft.shown, style, 380), "right")
    y = column(draft, sheet, draft.right, y, contact(draft), "right") + 6
    sheet.rule(MARGIN, y, draft.right, y, draft.supplier.colour, 1.5)
    return y + 12


def centred(draft: Draft, sheet: Sheet) -> float:
    """Draw everything centred, between a logo and a double rule."""
    y, middle, s = 32.0, WIDTH / 2, draft.supplier
    if s.logo != "none":
        logo(draft, sheet, middle - 19, y, 38)
        y += 44
    y = sheet.write(middle, y, draft.shown, s.title.but(size=19), "centre")
    y = sheet.write(middle, y, f"{s.street} – {s.city}", draft.small, "centre")
    y = sheet.write(middle, y, f"Tél. {s.phone} – {s.site}", draft.small, "centre") + 5
    sheet.rule(MARGIN, y, draft.right, y)
    sheet.rule(MARGIN, y + 3, draft.right, y + 3)
    return y + 15


def banner(draft: Draft, sheet: Sheet) -> float:
    """Draw the name in white on a coloured band, the address at its right."""
    s = draft.supplier
    sheet.frame((0, 0, WIDTH, 92), None, s.colour)
    style = s.title.but(size=21, colour="white")
    sheet.write(MARGIN, 30, draft.shown, sheet.fitted(draft.shown, style, 320))
    y = 18.0
    for line in contact(draft):
        y = sheet.write(draft.right, y, line, draft.small.but(colour="white"), "right")
    return 110.0


def split(draft: Draft, sheet: Sheet) -> float:
    """Draw logo, name and address in three columns."""
    s = draft.supplier
    at = MARGIN + logo(draft, sheet, MARGIN, 36, 46)
    style = s.title.but(size=15, colour=s.colour)
    y = sheet.write(at, 42, draft.shown, sheet.fitted(draft.shown, style, 400 - at))
    sheet.write(at, y, s.form, draft.small)
    sheet.rule(405, 36, 405, 92, s.colour)
    return max(column(draft, sheet, 416, 36, contact(draft)), 98.0) + 12


def letter(draft: Draft, sheet: Sheet) -> float:
    """Draw the heading of a letter: name underlined, address in one column, nothing else."""
    s = draft.supplier
    y = sheet.write(MARGIN, 40, draft.shown, s.title.but(size=13))
    sheet.rule(MARGIN, y, MARGIN + sheet.measure(draft.shown, s.title.but(size=13)), y)
    y = column(draft, sheet, MARGIN, y + 4, [s.street, s.city, f"Téléphone : {s.phone}", f"SIRET : {s.siret}"])
    return y + 6


def strip(draft: Draft, sheet: Sheet) -> None:
    """Draw the coloured column at the left of a page."""
    sheet.frame((0, 0, SIDE_STRIP, HEIGHT), None, tinted(draft.supplier.colour, 0.85))


def side(draft: Draft, sheet: Sheet) -> float:
    """Draw everything about the supplier in a coloured column at the left."""
    strip(draft, sheet)
    s, x, width = draft.supplier, 24.0, SIDE_STRIP - 32
    small = draft.small.but(size=8.0)
    logo(draft, sheet, x, 36, 46)
    y = narrow_name(draft, sheet, x, 96, width)
    for line in [
        *contact(draft),
        "",
        "SIRET",
        s.siret,
        "N° TVA",
        s.vat,
        "",
        *(("IBAN",) if draft.has("foot_name") else ()),
    ]:
        y = sheet.wrap(x, y, width, line, sheet.fitted(line, small, width, 6.5)) if line else y + 6
    if draft.has("foot_name"):
        y = sheet.wrap(x, y, width, s.iban, small)
    return 40.0


def narrow_name(draft: Draft, sheet: Sheet, x: float, y: float, width: float) -> float:
    """Write the name in a narrow column, small enough for one line."""
    style = draft.supplier.title.but(size=13, colour=draft.supplier.colour)
    return sheet.write(x, y, draft.shown, sheet.fitted(draft.shown, style, width, 8)) + 6


def bottom(draft: Draft, sheet: Sheet) -> float:
    """Draw only a logo and a large title: the supplier is named at the foot."""
    at = MARGIN + logo(draft, sheet, MARGIN, 36, 54)
    style = draft.supplier.title.but(size=24, colour=draft.supplier.colour)
    sheet.write(
        draft.right if at > MARGIN else MARGIN, 44, draft.word("title"), style, "right" if at > MARGIN else "left"
    )
    return 104.0


HEADERS: dict[str, Callable[[Draft, Sheet], float]] = {
    "left": left, "right": right, "centred": centred, "banner": banner, "split": split, "letter": letter, "side": side,
    "bottom": bottom,
}  # fmt: skip


def continued(draft: Draft, sheet: Sheet, page: int) -> float:
    """Draw the short heading of a page after the first: name, number and page."""
    if draft.supplier.layout.header == "side":
        strip(draft, sheet)
        sheet.write(24, 96, draft.shown, sheet.fitted(draft.shown, draft.strong, SIDE_STRIP - 32))
        text = f"{draft.word('number')} {draft.number}, page {page}"
    else:
        text = f"{draft.name} – {draft.word('number')} {draft.number} – page {page}"
    sheet.write(draft.right, 38, text, sheet.fitted(text, draft.body, draft.right - draft.left), "right")
    sheet.rule(draft.left, 54, draft.right, 54, draft.supplier.colour)
    return 64.0
