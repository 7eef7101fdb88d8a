"""An invoice being drawn: its sheets, the edges of the text, and the supplier's way of writing each thing."""

from dataclasses import dataclass, field
from decimal import Decimal

from .amounts import day, money, percent
from .invoice import Invoice
from .sheet import WIDTH, Sheet, Style
from .suppliers import Supplier

MARGIN = 42.0
SIDE_STRIP = 158.0


@dataclass(frozen=True)
class Row:
    """One row of the sums: a label, a marked value, and whether it is set in bold."""

    label: str
    value: str
    strong: bool = False


@dataclass
class Draft:
    """The drawing state of one invoice."""

    supplier: Supplier
    invoice: Invoice
    zoom: float
    sheets: list[Sheet] = field(default_factory=list)
    right: float = WIDTH - MARGIN

    @property
    def left(self) -> float:
        """Return the left edge of the text, which a side strip moves on every page."""
        return SIDE_STRIP + 14 if self.supplier.layout.header == "side" else MARGIN

    @property
    def body(self) -> Style:
        """Return the style of plain text."""
        return self.supplier.body

    @property
    def strong(self) -> Style:
        """Return the style of important text."""
        return self.supplier.body.but(bold=True)

    @property
    def small(self) -> Style:
        """Return the style of small print."""
        return self.supplier.body.but(size=max(8.0, self.supplier.size - 1.5))

    @property
    def name(self) -> str:
        """Return the supplier's name, marked."""
        return f"{{Fourni|{self.supplier.name}}}"

    @property
    def shown(self) -> str:
        """Return the supplier's name as in its heading, marked."""
        return f"{{Fourni|{self.supplier.shown}}}"

    @property
    def number(self) -> str:
        """Return the number, marked."""
        return f"{{InvNum|{self.invoice.number}}}"

    @property
    def date(self) -> str:
        """Return the date, marked."""
        return f"{{InvDate|{self.day(self.invoice.date)}}}"

    @property
    def dated(self) -> str:
        """Return the date after « le » for suppliers who write so."""
        return f"le {self.date}" if self.supplier.date in {"dots", "long"} else self.date

    def new_sheet(self) -> Sheet:
        """Return a blank sheet, added to the invoice."""
        self.sheets.append(Sheet(self.zoom))
        return self.sheets[-1]

    def has(self, habit: str) -> bool:
        """Return whether the supplier has a habit."""
        return habit in self.supplier.habits

    def word(self, key: str, colon: bool = False) -> str:
        """Return the supplier's word for something, marked as a caption, with its kind of colon where asked."""
        text = self.supplier.words[key]
        return self.caption(key, text) + (self.supplier.colon if colon else "") if text else ""

    def kind(self, name: str) -> str:
        """Return the name of a kind of value that is no field; an empty one outside of the pool for pretraining."""
        return name if self.supplier.split == "pretraining" else ""

    def told(self, name: str, text: str) -> str:
        """Return a text, marked as a value of a kind that is no field, which pretraining learns to tell."""
        return f"{{{self.kind(name)}|{text}}}" if self.kind(name) else text

    def caption(self, key: str, text: str) -> str:
        """Return a text, marked in the pool for pretraining as what announces a value."""
        return self.told(f"caption_{key}", text)

    def day(self, value: date) -> str:
        """Return a date in the supplier's way."""
        return day(value, self.supplier.date)

    def money(self, value: Decimal, label: str = "") -> str:
        """Return an amount with its currency, marked where a class is given."""
        text = money(value, self.supplier.amount)
        return f"{{{label}|{text}}}" if label else text

    def bare(self, value: Decimal) -> str:
        """Return an amount as in the table."""
        return money(value, self.supplier.amount, self.has("currency") and self.supplier.amount != "code")

    def percent(self, rate: Decimal) -> str:
        """Return a rate in the supplier's way."""
        return percent(rate, self.supplier.amount)

    def extras(self) -> list[tuple[str, str]]:
        """Return the details that are no field, as (label, value), by the supplier's habits."""
        invoice = self.invoice
        values = {
            "client_number": invoice.client_number, "order": invoice.order,
            "order_date": self.day(invoice.order_date), "delivery": invoice.delivery,
            "delivery_date": self.day(invoice.delivery_date), "due": self.day(invoice.due), "contact": invoice.contact,
            "client_vat": invoice.client_vat,
        }  # fmt: skip
        return [(self.word(key), self.told(key, value)) for key, value in values.items() if self.has(key)]

    def details(self, most: int = 9) -> list[tuple[str, str]]:
        """Return number, date and other details in the supplier's order, as (label, marked value)."""
        pair = [(self.word("number"), self.number), (self.word("date"), self.date)]
        extras = self.extras()[: most - 2]
        if self.has("shuffled"):
            return [*extras[:1], pair[1], *extras[1:2], pair[0], *extras[2:]]
        return pair + extras
