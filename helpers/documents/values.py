"""Amounts and dates as French invoices write them; what could mean two things is not guessed."""

import re
from datetime import date
from decimal import Decimal

# Ordinary, no-break, narrow no-break, figure and thin spaces.
SPACE = "[ \u00a0\u202f\u2007\u2009]"
CURRENCY = r"(?:€|EUR(?:OS?)?(?![A-Z]))"
SIGN = "[-\u2212\u2013]"
DIGITS = "[0-9][0-9 .,'’]*"
CENTS = Decimal("0.01")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")
UNACCENTED = str.maketrans("àâäéèêëîïôöûüùç", "aaaeeeeiioouuuc")

# At most one currency, before or after; the sign comes first or right before the digits.
AMOUNT = re.compile(
    rf"(?P<sign>{SIGN}?) ?(?:{CURRENCY} ?(?P<inner>{SIGN}?) ?(?P<a>{DIGITS})|(?P<b>{DIGITS}?) ?{CURRENCY}?)",
    re.IGNORECASE,
)
# What ends a sentence, where it cannot be what is left of a decimal mark.
ENDED = re.compile(r"(?<=[.,][0-9])[.,]$|(?<=[.,][0-9]{2})[.,]$|(?<=€)[.,]$|(?<=[RrOoSs])[.,]$")
# Up to twelve digits, or groups of three with one separator throughout; then a decimal mark, and one or two decimals.
PLAIN_NUMBER = re.compile(r"(?P<whole>[0-9]{1,12})(?: ?[.,] ?(?P<cents>[0-9]{1,2}))?")
GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<by>[ .,'’])[0-9]{3}(?:(?P=by)[0-9]{3}){0,2})(?: ?[.,] ?(?P<cents>[0-9]{1,2}))?"
)

DAY = r"(?P<day>[0-3]?[0-9])"
NUMBERS = (
    re.compile(rf"{DAY} ?(?P<mark>[/.-]) ?(?P<month>[01]?[0-9]) ?(?P=mark) ?(?P<year>[0-9]{{4}}|[0-9]{{2}})"),
    re.compile(rf"(?P<year>[0-9]{{4}}) ?(?P<mark>[/.-]) ?(?P<month>[01]?[0-9]) ?(?P=mark) ?{DAY}"),
)
LETTERS = re.compile(rf"{DAY}(?:er)? ?(?P<name>[a-z]+)\.? ?(?P<year>[0-9]{{4}})")
BEFORE_DATE = re.compile(r"(?:(?:le|du|au) )?(?:(?:lun|mar|mercre|jeu|vendre|same)di,? |dimanche,? )?")


def parse_amount(text: str) -> Decimal | None:
    """An amount of money in cents' precision; None for what is none, or could be two.

    « 1 234,56 € », « 1.234,56 », « 1234.5 », « € 1 234,56 » and « −12 EUR » are read, and « 1.234.56 », since readers
    often see a point for a comma. « 1.234 », a thousand or one and a bit, is not, nor are a letter O for a zero,
    amounts above twelve digits and more than two decimals.
    """
    match = AMOUNT.fullmatch(ENDED.sub("", _tidy(text)))
    if not match or (match["sign"] and match["inner"]):
        return None
    digits = (match["a"] or match["b"]).strip()
    number = PLAIN_NUMBER.fullmatch(digits) or GROUPED.fullmatch(digits)
    if not number or _ambiguous(digits):
        return None
    whole = re.sub(r"[^0-9]", "", number["whole"])
    amount = Decimal(f"{whole}.{number['cents'] or 0}").quantize(CENTS)
    return -amount if match["sign"] or match["inner"] else amount


def _ambiguous(digits: str) -> bool:
    """Whether a mark may part thousands or decimals: a single one before three digits, or before one like the last."""
    return bool(re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}|.*([.,])[0-9]{3} ?\1 ?[0-9]", digits))


def _tidy(text: str) -> str:
    """The text with plain single spaces, without colons and semicolons around it."""
    return re.sub(rf"(?:{SPACE}|\s)+", " ", text).strip(" ;:")


def parse_date(text: str) -> date | None:
    """A date in figures (day first, or ISO) or in French letters; None for what is none, or no day of the calendar.

    A year of two figures is of this century; an accent may be missing, and months may be cut short (« sept. »).
    """
    tidy = _tidy(text).strip(".,").lower().translate(UNACCENTED)
    tidy = tidy[BEFORE_DATE.match(tidy).end() :]  # type: ignore[union-attr]
    match = next((found for pattern in NUMBERS if (found := pattern.fullmatch(tidy))), None)
    month = int(match["month"]) if match else 0
    if not match and (match := LETTERS.fullmatch(tidy)):
        month = _month(match["name"])
    if not match or not month:
        return None
    year = int(match["year"])
    try:
        return date(year + 2000 if len(match["year"]) == 2 else year, month, int(match["day"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    """The number of a month from its unaccented French name, whole or cut short; 0 for no month."""
    for names in (MONTHS, SHORT):
        for rank, month in enumerate(names, start=1):
            if month.translate(UNACCENTED) == name:
                return rank
    return 0


def french_amount(amount: Decimal) -> str:
    """An amount as French prose writes it, with narrow no-break spaces: « 1 234,56 € »."""
    text = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")
    return f"{text}\u00a0€"
