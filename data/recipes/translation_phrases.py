"""Noun phrases in English and French at once: determiners, owners, adjectives, agreement and French elision."""

import random
import re
from dataclasses import dataclass

from build_reviews import agree
from translation_stock import Adjective, Lexicon, Noun

VOWEL = r"[aeiouéèêâîôœhAEIOUÉ]"  # an aspirated h follows a star, and is no vowel
LIAISON = {"beau": "bel", "nouveau": "nouvel", "vieux": "vieil"}
# Determiners by the role of the noun phrase; one written twice comes twice as often.
ROLES = {
    "subject": "the the the this owned owned genitive a number",
    "object": "the the a a a this owned genitive number",
    "definite": "the the this owned genitive",
    "indefinite": "a a number",
    "negative": "none none the owned",
    "place": "the the the owned genitive",
    "recipient": "the owned owned genitive",
    "destination": "the",
}
PLURALS = {"place": 0.1, "destination": 0.0}  # share of plurals by role, 0.3 elsewhere
# How often a noun has no adjective, one, or one before and one after it in French.
ADJECTIVES = (0.6, 0.34, 0.06)


@dataclass(frozen=True)
class Phrase:
    """Words in both languages; `form` (ms, fs, mp, fp) and `person` (1s to 3p) are what others agree with."""

    english: str
    french: str
    form: str = "ms"
    person: str = "3s"
    kind: str = ""
    head: str = ""


def smooth(text: str) -> str:
    """French text with its elisions (l', d', n', j', qu'...), « cet », « mon » before a vowel, « du » and « au »."""
    text = re.sub(rf"\b(l[ea]|[Qq]ue|[djmn]e) (?={VOWEL})", lambda match: match[1][:-1] + "'", text)
    text = re.sub(rf"\b([cC]e) (?={VOWEL})", r"\1t ", text)
    text = re.sub(rf"\b([ms])a (?={VOWEL})", r"\1on ", text)
    for apart, merged in (("de le ", "du "), ("de les ", "des "), ("à le ", "au "), ("à les ", "aux ")):
        text = re.sub(rf"\b{apart}", merged, text)
    return text.replace("*", "")


class NounPhrases:
    """Makes noun phrases, and remembers their combinations of noun and adjective and their words that match."""

    def __init__(self, lexicon: Lexicon, rng: random.Random) -> None:
        """Start with no combination and no known pair of words."""
        self.lexicon, self.rng = lexicon, rng
        self.combinations: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.names: set[str] = set()

    def noun(self, kinds: frozenset[str]) -> Noun:
        """Any noun of these kinds, each as often as another."""
        return self.rng.choice([noun for kind in sorted(kinds) for noun in self.lexicon.nouns[kind]])

    def name(self) -> Phrase:
        """A person's name, another one each time."""
        english, french = self.rng.choice(self.lexicon.words("names"))
        french, gender = french.split("/")
        english = english.split("/")[0]
        if english in self.names:
            raise LookupError("the name is taken")
        self.names.add(english)
        self.links.append((english, french))
        return Phrase(english, french, gender + "s", kind="sibling", head=english)

    def is_a(self, noun: Noun, listed: str) -> bool:
        """Whether the kind of a noun belongs to those listed in the stock."""
        return noun.kind in self.lexicon.expand(self.lexicon.tree[listed])

    def noun_phrase(self, noun: Noun, role: str, bare: bool = False) -> Phrase:
        """Determiner, adjectives unless `bare`, noun."""
        kind = self.determiner_kind(noun, role)
        countable = not self.is_a(noun, "mass") and not self.is_a(noun, "single")
        plural = countable and (kind == "number" or self.rng.random() < PLURALS.get(role, 0.3))
        form = noun.gender + "sp"[plural]
        adjectives = [] if bare else self.adjectives(noun)
        english, french = noun.english[plural], noun.french[plural]
        self.links.append((english, french.lstrip("*")))
        the, le, owner = self.determiner(kind, form)
        before, after = self.decline(adjectives, form, french)
        if le == "des" and before:
            le = "de"
        english = " ".join([the, *(adjective.english for adjective in adjectives), english])
        french = " ".join([le, *before, french, *after, *owner])
        return Phrase(english, french, form, "3p" if plural else "3s", noun.kind, noun.english[0])

    def determiner_kind(self, noun: Noun, role: str) -> str:
        """A kind of determiner that suits the role and the noun: no owner for a forest, no number for water."""
        kind = self.rng.choice(ROLES[role].split())
        if self.is_a(noun, "unowned") and kind in ("owned", "genitive"):
            return "the"
        if noun.kind in self.lexicon.expand("kin") and kind != "genitive":
            return "owned"
        if self.is_a(noun, "mass"):
            return {"a": "some", "number": "some", "none": "any"}.get(kind, kind)
        return kind

    def determiner(self, kind: str, form: str) -> tuple[str, str, list[str]]:
        """English and French determiner, and the French owner that follows the noun: « la maison de ma sœur »."""
        plural = form[1] == "p"
        if kind == "number":
            return (*self.rng.choice(self.lexicon.words("numbers")), [])
        if kind == "genitive":
            owner = self.owner()
            return f"{owner.english}'s", "les" if plural else {"m": "le", "f": "la"}[form[0]], ["de", owner.french]
        english, french = self.rng.choice(self.lexicon.words("determiners", kind))
        return english.split()[plural], french.split()[2 if plural else form[0] == "f"].replace("_", " "), []

    def owner(self) -> Phrase:
        """A name, "the" with a person, or a possessive with a relative, always singular."""
        draw = self.rng.random()
        if draw < 0.4:
            return self.name()
        noun = self.noun(self.lexicon.expand("person" if draw < 0.7 else "kin"))
        the, le, _ = self.determiner("the" if draw < 0.7 else "owned", noun.gender + "s")
        self.links.append((noun.english[0], noun.french[0].lstrip("*")))
        return Phrase(f"{the} {noun.english[0]}", f"{le} {noun.french[0]}")

    def adjectives(self, noun: Noun) -> list[Adjective]:
        """None, one, or two adjectives that make sense with the noun, in English order."""
        known = self.lexicon.adjectives.get(noun.kind, [])
        number = self.rng.choices((0, 1, 2), ADJECTIVES)[0]
        if not known or number == 0:
            return []
        chosen = [self.rng.choice(known)]
        if number == 2:
            sides = [[one for one in known if one.before is side] for side in (True, False)]
            chosen = [self.rng.choice(side) for side in sides if side]
        self.combinations |= {f"{noun.english[0]} {one.english}" for one in chosen}
        return chosen

    def decline(self, adjectives: list[Adjective], form: str, noun: str) -> tuple[list[str], list[str]]:
        """French adjectives before and after a noun, in `form`; « bel », « nouvel », « vieil » before a vowel."""
        before, after = [], []
        for adjective in adjectives:
            word = agree(adjective.french, form)
            self.links.append((adjective.english, word))
            (before if adjective.before else after).append(word)
        if before and form == "ms" and re.match(VOWEL, noun):
            before = [LIAISON.get(word, word) for word in before]
        return before, after
