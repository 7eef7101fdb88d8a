"""Notes from the field with what they name said in words: on an index card after the note, or in brackets in it.

The stock marks names as `{site|lac des Ourtiaux}`. A card says « site : lac des Ourtiaux . région : aucun . »; its
values, or its field names, are always hidden, and their loss is added to that of all other hidden words, as for the
ratings of reviews: to fill a card, the model must find names in a text and know what they are.
"""

import random
from collections.abc import Callable

from transformers import PreTrainedTokenizerBase as Tokenizer

from build_rapports import Entity, unmarked
from corpora import stock, vary_apostrophe
from helpers.ner.words import words_of

KINDS = ("site", "région", "autre", "taxon", "âge", "altitude", "position")
NOTHING = " aucun"
CARD_LENGTH = 160  # tokens of one to three notes and their card
PASSES, GROUPS = 12, (1, 1, 2, 2, 3)  # how often every note is read, and how many share a card
SHOWN, SHOWN_EMPTY = 0.75, 0.2  # chances of a field to be on the card: with values, and without
APART = 0.6  # share of the notes whose words stand apart, as for entities
Note = tuple[str, list[Entity]]
Encode = Callable[[str], list[int]]


def marked_notes(name: str) -> list[Note]:
    """The notes of a stock, without marks, and what they name as (start, end, kind)."""
    return [unmarked(line) for line in stock(name)]


def apart(text: str) -> str:
    """The words of a text with a space between them."""
    return " ".join(text[start:end] for start, end in words_of(text))


def carded_notes(tokenizer: Tokenizer, name: str, rng: random.Random) -> list[list[int]]:
    """Token numbers of the notes with cards, negative where a token is to be hidden always."""

    def encode(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    notes, rows = marked_notes(name), []
    for _ in range(PASSES):
        rng.shuffle(notes)
        first = 0
        while first < len(notes):
            group = [(vary_apostrophe(text, rng), spans) for text, spans in notes[first : first + rng.choice(GROUPS)]]
            first += len(group)
            spaced = apart if rng.random() < APART else str
            rows.append(rng.choice((values_hidden, names_hidden, kinds_in_brackets))(group, encode, spaced, rng))
    return rows


def values_hidden(group: list[Note], encode: Encode, spaced: Callable[[str], str], rng: random.Random) -> list[int]:
    """Notes, then a card whose values are hidden."""
    return _with_card(group, encode, spaced, rng, hide_values=True)


def names_hidden(group: list[Note], encode: Encode, spaced: Callable[[str], str], rng: random.Random) -> list[int]:
    """Notes, then a card whose field names are hidden."""
    return _with_card(group, encode, spaced, rng, hide_values=False)


def _with_card(
    group: list[Note], encode: Encode, spaced: Callable[[str], str], rng: random.Random, hide_values: bool
) -> list[int]:
    """Notes, cut if need be, then their card, which takes half of the row at most."""
    named: dict[str, list[str]] = {}
    for text, spans in group:
        for start, end, kind in spans:
            if text[start:end] not in named.setdefault(kind, []):
                named[kind].append(text[start:end])
    card, nothing = [], encode(NOTHING)
    for kind in rng.sample(KINDS, len(KINDS)):
        values = named.get(kind, [])
        if rng.random() >= (SHOWN if values else SHOWN_EMPTY):
            continue
        label = encode(f" {kind}")
        listed = " , ".join(spaced(value) for value in rng.sample(values, len(values)))
        said = encode(f" {listed}") if values else nothing
        if hide_values or not values:
            said = [-token for token in said]
        else:
            label = [-token for token in label]
        card += label + encode(" :") + said + encode(" .")
    card = card[: CARD_LENGTH // 2]
    return encode(" ".join(spaced(text) for text, _ in group))[: CARD_LENGTH - 3 - len(card)] + card


def kinds_in_brackets(group: list[Note], encode: Encode, spaced: Callable[[str], str], rng: random.Random) -> list[int]:
    """Notes in which what every name is follows it in brackets, hidden."""

    def piece(text: str) -> list[int]:
        lead = " " if row and (spaced is apart or text.startswith(" ") or first) else ""
        return encode(lead + spaced(text).lstrip())

    row: list[int] = []
    for text, spans in group:
        last, first = 0, True
        for _, end, kind in spans:
            row += piece(text[last:end])
            row += [*encode(" ("), *(-token for token in encode(f" {kind}")), *encode(" )")]
            last, first = end, False
        row += piece(text[last:]) if text[last:].strip() else []
    return row[: CARD_LENGTH - 3]
