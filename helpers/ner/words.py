"""Words of a passage and their BIO labels.

A passage is a text with entities (start, end, label). Its words are cut once, here, and everything is counted on them:
tokenizers only see words, so that two models are compared on the same units.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Entity = tuple[int, int, str]
# One word: an e-mail address, a decimal number, what hyphens join. An elision stands apart ("l'" + "aulne"), as does
# any other mark. A letter may be followed by the accents of decomposed text.
LETTERS = r"[\w\u0300-\u036f]+"
WORD = re.compile(
    rf"\w[\w.+-]*@[\w-]+(?:\.[\w-]+)+|\d+(?:[.,]\d+)+|{LETTERS}(?:-{LETTERS})*['’](?=\w)|{LETTERS}(?:-{LETTERS})*|[^\w\s]"
)
OUTSIDE = "O"


@dataclass(frozen=True)
class Passage:
    """A text, the document it comes from, and its entities as (start, end, label) in characters, disjoint."""

    id: str
    document: str
    text: str
    entities: tuple[Entity, ...] = ()


@dataclass
class Alignment:
    """Entities that words do not follow, as (passage id, start, end, label).

    `cut`: it begins or ends inside a word, which takes its label whole; `lost`: it shares all its words with others
    that cover more of them, or has none.
    """

    cut: list[tuple[str, int, int, str]] = field(default_factory=list)
    lost: list[tuple[str, int, int, str]] = field(default_factory=list)


def words_of(text: str) -> list[tuple[int, int]]:
    """Start and end of every word of a text, in characters."""
    return [match.span() for match in WORD.finditer(text)]


def to_bio(passage: Passage, words: Sequence[tuple[int, int]], alignment: Alignment | None = None) -> list[str]:
    """One BIO label per word: that of the entity that overlaps it most; B- on the first word of each entity."""
    entities = sorted(passage.entities)
    stops = [stop for _, stop, _ in entities]
    owners = [_owner(entities, stops, start, end) for start, end in words]
    labels, opened = [], set()
    for owner in owners:
        if owner is None:
            labels.append(OUTSIDE)
        else:
            labels.append(f"{'I' if owner in opened else 'B'}-{entities[owner][2]}")
            opened.add(owner)
    if alignment is not None:
        starts, ends = {start for start, _ in words}, {end for _, end in words}
        for rank, (start, end, label) in enumerate(entities):
            if rank not in opened:
                alignment.lost.append((passage.id, start, end, label))
            elif start not in starts or end not in ends:
                alignment.cut.append((passage.id, start, end, label))
    return labels


def _owner(entities: Sequence[Entity], stops: Sequence[int], start: int, end: int) -> int | None:
    """Rank of the entity that shares most characters with a place, the first of equals; None without any.

    `stops` are the ends of the entities, which are in the text's order.
    """
    owner, most = None, 0
    for rank in range(bisect_right(stops, start), len(entities)):
        begin, stop, _ = entities[rank]
        if begin >= end:
            break
        if (shared := min(end, stop) - max(start, begin)) > most:
            owner, most = rank, shared
    return owner


def runs(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """Entities of BIO labels as (first word, last word, label), both ranks included.

    An I- that continues nothing opens an entity, as seqeval counts it.
    """
    found: list[tuple[int, int, str]] = []
    kind = None
    for rank, label in enumerate(labels):
        prefix, _, name = label.partition("-")
        if prefix == "I" and name == kind:
            found[-1] = (found[-1][0], rank, name)
        elif prefix in ("B", "I"):
            found.append((rank, rank, name))
        kind = name or None
    return found


def label_list(labels: Iterable[str]) -> list[str]:
    """BIO labels of entity labels, in their order: O, B-X, I-X, …"""
    return [OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI")]
