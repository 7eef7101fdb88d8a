"""Invented suppliers: who they are, and the habits, words and fonts of their invoices.

Names and addresses are Faker's; telephone numbers are of the ranges kept for fiction, mail addresses end in `.example`,
and the keys of SIRET, VAT and bank numbers are wrong on purpose, so that they are nobody's.
"""

import random
import re
import unicodedata
import zlib
from dataclasses import dataclass

from faker import Faker

from .amounts import AMOUNT_STYLES, DATE_STYLES
from .catalogue import TRADES
from .layouts import RESERVED, SHARED, UNSEEN, Layout, mixed
from .sheet import Style
from .vocabulary import LABELS, NUMBERS

FICTION = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98")
COLOURS = ("#1f3b73", "#7a1f2b", "#1e6b45", "#333333", "#b3541e", "#5a3d8a", "#0f6e84", "#8a6d1d", "#444f5a", "#a32468")
FORMS = ("SARL", "SAS", "EURL", "SA", "Entreprise individuelle", "SASU")
NUMBERINGS = ("F-{y}-{n:04d}", "{y}/{n:04d}", "FA{s}{n:04d}", "{n}", "{s}-{m:02d}-{n:04d}", "FAC {y} {n:03d}",
              "FV{n:08d}", "{y}-{i}-{n:04d}", "{n:04d}/{s}", "{i}{s}{m:02d}{n:03d}", "F{n:06d}",
              "{y}{m:02d}-{n:03d}")  # fmt: skip
# Habits with the share of suppliers that have them.
HABITS = {
    "foot_name": 0.55, "net": 0.3, "net_only": 0.25, "client_number": 0.6, "order": 0.55, "order_date": 0.35,
    "due": 0.7, "delivery": 0.4, "delivery_date": 0.2, "client_vat": 0.2, "contact": 0.25, "upper": 0.35,
    "ref": 0.5, "unit": 0.3, "column_rate": 0.5, "shuffled": 0.35, "currency": 0.35, "qty_first": 0.2,
    "cautious": 0.4, "thanks": 0.4, "low": 0.25, "remind": 0.3,
}  # fmt: skip
TEST_SHARED = 3


@dataclass(frozen=True)
class Supplier:
    """One supplier: identity, then looks, words and habits."""

    name: str
    form: str
    trade: str
    street: str
    city: str
    phone: str
    site: str
    siret: str
    vat: str
    iban: str
    split: str
    layout: Layout
    family: str
    heading: str
    size: float
    colour: str
    logo: str
    amount: str
    date: str
    numbering: str
    first: int
    colon: str
    habits: frozenset[str]
    words: dict[str, str]

    @property
    def body(self) -> Style:
        """Return the style of plain text."""
        return Style(self.family, self.size)

    @property
    def title(self) -> Style:
        """Return the style of headings."""
        return Style(self.heading, self.size, bold=True)

    @property
    def shown(self) -> str:
        """Return the name as the heading shows it."""
        return self.name.upper() if "upper" in self.habits else self.name

    @property
    def initials(self) -> str:
        """Return two initials."""
        capitals = [word[0] for word in re.split(r"[\s’&-]+", self.name) if word[:1].isupper()]
        return "".join(capitals[:2])


def slug(name: str) -> str:
    """Return a name in plain lower-case letters and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def wrong_key(digits: str, place: int = -1) -> str:
    """Return a number with one digit moved, so that its key is not the right one."""
    place %= len(digits)
    return digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]


def surname(fake: Faker, pool: str) -> str:
    """Return a surname of a pool: the two pools share none."""
    while True:
        name = str(fake.last_name())
        if (zlib.crc32(name.encode()) % 2 == 0) == (pool == "main") and " " not in name:
            return name


def identity(fake: Faker, name: str, rng: random.Random) -> dict[str, str]:
    """Return the address and the numbers of a supplier."""
    siret = wrong_key(str(fake.siret()).replace(" ", ""))
    iban = wrong_key(str(fake.iban()), 3)
    groups = (siret[:3], siret[3:6], siret[6:9], siret[9:])
    spaced = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    return {
        "street": str(fake.street_address()), "city": f"{fake.postcode()} {fake.city()}",
        "phone": f"{rng.choice(FICTION)} {rng.randrange(100):02d} {rng.randrange(100):02d}",
        "site": f"{slug(name)}.example", "siret": " ".join(groups) if rng.random() < 0.7 else siret,
        "vat": f"FR{rng.randrange(11, 99)}{siret[:9]}", "iban": spaced, "form": rng.choice(FORMS),
    }  # fmt: skip


def words(rng: random.Random) -> dict[str, str]:
    """Return the words that a supplier uses."""
    return {"number": rng.choice(NUMBERS)} | {key: rng.choice(choices) for key, choices in LABELS.items()}


def looks(rank: int, rng: random.Random) -> dict[str, object]:
    """Return fonts, colours and ways of writing; amounts and dates go round so that every way occurs."""
    family = rng.choice(("sans", "sans", "serif", "mono", "times"))
    heading = family if rng.random() < 0.6 else rng.choice(("sans", "serif", "times"))
    return {
        "family": family, "heading": heading, "size": rng.choice((9.5, 10.0, 10.5)), "colour": rng.choice(COLOURS),
        "logo": rng.choice(("disc", "triangles", "leaf", "bars", "house", "hexagon", "waves", "initials", "none")),
        "amount": list(AMOUNT_STYLES)[(3 * rank + rng.choice((0, 0, 1))) % len(AMOUNT_STYLES)],
        "date": DATE_STYLES[(rank + rank // 6) % len(DATE_STYLES)],
        "numbering": NUMBERINGS[rank * 5 % len(NUMBERINGS)],
        "first": rng.choice((1, 40, 110, 380, 900, 2300)) + rng.randrange(30),
        "colon": rng.choice(("", " :", " :", ":")),
        "habits": frozenset(habit for habit, share in HABITS.items() if rng.random() < share),
    }  # fmt: skip


def placed(rank: int, count: int, pool: str, rng: random.Random) -> tuple[Layout, str]:
    """Return a supplier's layout and its part of the data; the last of the main pool are for the test."""
    if pool != "main":
        return (RESERVED[rank] if rank < len(RESERVED) else mixed(rank, rng)), "pretraining"
    unseen = rank - (count - len(UNSEEN))
    if unseen >= 0:
        return UNSEEN[unseen], "test"
    return SHARED[rank % len(SHARED)], "test" if unseen >= -TEST_SHARED else "train"


def make_suppliers(pool: str, count: int, seed: int) -> list[Supplier]:
    """Return the suppliers of a pool."""
    found: dict[str, Supplier] = {}
    trades = list(TRADES)
    while len(found) < count:
        rank = len(found)
        rng = random.Random(f"{seed}-{pool}-{rank}-{'-'.join(found)}")
        fake = Faker("fr_FR")
        fake.seed_instance(rng.getrandbits(32))
        trade = trades[(rank * 7 + rank // len(trades)) % len(trades)]
        name = rng.choice(TRADES[trade].names).format(surname(fake, pool))
        while name in found:
            name = rng.choice(TRADES[trade].names).format(surname(fake, pool))
        layout, split = placed(rank, count, pool, rng)
        found[name] = Supplier(
            name=name, trade=trade, layout=layout, split=split, words=words(rng), **identity(fake, name, rng),
            **looks(rank, rng),  # type: ignore[arg-type]
        )  # fmt: skip
    return list(found.values())
