"""From labelled words to the fields of an invoice, as a dictionary that JSON can hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.ner.words import runs

from .boxes import envelope, side_by_side
from .records import CLASSES, OTHER, DocumentError, Rectangle, Word
from .values import french_amount, parse_amount, parse_date

AMOUNTS = ("TTC", "TVA", "TT")
WRAPPED = ("Fourni",)  # the classes that suppliers write on more than one line
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Entity:
    """Words of one class that belong together: their text, box in pixels, page, and the least sure word's score."""

    label: str
    text: str
    box: Rectangle
    confidence: float
    page: int = 0


@dataclass(frozen=True)
class Check:
    """Whether the amounts agree, None when one is missing, and that in words."""

    agrees: bool | None
    text: str


def entities(
    words: Sequence[Word], labels: Sequence[str], scores: Sequence[float] | None = None, page: int = 0
) -> list[Entity]:
    """Entities of a page out of one BIO label per word, as seqeval counts them, the parts of one joined.

    Two parts are one entity when the second goes on with I- nearby on the same line, or, for a name, on the next one,
    as where a neighbouring column interrupts it; or when it begins with B- right after the first, on the same line,
    since no field stands twice side by side. `scores` are the words' own.
    DocumentError when there is not one label, and one score, per word.
    """
    scores = [1.0] * len(words) if scores is None else scores
    if not len(words) == len(labels) == len(scores):
        raise DocumentError(f"{len(words)} mots, {len(labels)} classes, {len(scores)} scores : il en faut autant")
    parts: list[list[int]] = []
    last: dict[str, list[int]] = {}
    for first, end, name in runs(labels):
        before = last.get(name)
        if before and _goes_on(words, before, first, labels[first]):
            before += range(first, end + 1)
        else:
            last[name] = list(range(first, end + 1))
            parts.append(last[name])
    return [_entity([words[i] for i in part], labels[part[0]][2:], [scores[i] for i in part], page) for part in parts]


def _entity(words: Sequence[Word], label: str, scores: Sequence[float], page: int) -> Entity:
    """One entity out of its words in reading order."""
    text = " ".join(word.text for word in words)
    return Entity(label, text, envelope(word.box for word in words), float(min(scores)), page)


def _goes_on(words: Sequence[Word], before: Sequence[int], first: int, label: str) -> bool:
    """Whether the part that opens at word `first` continues the entity of the words `before`."""
    held, box = words[before[-1]].box, words[first].box
    height = max(held[3] - held[1], box[3] - box[1])
    same_line = abs((box[1] + box[3]) - (held[1] + held[3])) < height
    if label.startswith("B"):
        return first == before[-1] + 1 and side_by_side(held, box)
    around = envelope(words[rank].box for rank in before)
    below = box[1] - around[3] < height and box[0] < around[2] and around[0] < box[2]
    return (below and label[2:] in WRAPPED) or (same_line and abs(box[0] - held[2]) < 2 * height)


def invoice_fields(found: Iterable[Entity]) -> dict[str, Any]:
    """The fields of one invoice, of one page or several: `fields` by class, `check` of the amounts, `notes` in French.

    A field has `text`, `value` (amounts as « 1234.56 », dates as ISO, None when it cannot be read), `confidence` and
    `places` (page, box in whole pixels); it is None when nothing was found. Occurrences of one value are one field;
    of different values the most certain is kept and the others are noted. What cannot be read gives way to what can,
    or is kept as text.
    """
    held = list(found)
    notes: list[str] = []
    fields = {
        label: _field(label, [entity for entity in held if entity.label == label], notes)
        for label in CLASSES
        if label != OTHER
    }
    amounts = [Decimal(field["value"]) if (field := fields[name]) and field["value"] else None for name in AMOUNTS]
    check = check_amounts(*amounts)
    return {"fields": fields, "check": {"agrees": check.agrees, "text": check.text}, "notes": notes}


def _field(label: str, found: Sequence[Entity], notes: list[str]) -> dict[str, Any] | None:
    """The field that some entities of one class make; what is set aside or cannot be read goes to `notes`."""
    if not found:
        return None
    read = {entity: read_value(label, entity.text) for entity in found}
    legible = [entity for entity in found if read[entity] is not None]
    best = max(legible or found, key=lambda entity: entity.confidence)
    same = [entity for entity in legible or [best] if _key(read[entity]) == _key(read[best])]
    for entity in dict.fromkeys(found):
        if read[entity] is None:
            fate = "gardé comme texte" if entity == best else "écarté"
            notes.append(f"{label} : « {entity.text} » n’est pas {_kind(label)} lisible, {fate}")
        elif entity not in same:
            kept = f"« {best.text} » gardé ({_percent(best)})"
            notes.append(f"{label} : {kept}, « {entity.text} » écarté ({_percent(entity)})")
    return {
        "text": best.text, "value": read[best], "confidence": round(best.confidence, 4),
        "places": [{"page": entity.page, "box": [round(value) for value in entity.box]} for entity in same],
    }  # fmt: skip


def read_value(label: str, text: str) -> str | None:
    """The value of a field of a class, normalised; None when its text cannot be read as one."""
    return READERS.get(label, _plain)(text)


def _amount(text: str) -> str | None:
    """An amount as « 1234.56 »."""
    amount = parse_amount(text)
    return None if amount is None else str(amount)


def _date(text: str) -> str | None:
    """A date as ISO."""
    day = parse_date(text)
    return None if day is None else day.isoformat()


def _plain(text: str) -> str | None:
    """A name or a number with single spaces, without the marks around it."""
    return " ".join(text.split()).strip(" :;,") or None


READERS: dict[str, Callable[[str], str | None]] = dict.fromkeys(AMOUNTS, _amount) | {"InvDate": _date}


def _key(value: str | None) -> str | None:
    """What two occurrences of one value have in common: neither case nor spaces count."""
    return None if value is None else "".join(value.split()).casefold()


def _kind(label: str) -> str:
    """What the text of a class should be, with its French article."""
    return "un montant" if label in AMOUNTS else "une date" if label == "InvDate" else "un texte"


def _percent(entity: Entity) -> str:
    """The confidence of an entity, in French."""
    return f"{100 * entity.confidence:.0f}\u00a0%"


def check_amounts(total: Decimal | None, tax: Decimal | None, before_tax: Decimal | None) -> Check:
    """Whether the amount before tax and the tax make the total, within a cent (TTC, TVA and TT, in euros)."""
    given = dict(zip(AMOUNTS, (total, tax, before_tax), strict=True))
    missing = [name for name, amount in given.items() if amount is None]
    if total is None or tax is None or before_tax is None:
        verb = "manquent" if len(missing) > 1 else "manque"
        return Check(None, f"montants non vérifiés : {' et '.join(missing)} {verb}")
    left, gap = f"{french_amount(before_tax)} HT + {french_amount(tax)} de TVA", abs(before_tax + tax - total)
    if gap <= CENT:
        return Check(True, f"{left} = {french_amount(total)} TTC")
    return Check(False, f"{left} ≠ {french_amount(total)} TTC : écart de {french_amount(gap)}")
