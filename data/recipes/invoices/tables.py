"""The table of lines, over as many pages as it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from .amounts import quantity
from .draft import Draft
from .headers import continued
from .invoice import Line
from .logos import tinted
from .sheet import HEIGHT, Align, Sheet

FOOT_ROOM = 82.0
BOTTOM = HEIGHT - FOOT_ROOM


@dataclass(frozen=True)
class Column:
    """A column of the table: what it shows, its edges, its side."""

    key: str
    x: float
    width: float
    align: Align

    @property
    def anchor(self) -> float:
        """Return where its text is aligned."""
        return {"left": self.x + 4, "right": self.x + self.width - 4, "centre": self.x + self.width / 2}[self.align]


def columns(draft: Draft) -> list[Column]:
    """Return the supplier's columns from left to right, the text taking the room that the others leave."""
    wide = draft.right - draft.left > 480
    keys = [("ref", 62.0)] if draft.has("ref") and wide else []
    keys += [("qty", 48.0), ("text", 0.0)] if draft.has("qty_first") else [("text", 0.0), ("qty", 48.0)]
    keys += [("unit", 44.0)] if draft.has("unit") and wide else []
    keys += [("price", 66.0)]
    keys += [("column_rate", 46.0)] if draft.has("column_rate") or len(draft.invoice.bases) > 1 else []
    keys += [("amount", 84.0)]
    rest = draft.right - draft.left - sum(width for _, width in keys)
    found, x = [], draft.left
    for key, width in keys:
        align: Align = "left" if key in {"ref", "text"} else "centre" if key in {"qty", "unit"} else "right"
        found.append(Column(key, x, width or rest, align))
        x += width or rest
    return found


def texts(draft: Draft, line: Line) -> dict[str, str]:
    """Return what each column shows of a line."""
    shown = {
        "ref": line.reference, "text": line.text, "qty": quantity(line.quantity, draft.supplier.amount),
        "unit": line.unit, "price": draft.bare(line.price), "column_rate": draft.percent(line.rate),
        "amount": draft.bare(line.amount),
    }  # fmt: skip
    return {key: draft.told(key, text) for key, text in shown.items()}


def head(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the row of column titles in the style of the table."""
    kind, colour = draft.supplier.layout.table, draft.supplier.colour
    style = draft.small.but(bold=True)
    if kind == "zebra":
        sheet.frame((draft.left, y, draft.right, y + 18), None, colour)
        style = style.but(colour="white")
    elif kind == "grid":
        sheet.frame((draft.left, y, draft.right, y + 18), "#333333", tinted(colour, 0.8))
    for column in columns(draft):
        label = draft.word(column.key)
        sheet.write(column.anchor, y + 4, label, sheet.fitted(label, style, column.width - 5), column.align)
    if kind in {"lines", "plain"}:
        sheet.rule(draft.left, y + 18, draft.right, y + 18, colour if kind == "lines" else "#111111", 1.2)
    return y + 20 if kind != "grid" else y + 18


def ruled(draft: Draft, sheet: Sheet, y: float, line: Line, rank: int) -> float:
    """Draw one line of a table with columns."""
    kind, high = draft.supplier.layout.table, 14.5 if kind_is_plain(draft) else 17.0
    cells = texts(draft, line)
    if kind == "zebra" and rank % 2:
        sheet.frame((draft.left, y, draft.right, y + high), None, tinted(draft.supplier.colour, 0.88))
    for column in columns(draft):
        text = cells[column.key]
        style = sheet.fitted(text, draft.body, column.width - 6)
        sheet.write(column.anchor, y + (high - 1.25 * style.size) / 2, text, style, column.align)
        if kind == "grid":
            sheet.frame((column.x, y, column.x + column.width, y + high), "#555555")
    if kind == "lines":
        sheet.rule(draft.left, y + high, draft.right, y + high, "#bbbbbb")
    return y + high


def kind_is_plain(draft: Draft) -> bool:
    """Return whether the table has no rules, so that its lines stand closer."""
    return draft.supplier.layout.table == "plain"


def ticket(draft: Draft, sheet: Sheet, y: float, line: Line, rank: int) -> float:
    """Draw one line as on a till receipt: the text, then « quantity x price » under it and the amount at the right."""
    cells = texts(draft, line)
    sheet.write(draft.left + 4, y, cells["text"], draft.body)
    sheet.write(draft.right - 4, y, cells["amount"], draft.body, "right")
    y += 1.3 * draft.body.size
    detail = f"{cells['qty']} {line.unit} x {cells['price']}"
    if len(draft.invoice.bases) > 1 or draft.has("column_rate"):
        detail += f" (TVA {cells['column_rate']})"
    sheet.write(draft.left + 18, y, detail, draft.small.but(colour="#444444"))
    return y + 1.5 * draft.small.size


def line_drawer(draft: Draft) -> Callable[[Draft, Sheet, float, Line, int], float]:
    """Return the function that draws a line in the supplier's kind of table."""
    return ticket if draft.supplier.layout.table == "ticket" else ruled


def carried(draft: Draft, sheet: Sheet, y: float, key: str, amount: Decimal) -> float:
    """Write the sum so far at the foot or at the top of a page."""
    sheet.write(draft.right - 96, y + 3, draft.word(key), draft.body.but(italic=True), "right")
    sheet.write(draft.right - 4, y + 3, draft.bare(amount), draft.body, "right")
    return y + 20


def turned(draft: Draft) -> tuple[Sheet, float]:
    """Return a new page with its short heading, and where to go on."""
    sheet = draft.new_sheet()
    return sheet, continued(draft, sheet, len(draft.sheets))


def table(draft: Draft, sheet: Sheet, y: float) -> tuple[Sheet, float]:
    """Draw the lines, on new pages where needed; return the last page and where it is free."""
    draw, sum_so_far = line_drawer(draft), Decimal("0.00")
    if draft.supplier.layout.table != "ticket":
        y = head(draft, sheet, y)
    else:
        sheet.rule(draft.left, y, draft.right, y, "#777777")
        y += 5
    for rank, line in enumerate(draft.invoice.lines):
        if y > BOTTOM - 44:
            carried(draft, sheet, y, "carry", sum_so_far)
            sheet, y = turned(draft)
            y = head(draft, sheet, y) if draft.supplier.layout.table != "ticket" else y
            y = carried(draft, sheet, y, "brought", sum_so_far)
        y = draw(draft, sheet, y, line, rank)
        sum_so_far += line.amount
    if draft.supplier.layout.table in {"zebra", "plain", "ticket"}:
        sheet.rule(draft.left, y + 3, draft.right, y + 3, draft.supplier.colour, 1.0)
    return sheet, y + 8
