"""Amounts and dates: exact arithmetic in cents, and the many ways in which suppliers write them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
# Thousands separator, decimal mark, what comes before and after.
AMOUNT_STYLES: dict[str, tuple[str, str, str, str]] = {
    "space": (" ", ",", "", " €"),
    "tight": ("", ",", "", " €"),
    "dot": (".", ",", "", ""),
    "raw": ("", ".", "", " EUR"),
    "before": (" ", ",", "€ ", ""),
    "bare": (" ", ",", "", ""),
    "code": (" ", ",", "", " EUR"),
    "glued": (" ", ",", "", "€"),
}
DATE_STYLES = ("slash", "long", "iso", "dots", "short", "dash")


def cents(value: Decimal) -> Decimal:
    """Return an amount rounded to the cent, halves upwards."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(value: Decimal, style: str, currency: bool = True) -> str:
    """Return an amount as a supplier writes it, with or without its currency."""
    thousands, mark, before, after = AMOUNT_STYLES[style]
    text = f"{abs(value):,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)
    if style == "raw":
        text = text.rstrip("0").rstrip(".")
    if currency:
        text = before + text + after
    return "-" + text if value < 0 else text


def quantity(value: Decimal, style: str) -> str:
    """Return a quantity without useless zeros, with the supplier's decimal mark."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", AMOUNT_STYLES[style][1])


def percent(rate: Decimal, style: str) -> str:
    """Return a rate as in « 5,5 % »."""
    return f"{quantity(rate, style)} %"


def day(value: date, style: str) -> str:
    """Return a date as a supplier writes it."""
    if style == "long":
        rank = "1er" if value.day == 1 else str(value.day)
        return f"{rank} {MONTHS[value.month - 1]} {value.year}"
    patterns = {"slash": "%d/%m/%Y", "iso": "%Y-%m-%d", "dots": "%d.%m.%y", "short": "%d/%m/%y", "dash": "%d-%m-%Y"}
    return value.strftime(patterns[style])
