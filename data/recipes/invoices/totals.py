"""The sums: total before tax, VAT and total, in the supplier's form."""

from collections.abc import Callable

from .draft import Draft, Row
from .logos import tinted
from .sheet import Sheet


def before_tax(draft: Draft) -> list[Row]:
    """Return the rows from the sum of the lines to the total before tax."""
    invoice, rows = draft.invoice, []
    if invoice.discount or invoice.shipping:
        rows.append(Row(draft.word("gross"), draft.money(invoice.gross, draft.kind("gross"))))
    if invoice.discount:
        label = f"{draft.word('discount')} {draft.percent(invoice.discount_rate)}"
        rows.append(Row(label, draft.money(-invoice.discount, draft.kind("discount"))))
    if invoice.shipping:
        rows.append(Row(draft.word("shipping"), draft.money(invoice.shipping, draft.kind("shipping"))))
    return [*rows, Row(draft.word("tt"), draft.money(invoice.total, "TT"))]


def taxes(draft: Draft, each: bool = True) -> list[Row]:
    """Return the rows of VAT: one rate is the total itself, several come each (where asked) before their total."""
    invoice = draft.invoice
    if len(invoice.taxes) == 1:
        (rate,) = invoice.taxes
        return [Row(f"{draft.word('rate')} {draft.percent(rate)}", draft.money(invoice.tax, "TVA"))]
    parts = [
        Row(
            f"{draft.word('rate')} {draft.percent(rate)} sur {draft.bare(invoice.bases[rate])}",
            draft.money(tax, draft.kind("part")),
        )
        for rate, tax in invoice.taxes.items()
    ]
    return [*(parts if each else []), Row(draft.word("tva"), draft.money(invoice.tax, "TVA"))]


def final(draft: Draft) -> list[Row]:
    """Return the row of the total, then what was paid and what is left, or the total again by the supplier's habit."""
    invoice = draft.invoice
    total = draft.money(invoice.due_sum, "TTC")
    if invoice.deposit:
        label = draft.word("deposit")
        if draft.has("order_date"):
            label += f" le {draft.day(invoice.deposit_date)}"
        paid = Row(label, draft.money(-invoice.deposit, draft.kind("deposit")))
        rest = Row(draft.word("rest"), draft.money(invoice.rest, draft.kind("rest")), True)
        return [Row(draft.word("ttc"), total, True), paid, rest]
    if draft.has("net_only"):
        return [Row(draft.word("net"), total, True)]
    return [Row(draft.word("ttc"), total, True), *([Row(draft.word("net"), total, True)] if draft.has("net") else [])]


def rows(draft: Draft, each: bool = True) -> list[Row]:
    """Return all the rows."""
    return before_tax(draft) + taxes(draft, each) + final(draft)


def block(draft: Draft, sheet: Sheet, x: float, y: float, width: float, lines: list[Row], ruled: bool = True) -> float:
    """Write rows with labels at the left and values at the right of a block."""
    for row in lines:
        style = draft.strong if row.strong else draft.body
        style = sheet.fitted(f"{row.label} {row.value}", style, width - 24)
        sheet.write(x + 6, y + 3, row.label, style)
        sheet.write(x + width - 4, y + 3, row.value, style, "right")
        y += 18
        if ruled:
            sheet.rule(x, y, x + width, y, "#aaaaaa")
    return y


