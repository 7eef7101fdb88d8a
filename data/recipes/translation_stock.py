"""Reads `stocks/translation.yaml`: nouns, adjectives, verbs and frames of English and French, ready for agreement."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from build_reviews import plural_of

STOCK = Path(__file__).parent / "stocks" / "translation.yaml"
FRENCH_FORMS = ("inf", "1s", "3s", "1p", "2p", "3p", "pp")
THIRD = {"have": "has", "can": "can", "must": "must"}


@dataclass(frozen=True)
class Noun:
    """A noun in both languages and numbers; a star before its French forms marks an aspirated h."""

    english: tuple[str, str]
    french: tuple[str, str]
    gender: str
    kind: str


@dataclass(frozen=True)
class Adjective:
    """An adjective; `french` is written as `agree` of build_reviews.py wants it."""

    english: str
    french: str
    before: bool


@dataclass(frozen=True)
class Verb:
    """A verb with its forms, and the pairs (kinds of subjects, kinds of objects) that make sense with it."""

    name: str
    english: dict[str, str]
    french: dict[str, str]
    preposition: str
    auxiliary: str
    uses: tuple[tuple[frozenset[str], frozenset[str]], ...]


@dataclass
class Lexicon:
    """The whole stock: `nouns` and `adjectives` by kind, `verbs` by construction, `frames` with their weights."""

    tree: dict[str, Any]
    nouns: dict[str, list[Noun]] = field(default_factory=dict)
    adjectives: dict[str, list[Adjective]] = field(default_factory=dict)
    verbs: dict[str, list[Verb]] = field(default_factory=dict)
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    frames: list[tuple[str, str]] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    def expand(self, kinds: str) -> frozenset[str]:
        """The kinds of nouns that a list of kinds and groups stands for."""
        if kinds not in self.known:
            groups = self.tree["groups"]
            parts = (self.expand(groups[kind]) if kind in groups else {kind} for kind in kinds.split())
            self.known[kinds] = frozenset().union(*parts)
        return self.known[kinds]

    def words(self, *path: str) -> list[tuple[str, str]]:
        """The pairs (English, French) listed at `path` of the stock."""
        node = self.tree
        for key in path:
            node = node[key]
        return equations(node)


@cache
def equations(text: str) -> list[tuple[str, str]]:
    """`a = b, c` gives (a, b) and (c, c)."""
    parts = (entry.partition("=") for entry in text.split(",") if entry.strip())
    return [(left.strip(), (right or left).strip()) for left, _, right in parts]


def english_plural(word: str) -> str:
    """The plural of a regular English noun, which is also the third person of a regular verb."""
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(s|x|ch|sh|o)$", word) and word not in ("photo", "piano") else "s")


def read_noun(english: str, french: str, kind: str) -> Noun:
    """A noun from `child+children` and `enfant/m`."""
    singular, _, plural = english.partition("+")
    words, gender = french.split("/")
    mot, _, mots = words.partition("+")
    return Noun((singular, plural or english_plural(singular)), (mot, mots or plural_of(mot)), gender, kind)


def conjugate_regular(infinitive: str) -> list[str]:
    """The seven forms of a French verb in -er, with « nous mangeons »."""
    stem = infinitive[:-2]
    return [infinitive, stem + "e", stem + "e", stem + ("eons" if stem[-1] == "g" else "ons")] + [
        stem + ending for ending in ("ez", "ent", "é")
    ]


def read_verb(line: str, lexicon: Lexicon) -> Verb:
    """A verb from a line such as `look looked looking +for = chercher : human > portable`."""
    english, french, uses = re.split(r" = | : ", line.strip(), maxsplit=2)
    base, past, gerund, *particle = english.split()
    tail = f" {particle[0][1:]}" if particle else ""
    third = THIRD.get(base, english_plural(base))
    forms = {"base": base, "third": third, "past": past, "ing": gerund}
    words = french.split()
    bare = [word for word in words if word[0] not in "+!"]
    sides = [use.partition(">") for use in uses.split(";")]
    return Verb(
        name=base,
        english={name: form if form == "-" else form + tail for name, form in forms.items()},
        french=dict(zip(FRENCH_FORMS, conjugate_regular(*bare) if len(bare) == 1 else bare, strict=True)),
        preposition=next((word[1:] + " " for word in words if word[0] == "+"), ""),
        auxiliary="être" if "!" in words else "avoir",
        uses=tuple((lexicon.expand(subjects), lexicon.expand(objects)) for subjects, _, objects in sides),
    )


@cache
def load_lexicon() -> Lexicon:
    """The stock, parsed once."""
    lexicon = Lexicon(yaml.safe_load(STOCK.read_text(encoding="utf-8")))
    tree = lexicon.tree
    for kind, entries in tree["nouns"].items():
        lexicon.nouns[kind] = [read_noun(english, french, kind) for english, french in equations(entries)]
    for place, lines in tree["adjectives"].items():
        for kinds, entries in lines.items():
            for kind in lexicon.expand(kinds):
                found = [Adjective(english, french, place == "before") for english, french in equations(entries)]
                lexicon.adjectives.setdefault(kind, []).extend(found)
    groups = tree["verbs"] | {"second": tree["second"]}
    lexicon.verbs = {name: [read_verb(line, lexicon) for line in lines.splitlines()] for name, lines in groups.items()}
    for line in tree["frames"].splitlines():
        weight, _, frame = line.partition(":")
        english, french = frame.split("|")
        lexicon.frames.append((english.strip(), french.strip()))
        lexicon.weights.append(int(weight))
    return lexicon
