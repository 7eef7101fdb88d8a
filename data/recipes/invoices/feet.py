"""Feet of pages: legal mentions, bank account, or the supplier itself with number and date."""

from .draft import MARGIN, Draft
from .sheet import HEIGHT, WIDTH, Sheet
from .tables import BOTTOM
from .vocabulary import TERMS, THANKS

TOP = HEIGHT - 72


def legal_lines(draft: Draft) -> list[str]:
    """Return the mentions that the law asks for."""
    s = draft.supplier
    who = f"{draft.name} – {s.form}" if draft.has("foot_name") else s.form
    siret, vat = draft.told("siret", s.siret), draft.told("vat", s.vat)
    return [f"{who} – {s.street}, {s.city}", f"SIRET {siret} – TVA intracommunautaire {vat} – {s.site}"]


def legal(draft: Draft, sheet: Sheet) -> None:
    """Write the legal mentions, centred under a rule."""
    sheet.rule(MARGIN, TOP + 14, draft.right, TOP + 14, "#999999")
    y = TOP + 18
    for line in legal_lines(draft):
        y = sheet.write(WIDTH / 2, y, line, sheet.fitted(line, draft.small, 536), "centre")


def bank(draft: Draft, sheet: Sheet) -> None:
    """Write the bank account at the left, the legal mentions under it."""
    s = draft.supplier
    account = f"{draft.word('iban')} {draft.told('iban', s.iban)}" + (
        f" – titulaire {draft.name}" if draft.has("foot_name") else ""
    )
    y = sheet.write(MARGIN, TOP + 6, account, sheet.fitted(account, draft.small, 536))
    text = f"{s.form} – SIRET {draft.told('siret', s.siret)} – N° TVA {draft.told('vat', s.vat)}"
    sheet.write(MARGIN, y + 1, text, sheet.fitted(text, draft.small, 536))


def identity(draft: Draft, sheet: Sheet) -> None:
    """Write the supplier's name, address and numbers in a block at the foot."""
    s = draft.supplier
    sheet.rule(MARGIN, TOP + 4, draft.right, TOP + 4, s.colour, 2)
    style = s.title.but(size=13, colour=s.colour)
    y = sheet.write(MARGIN, TOP + 9, draft.shown, sheet.fitted(draft.shown, style, 250))
    sheet.write(MARGIN, y, s.form, draft.small)
    y = TOP + 8
    for line in (f"{s.street}, {s.city}", f"Tél. {s.phone} – {s.site}", f"SIRET {s.siret} – {s.vat}"):
        y = sheet.write(draft.right, y, line, sheet.fitted(line, draft.small, 275), "right")


def page_only(draft: Draft, sheet: Sheet) -> None:
    """Write no more than the page's number."""
    rank = next(rank for rank, other in enumerate(draft.sheets, start=1) if other is sheet)
    sheet.write(draft.right, TOP + 30, f"Page {rank}/{len(draft.sheets)}", draft.small, "right")


FEET = {"legal": legal, "bank": bank, "identity": identity, "page": page_only}


def dated_foot(draft: Draft, sheet: Sheet) -> None:
    """Write number and date above the foot, for the suppliers who put them there."""
    date = draft.supplier.words["date"]
    date = draft.caption("date", date[0].lower() + date[1:])
    text = f"{draft.word('number')} {draft.number} – {date} {draft.date}"
    sheet.write(draft.left, BOTTOM - 6, text, sheet.fitted(text, draft.strong, draft.right - draft.left))


def closing(draft: Draft, sheet: Sheet, y: float) -> None:
    """Write how and when to pay, as far as there is room."""
    s, width = draft.supplier, draft.right - draft.left
    terms = TERMS[len(s.name) % len(TERMS)] if draft.has("cautious") else ""
    thanks = THANKS[len(s.street) % len(THANKS)] if draft.has("thanks") else ""
    due = f"{draft.word('due')} : {draft.told('due', draft.day(draft.invoice.due))}" if draft.has("due") else ""
    remind = ""
    if draft.has("remind"):
        owed = draft.money(draft.invoice.rest, draft.kind("rest") if draft.invoice.deposit else "TTC")
        remind = f"Merci de régler la somme de {owed} à réception."
    for text in (due, remind, terms, thanks):
        if text and y < BOTTOM - 48:
            y = sheet.wrap(draft.left, y, width, text, draft.small) + 3


def feet(draft: Draft) -> None:
    """Draw the foot of every page; number and date only on the last."""
    for sheet in draft.sheets:
        FEET[draft.supplier.layout.foot](draft, sheet)
    if draft.supplier.layout.meta == "foot":
        dated_foot(draft, draft.sheets[-1])