def right(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the rows in a ruled block at the right."""
    return block(draft, sheet, draft.right - 262, y + 4, 262, rows(draft)) + 10


def left(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the rows at the left, without rules."""
    return block(draft, sheet, draft.left, y + 6, 262, rows(draft), ruled=False) + 10


def boxed(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the rows in a tinted frame at the right, the last in the supplier's colour."""
    lines, x, width = rows(draft), draft.right - 270, 270.0
    sheet.frame((x, y + 6, draft.right, y + 18 * len(lines) + 13), "#333333", tinted(draft.supplier.colour, 0.9), 1.4)
    return block(draft, sheet, x, y + 8, width, lines, ruled=False) + 14


def as_rows(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the sums as the last rows of the table, over its whole width."""
    y -= 4
    for row in rows(draft):
        style = draft.strong if row.strong else draft.body
        fill = tinted(draft.supplier.colour, 0.8) if row.strong else None
        sheet.frame((draft.left, y, draft.right, y + 18), "#666666", fill)
        sheet.rule(draft.right - 100, y, draft.right - 100, y + 18, "#666666")
        sheet.write(draft.right - 108, y + 3, row.label, style, "right")
        sheet.write(draft.right - 4, y + 3, row.value, sheet.fitted(row.value, style, 92), "right")
        y += 18
    return y + 10


def sentence(draft: Draft, sheet: Sheet, y: float) -> float:
    """Write the sums in a sentence; discount and shipping come as rows before it."""
    invoice, wide = draft.invoice, draft.right - draft.left
    y = block(draft, sheet, draft.right - 250, y, 250, before_tax(draft)[:-1], ruled=False) + 6
    parts = "" if len(invoice.taxes) == 1 else ", dont " + " et ".join(
        f"{draft.money(tax)} à {draft.percent(rate)}" for rate, tax in invoice.taxes.items()
    )  # fmt: skip
    one = f" à {draft.percent(next(iter(invoice.taxes)))}" if len(invoice.taxes) == 1 else ""
    text = (
        f"La présente facture s’élève à {draft.money(invoice.due_sum, 'TTC')} "
        f"{draft.caption('ttc', 'toutes taxes comprises')}, soit {draft.money(invoice.total, 'TT')} "
        f"{draft.caption('tt', 'hors taxes')} et {draft.money(invoice.tax, 'TVA')} de {draft.caption('tva', 'TVA')}"
        f"{one}{parts}."
    )
    if invoice.deposit:
        paid = draft.money(invoice.deposit, draft.kind("deposit"))
        rest = draft.money(invoice.rest, draft.kind("rest"))
        text += f" Compte tenu de l’acompte de {paid}, il reste à payer {rest}."
    return sheet.wrap(draft.left, y, wide, text, draft.body.but(size=draft.body.size + 0.5), 1.5) + 10


def recap(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw a table of bases and VAT by rate at the left, the sums at the right."""
    invoice, x = draft.invoice, draft.left
    if len(invoice.taxes) > 1:
        for rank, label in enumerate(("Taux", "Base HT", "TVA")):
            sheet.frame(
                (x + 72 * rank, y + 4, x + 72 * (rank + 1), y + 20), "#555555", tinted(draft.supplier.colour, 0.85)
            )
            sheet.write(x + 72 * rank + 36, y + 6, label, draft.small, "centre")
        for line, (rate, tax) in enumerate(invoice.taxes.items(), start=1):
            cells = (draft.percent(rate), draft.bare(invoice.bases[rate]), draft.told("part", draft.bare(tax)))
            for rank, text in enumerate(cells):
                top = y + 4 + 16 * line
                sheet.frame((x + 72 * rank, top, x + 72 * (rank + 1), top + 16), "#555555")
                sheet.write(x + 72 * (rank + 1) - 5, top + 2, text, sheet.fitted(text, draft.small, 64), "right")
    end = block(draft, sheet, draft.right - 250, y + 2, 250, rows(draft, each=False))
    return max(end, y + 24 + 16 * len(invoice.taxes)) + 10


def strip(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the sums as cells across the page, labels above values."""
    cells = [*before_tax(draft), *taxes(draft, each=False), *final(draft)]
    width = (draft.right - draft.left) / min(len(cells), 5)
    for rank, row in enumerate(cells):
        x, top = draft.left + rank % 5 * width, y + 6 + 40 * (rank // 5)
        fill = tinted(draft.supplier.colour, 0.82) if row.strong else None
        sheet.frame((x, top, x + width, top + 36), "#444444", fill)
        sheet.write(x + width / 2, top + 3, row.label, sheet.fitted(row.label, draft.small, width - 6), "centre")
        style = draft.strong if row.strong else draft.body
        sheet.write(x + width / 2, top + 18, row.value, sheet.fitted(row.value, style, width - 6), "centre")
    return y + 6 + 40 * (1 + (len(cells) - 1) // 5) + 10


def big(draft: Draft, sheet: Sheet, y: float) -> float:
    """Draw the sums before the total small at the right, and the total large in a coloured block."""
    lines, last = before_tax(draft) + taxes(draft), final(draft)
    y = block(draft, sheet, draft.right - 250, y + 2, 250, lines, ruled=False) + 4
    first, colour = last[0], draft.supplier.colour
    sheet.frame((draft.right - 290, y, draft.right, y + 34), None, colour, radius=3)
    sheet.write(draft.right - 282, y + 9, first.label, sheet.fitted(first.label, draft.strong.but(colour="white"), 130))
    style = draft.supplier.title.but(size=17, colour="white")
    sheet.write(draft.right - 8, y + 5, first.value, sheet.fitted(first.value, style, 140), "right")
    return block(draft, sheet, draft.right - 250, y + 38, 250, last[1:], ruled=False) + 10


TOTALS: dict[str, Callable[[Draft, Sheet, float], float]] = {
    "right": right, "left": left, "boxed": boxed, "rows": as_rows, "sentence": sentence, "recap": recap, "strip": strip,
    "big": big,
}  # fmt: skip


def room(draft: Draft) -> float:
    """Return the height that the sums may take."""
    return 18.0 * len(rows(draft)) + 50
