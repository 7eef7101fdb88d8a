"""Puts the parts of an invoice together, page after page."""

from .details import details
from .draft import Draft
from .feet import closing, feet
from .headers import HEADERS
from .invoice import Invoice
from .sheet import Sheet
from .suppliers import Supplier
from .tables import BOTTOM, table, turned
from .totals import TOTALS, room


def compose(supplier: Supplier, invoice: Invoice, zoom: float) -> list[Sheet]:
    """Return the pages of an invoice, clean and upright."""
    draft = Draft(supplier, invoice, zoom)
    sheet = draft.new_sheet()
    y = HEADERS[supplier.layout.header](draft, sheet)
    y = details(draft, sheet, y)
    sheet, y = table(draft, sheet, y)
    if y + room(draft) > BOTTOM - 10:
        sheet, y = turned(draft)
    if draft.has("low"):
        y = max(y, BOTTOM - room(draft) - 48)
    y = TOTALS[supplier.layout.totals](draft, sheet, y)
    closing(draft, sheet, y)
    feet(draft)
    return draft.sheets
