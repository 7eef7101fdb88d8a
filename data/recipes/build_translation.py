"""English sentences with their French translation, composed from the lexicon and frames of `stocks/translation.yaml`.

A crc32 hash deals every combination of a noun and its adjective, and of a subject and its verb, out to the splits
train, validation and test. A sentence whose combinations all belong to training is a training sentence; a test sentence
holds at least one combination of test and none of validation, and the other way round. To translate it word for word, a
model must therefore compose what it never saw together.
"""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from build_reviews import agree, article
from translation_phrases import NounPhrases, Phrase, smooth
from translation_stock import Lexicon, Verb, load_lexicon

DEALT = ("train",) * 8 + ("validation", "test")
JOINED_SHARE = 0.04
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
PERSONS = ("1s", "3s", "1p", "2p", "3p")
AUXILIARIES = {
    name: dict(zip(PERSONS, forms.split(), strict=True))
    for name, forms in {
        "be": "am is are are are", "was": "was was were were were", "do": "do does do do do",
        "être": "suis est sommes êtes sont", "était": "étais était étions étiez étaient",
        "avoir": "ai a avons avez ont",
    }.items()
}  # fmt: skip
# What each slot of a frame draws: a method of Sentence and its argument. Drawn in the order of the English frame.
SLOTS = {
    # Who acts (a noun phrase, a name, a pronoun); what is so, and what there is.
    "S": ("subject", "anyone animal"), "H": ("subject", "human"), "Z": ("subject", "youngster pet"),
    "X": ("topic", "definite"), "Y": ("topic", "indefinite"),
    "V": ("verb", "transitive"), "I": ("verb", "intransitive"), "M": ("verb", "motion"), "G": ("verb", "giving"),
    "modal": ("verb", "modal"), "K": ("pronoun_verb", "transitive"), "P": ("pronoun_object", ""),
    "O": ("object", "object"), "N": ("object", "negative"), "T": ("object", "object"), "R": ("recipient", "recipient"),
    "F": ("first_verb", "sequences"), "Q": ("object", "object"), "U": ("second_verb", "sequences"), "it": ("echo", "Q"),
    "A": ("attribute", ""), "L": ("place", "place"), "D": ("destination", "destination"), "C": ("word", "cities"),
    "now": ("word", "now"), "moment": ("word", "moment"), "ago": ("word", "ago"), "often": ("word", "often"),
    "state": ("word", "state"), "degree": ("word", "degree"), "number": ("word", "numbers"),
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A sentence, its translation, words of theirs that translate each other, and the split its combinations make."""

    english: str
    french: str
    links: tuple[tuple[str, str], ...]
    split: str | None


def pairs(seed: int, split: str) -> Iterator[tuple[str, str]]:
    """An endless stream of (English, French) sentences of one split, always the same for one seed."""
    return ((pair.english, pair.french) for pair in linked_pairs(seed, split))


def linked_pairs(seed: int, split: str) -> Iterator[Pair]:
    """The same stream, with the words that translate each other."""
    rng = random.Random(f"{split}-{seed}")
    while True:
        pair = compose(rng)
        if pair.split == split:
            yield pair


def compose(rng: random.Random) -> Pair:
    """A sentence of one clause, or now and then of two joined by "and" or "but"."""
    lexicon, clauses = load_lexicon(), []
    joined = rng.random() < JOINED_SHARE
    while len(clauses) < 1 + joined:
        english, french = rng.choices(lexicon.frames, lexicon.weights)[0]
        if joined and ("?" in english or "," in english):
            continue
        sentence = Sentence(lexicon, rng, english, french)
        try:
            clauses.append((*sentence.write(), sentence))
        except LookupError:  # nothing in the lexicon fits what was drawn before
            continue
    joiner = rng.choice(lexicon.words("adverbs", "joiner"))
    english, french = (f" {joiner[side]} ".join(clause[side] for clause in clauses) for side in (0, 1))
    links = tuple(link for *_, sentence in clauses for link in sentence.links)
    split = split_of(set().union(*(sentence.combinations for *_, sentence in clauses)))
    return Pair(close(article(english)), close(smooth(french)), links, split)


def split_of(combinations: set[str]) -> str | None:
    """The split of a sentence; None when it mixes combinations of validation and test."""
    splits = {DEALT[zlib.crc32(text.encode()) % len(DEALT)] for text in combinations} - {"train"}
    return None if len(splits) == 2 else next(iter(splits), "train")


def close(text: str) -> str:
    """The sentence with its capital and its full stop."""
    return text[0].upper() + text[1:] + ("" if text.endswith("?") else ".")


class Sentence(NounPhrases):
    """One clause in the making: its frame and what its slots have drawn."""

    def __init__(self, lexicon: Lexicon, rng: random.Random, english: str, french: str) -> None:
        """Start on a frame: an English and a French text with slots."""
        super().__init__(lexicon, rng)
        self.english, self.french = english, french
        self.drawn: dict[str, Phrase | Verb] = {}
        self.agent, self.action, self.objects = Phrase("", ""), None, frozenset()

    def write(self) -> tuple[str, str]:
        """The clause in both languages; raises LookupError when nothing fits a slot."""
        for name, _ in SLOT.findall(self.english):
            if name in SLOTS:
                method, argument = SLOTS[name]
                self.drawn[name] = getattr(self, method)(argument)
        english = SLOT.sub(lambda match: self.show_english(*match.groups()), self.english)
        return english, SLOT.sub(lambda match: self.show_french(*match.groups()), self.french)

    def show_english(self, name: str, form: str | None) -> str:
        """English words of a slot: a form of an auxiliary or verb, or a phrase."""
        if name in AUXILIARIES:
            return AUXILIARIES[name][self.agent.person]
        item = self.drawn[name]
        if isinstance(item, Phrase):
            return item.english
        shown = item.english[form or ("third" if self.agent.person == "3s" else "base")]
        french_form = next(form for slot, form in SLOT.findall(self.french) if slot == name)
        self.links.append((shown.split()[0], self.show_french(name, french_form)))
        return shown

    def show_french(self, name: str, form: str | None) -> str:
        """French words of a slot; the participle after « être » agrees with the subject."""
        if name == "aux":
            name = self.action.auxiliary
            if name == "être" and self.agent.person in ("1s", "2p"):
                raise LookupError("the participle would betray a gender that English does not tell")
        if name in AUXILIARIES:
            return AUXILIARIES[name][self.agent.person]
        item = self.drawn[name]
        if isinstance(item, Phrase):
            return item.french
        word = item.french[form or self.agent.person]
        return agree(word, self.agent.form) if form == "pp" and item.auxiliary == "être" else word

    def word(self, listed: str) -> Phrase:
        """One of a list of adverbs, cities or numbers."""
        path = (listed,) if listed in self.lexicon.tree else ("adverbs", listed)
        english, french = self.rng.choice(self.lexicon.words(*path))
        self.links.append((english, french))
        return Phrase(english, french)

    def subject(self, kinds: str) -> Phrase:
        """Who acts: a pronoun, a name, two names, or a noun phrase; animals only among the latter."""
        draw = self.rng.random()
        if draw < 0.25:
            self.agent = self.pronoun()
        elif draw < 0.42:
            self.agent = self.name()
        elif draw < 0.46:
            one, two = self.name(), self.name()
            form = "fp" if one.form == two.form == "fs" else "mp"
            self.agent = Phrase(
                f"{one.english} and {two.english}", f"{one.french} et {two.french}", form, "3p", "sibling"
            )
        else:
            self.agent = self.noun_phrase(self.noun(self.lexicon.expand(kinds)), "subject")
        return self.agent

    def pronoun(self) -> Phrase:
        """A subject pronoun."""
        english, french = self.rng.choice(self.lexicon.words("pronouns"))
        french, _, person = french.split()
        return Phrase(english.split()[0], french, "fs" if french == "elle" else "m" + person[1], person, "sibling")

    def topic(self, role: str) -> Phrase:
        """What something is said of: any noun, now and then a name or a pronoun of the third person."""
        if role == "definite" and self.rng.random() < 0.2:
            # « Où est-elle ? » would want a hyphen.
            self.agent = self.name() if self.rng.random() < 0.5 or "where" in self.english else self.pronoun()
            if self.agent.person not in ("3s", "3p"):
                raise LookupError("of I, you and we English does not tell the gender")
        else:
            self.agent = self.noun_phrase(self.noun(frozenset(self.lexicon.nouns)), role, bare=self.rng.random() < 0.4)
        return self.agent

    def verb(self, construction: str) -> Verb:
        """A verb that makes sense with the subject and has all the forms that the frame asks for."""
        wanted = {form for name, form in SLOT.findall(self.english) if form and SLOTS[name][1] == construction}
        if construction == "transitive" and ("{modal}" in self.english or "{L}" in self.english):
            wanted.add("ing")  # a verb of state stands neither after "must" nor before a place
        if "{aux}" in self.french:
            wanted.add("past")
        found = [
            (verb, objects)
            for verb in self.lexicon.verbs[construction]
            for subjects, objects in verb.uses
            if self.agent.kind in subjects and "-" not in [verb.english[form] for form in wanted]
        ]
        return self.act(*self.rng.choice(found))

    def act(self, verb: Verb, objects: frozenset[str]) -> Verb:
        """Take a verb and the kinds of its objects for the clause."""
        self.action, self.objects = verb, objects
        if self.agent.head:
            self.combinations.add(f"{self.agent.head} {verb.name}")
        return verb

    def pronoun_verb(self, construction: str) -> Verb:
        """A verb whose object can be a person and stands without preposition in French."""
        verb = self.verb(construction)
        if "adult" not in self.objects or verb.preposition:
            raise LookupError(verb.name)
        return verb

    def pronoun_object(self, _: str) -> Phrase:
        """An object pronoun that is not the subject again."""
        english, french = self.rng.choice(self.lexicon.words("pronouns"))
        _, french, person = french.split()
        if person[0] == self.agent.person[0] != "3":
            raise LookupError("I see me")
        return Phrase(english.split()[1], french)

    def object(self, role: str) -> Phrase:
        """The object of the clause's verb, after its French preposition."""
        tree, verb = self.lexicon.tree, self.action
        if verb.name in tree["definite"].split() or verb.preposition:
            role = "definite"
        elif verb.name in tree["indefinite"].split() and role == "object":
            role = "indefinite"
        phrase = self.noun_phrase(self.noun(self.objects), role)
        return Phrase(phrase.english, verb.preposition + phrase.french, phrase.form, phrase.person, phrase.kind)

    def recipient(self, role: str) -> Phrase:
        """Who receives: a name or a person."""
        human = self.lexicon.expand("human")
        return self.name() if self.rng.random() < 0.4 else self.noun_phrase(self.noun(human), role)

    def first_verb(self, listed: str) -> Verb:
        """The first of two verbs that share an object; the object must suit both."""
        names = self.rng.choice(self.lexicon.tree[listed].split(",")).split()
        verbs = self.lexicon.verbs["transitive"] + self.lexicon.verbs["second"]
        first, self.following = (next(verb for verb in reversed(verbs) if verb.name == name) for name in names)
        shared = [self.lexicon.nouns.keys() & objects for subjects, objects in first.uses if "adult" in subjects]
        other = [objects for subjects, objects in self.following.uses if "adult" in subjects]
        return self.act(first, shared[0] & other[0])

    def second_verb(self, _: str) -> Verb:
        """The second of the two verbs."""
        return self.following

    def echo(self, slot: str) -> Phrase:
        """The pronoun that takes up a phrase: "him" and "her" for people only."""
        phrase = self.drawn[slot]
        french = "les" if phrase.form[1] == "p" else {"m": "le", "f": "la"}[phrase.form[0]]
        if french == "les" or phrase.kind not in self.lexicon.expand("human"):
            return Phrase("them" if french == "les" else "it", french)
        return Phrase("her" if french == "la" else "him", french)

    def attribute(self, _: str) -> Phrase:
        """An adjective that makes sense with the subject and agrees with it."""
        known = self.lexicon.adjectives.get(self.agent.kind, [])
        excluded = (
            self.lexicon.tree["beside"] + " " + (self.lexicon.tree["absolute"] if "{degree}" in self.english else "")
        )
        adjective = self.rng.choice([one for one in known if one.english not in excluded.split()])
        word = agree(adjective.french, self.agent.form)
        self.links.append((adjective.english, word))
        if self.agent.head:
            self.combinations.add(f"{self.agent.head} {adjective.english}")
        return Phrase(adjective.english, word)

    def place(self, role: str) -> Phrase:
        """Where the subject can be."""
        found = []
        for line in self.lexicon.tree["places"].splitlines():
            preposition, landmarks, guests = (part.strip() for part in line.split(":"))
            if self.agent.kind in self.lexicon.expand(guests):
                found.append((*preposition.split(" = "), self.lexicon.expand(landmarks)))
        english, french, kinds = self.rng.choice(found)
        phrase = self.noun_phrase(self.noun(kinds), role, bare=self.rng.random() < 0.4)
        return Phrase(f"{english} {phrase.english}", f"{french} {phrase.french}")

    def destination(self, role: str) -> Phrase:
        """Where one goes, singular."""
        return self.noun_phrase(self.noun(self.lexicon.expand("building goal")), role, bare=self.rng.random() < 0.4)


if __name__ == "__main__":
    for pair in islice(linked_pairs(0, "train"), 60):
        print(f"{pair.english}\t{pair.french}")
