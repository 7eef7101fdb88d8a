"""What an invoice says: its lines, and sums that agree to the cent."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from faker import Faker

from .amounts import cents
from .catalogue import TRADES, Product
from .suppliers import Supplier
from .vocabulary import CLIENTS, MODIFIERS

# Shares of invoices with many lines, a discount, shipping costs and a deposit.
LONG, DISCOUNT, SHIPPING, DEPOSIT = 0.08, 0.22, 0.22, 0.25
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    reference: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        """Return the line's amount before tax."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True)
class Invoice:
    """One invoice; `bases` are the amounts before tax by VAT rate, discount and shipping included."""

    number: str
    date: date
    due: date
    order: str
    order_date: date
    delivery: str
    delivery_date: date
    client: tuple[str, ...]
    client_number: str
    client_vat: str
    contact: str
    lines: tuple[Line, ...]
    discount_rate: Decimal
    discount: Decimal
    shipping: Decimal
    bases: dict[Decimal, Decimal]
    deposit: Decimal
    deposit_date: date

    @property
    def gross(self) -> Decimal:
        """Return the sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Return the total before tax."""
        return sum(self.bases.values(), ZERO)

    @property
    def taxes(self) -> dict[Decimal, Decimal]:
        """Return the VAT by rate."""
        return {rate: cents(base * rate / 100) for rate, base in self.bases.items()}

    @property
    def tax(self) -> Decimal:
        """Return the total VAT."""
        return sum(self.taxes.values(), ZERO)

    @property
    def due_sum(self) -> Decimal:
        """Return the total with tax."""
        return self.total + self.tax

    @property
    def rest(self) -> Decimal:
        """Return what is left to pay."""
        return self.due_sum - self.deposit


def amount_of(product: Product, rng: random.Random) -> tuple[Decimal, Decimal]:
    """Return a quantity and a price of a product; cheap things are bought in numbers."""
    price = cents(Decimal(str(rng.uniform(product.low, product.high))))
    if rng.random() < 0.4:
        price = max(Decimal("0.10"), price.quantize(Decimal("0.1")))
    if price < 3:
        count = Decimal(rng.choice((10, 12, 20, 25, 50, 100, 150)))
    elif price < 60:
        count = Decimal(rng.randint(1, 12))
    else:
        count = Decimal(rng.randint(1, 3))
    if product.unit in {"h", "m", "m²", "kg", "t", "m³"} and rng.random() < 0.4:
        count += Decimal(rng.choice(("0.25", "0.5", "0.5", "0.75")))
    return count, price


def make_lines(supplier: Supplier, rng: random.Random) -> tuple[Line, ...]:
    """Return the lines of an invoice; long ones tell the same products apart by a place or a batch."""
    products = list(TRADES[supplier.trade].products)
    if rng.random() < 0.45:
        products = [product for product in products if product.rate == products[0].rate]
    many = rng.random() < LONG
    count = rng.randint(32, 72) if many else min(rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 7, 8)), len(products))
    chosen = [rng.choice(products) for _ in range(count)] if many else rng.sample(products, count)
    lines = []
    for product in chosen:
        number, price = amount_of(product, rng)
        text = f"{product.text}, {rng.choice(MODIFIERS)}" if many else product.text
        reference = f"{product.text[:2].upper()}{rng.randrange(100, 9999)}"
        lines.append(Line(reference, text, number, product.unit, price, product.rate))
    return tuple(lines)


def sums(lines: tuple[Line, ...], discount: Decimal, shipping: Decimal) -> tuple[dict[Decimal, Decimal], Decimal]:
    """Return the bases by rate and the discount in euros, taken off each base."""
    bases: dict[Decimal, Decimal] = {}
    for line in sorted(lines, key=lambda line: line.rate):
        bases[line.rate] = bases.get(line.rate, ZERO) + line.amount
    taken = {rate: cents(base * discount / 100) for rate, base in bases.items()}
    bases = {rate: base - taken[rate] for rate, base in bases.items()}
    if shipping:
        top = max(bases)
        bases[top] += shipping
    return bases, sum(taken.values(), ZERO)


def make_client(fake: Faker, rng: random.Random) -> tuple[str, ...]:
    """Return the lines of a client's address."""
    place = str(fake.city())
    who = rng.choice(CLIENTS).format(city=place, name=fake.last_name(), person=fake.name())
    extra = (
        [rng.choice(("Service comptabilité", "À l’attention de l’intendance", "Bâtiment B"))]
        if rng.random() < 0.3
        else []
    )
    return (who, *extra, str(fake.street_address()), f"{fake.postcode()} {place}")


def numbered(supplier: Supplier, rank: int, when: date) -> str:
    """Return the number of a supplier's invoice, larger for a later one."""
    fields = {"y": when.year, "s": when.year % 100, "m": when.month, "i": supplier.initials}
    return supplier.numbering.format(n=supplier.first + rank, **fields)


def make_invoice(supplier: Supplier, rank: int, fake: Faker, rng: random.Random) -> Invoice:
    """Return the invoice of a rank among those of a supplier."""
    lines = make_lines(supplier, rng)
    discount = Decimal(rng.choice((3, 5, 5, 10, 15))) if rng.random() < DISCOUNT else ZERO
    shipping = cents(Decimal(str(rng.uniform(6, 60)))) if rng.random() < SHIPPING else ZERO
    bases, taken = sums(lines, discount, shipping)
    when = date(2023, 1, 4) + timedelta(days=rank * 37 + rng.randrange(37) + supplier.first % 300)
    total = sum((base + cents(base * rate / 100) for rate, base in bases.items()), ZERO)
    share = Decimal(rng.choice((20, 30, 40, 50)))
    deposit = cents(total * share / 100) if rng.random() < DEPOSIT else ZERO
    ordered = when - timedelta(days=rng.randint(6, 50))
    order = rng.choice(
        (f"C-{rng.randrange(100, 9999)}", f"{rng.randrange(10000, 99999)}", f"BC{when.year}-{rng.randrange(99):02d}")
    )
    return Invoice(
        numbered(supplier, rank, when), when, when + timedelta(days=rng.choice((15, 30, 30, 45, 60))), order, ordered,
        f"BL{rng.randrange(1000, 99999)}", when - timedelta(days=rng.randint(1, 5)), make_client(fake, rng),
        f"{rng.choice(('C', 'CL', '411', ''))}{rng.randrange(1000, 99999)}",
        f"FR{rng.randrange(11, 99)}{rng.randrange(10**8, 10**9)}", str(fake.name()), lines, discount, taken, shipping,
        bases, deposit, ordered + timedelta(days=1),
    )  # fmt: skip
