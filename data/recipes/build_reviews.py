"""Unlabelled film reviews in English and French, composed from the hand-written lexicons and frames of `stocks/`.

A review keeps one polarity through all of its sentences, or turns once on a connective and lets the last part win, so
that an opinion word can be guessed from the opinion words around it. `reviews_en.yaml` and `reviews_fr.yaml` explain
how their frames and slots are written. For labelled data, opinion words and frames are dealt out to the splits train,
validation and test, so that no opinion word or frame of one serves in another.
"""

import math
import random
import re
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

STOCKS = Path(__file__).parent / "stocks"
OPPOSITE = {"positive": "negative", "negative": "positive"}
SLOT = re.compile(r"\{(~?)(\w+)(?::(\w+))?(?:/(\w+))?\}")
LEXICON_OF = {"pred": "adj", "vb": "v", "what": "n"}  # slots that borrow the lexicon of another
# Half of the opinion words and frames go to train, a quarter to validation, a quarter to test.
DEALT = ("train", "train", "validation", "test")
NEUTRAL = ("turns", "neutral")
# The first word of a list is drawn twice as often as the eleventh, three times as often as the twenty-first.
WORD_HEAD = 10
TURN_SHARE = 0.15
SPECIFIC_SHARE = 0.7


def reviews(language: str, seed: int) -> Iterator[str]:
    """An endless stream of reviews of 2 to 5 sentences in `language` ("en" or "fr"), always the same for one seed."""
    return (text for text, _ in labelled_reviews(language, seed))


def labelled_reviews(
    language: str, seed: int, single: bool = False, split: str | None = None, all_words: bool = False
) -> Iterator[tuple[str, int]]:
    """The same stream with each review's final opinion, 1 or 0; `single` gives opinions of one sentence instead.

    `split` keeps to the opinion words and frames dealt out to that split; `all_words` to its frames alone.
    """
    stock = load_stock(language, split, all_words)
    rng = random.Random(f"{language}-{seed}")
    while True:
        review = Review(stock, rng)
        sentences = [review.opinion()] if single else review.sentences()
        lower = language == "en" and rng.random() < 0.5
        text = " ".join(s.lower() if lower else s[0].upper() + s[1:] for s in sentences)
        yield text, int(review.polarity == "positive")


@cache
def load_stock(language: str, split: str | None = None, all_words: bool = False) -> dict[str, Any]:
    """`stocks/reviews_LANGUAGE.yaml`, its lexicons cut at commas and its frames at line ends.

    With `split`, only the frames of that split and, unless `all_words`, its opinion words; words and frames that judge
    nothing serve them all.
    """
    tree = yaml.safe_load((STOCKS / f"reviews_{language}.yaml").read_text(encoding="utf-8"))
    lexicon, frames = cut(tree["lexicon"], ","), cut(tree["frames"], "\n")
    if split and not all_words:
        lexicon = {kind: keep(node, split) if "positive" in node else node for kind, node in lexicon.items()}
    if split:
        frames = {group: lines if group in NEUTRAL else keep(lines, split) for group, lines in frames.items()}
    return {"language": language, "lexicon": lexicon, "frames": frames}


def keep(node: Any, split: str) -> Any:
    """The same tree with only the entries dealt out to `split`: an entry's own letters decide, wherever it stands."""
    if isinstance(node, dict):
        kept = {key: keep(child, split) for key, child in node.items()}
        return {key: child for key, child in kept.items() if child}
    return [entry for entry in node if DEALT[zlib.crc32(entry.strip("*").encode()) % len(DEALT)] == split]


def cut(node: Any, separator: str) -> Any:
    """The same tree with every text cut at `separator` into a list of stripped, non-empty entries."""
    if isinstance(node, dict):
        return {key: cut(child, separator) for key, child in node.items()}
    return [" ".join(entry.split()) for entry in node.split(separator) if entry.strip()]


class Review:
    """One review in the making: its polarity, the words it has used, and the subject that slots agree with."""

    def __init__(self, stock: dict[str, Any], rng: random.Random) -> None:
        """Draw the polarity of the review from `rng`; words and frames come from `stock`."""
        self.stock, self.rng, self.used = stock, rng, set()
        self.french = stock["language"] == "fr"
        self.polarity = rng.choice(["positive", "negative"])
        self.aspect, self.form = "film", "ms"

    def sentences(self) -> list[str]:
        """Two to five sentences: context, opinions of one polarity (sometimes after a turn), a closing verdict."""
        turned = self.rng.random() < TURN_SHARE
        context = [self.fill("neutral")] if self.rng.random() < 0.3 else []
        if turned:
            return [*context[: self.rng.randint(0, 1)], *self.turn()]
        closing = [self.fill(f"{self.polarity}_verdicts")] if self.rng.random() < 0.5 else []
        room = 5 - len(context) - len(closing)
        least = max(1, 2 - len(context) - len(closing))
        return [*context, *(self.opinion() for _ in range(self.rng.randint(least, min(room, 3)))), *closing]

    def turn(self) -> list[str]:
        """A sentence or two against the final polarity, a connective, the opinion that wins, a closing verdict."""
        final, self.polarity = self.polarity, OPPOSITE[self.polarity]
        before = [self.opinion() for _ in range(self.rng.randint(1, 2))]
        self.polarity = final
        connective = self.rng.choice(self.stock["frames"]["turns"])
        return [*before, f"{connective} {self.opinion()}", self.fill(f"{final}_verdicts")]

    def opinion(self) -> str:
        """A sentence of the current polarity, from its own frames or from those that serve both polarities."""
        return self.fill("both" if self.rng.random() < 0.3 else self.polarity)

    def fill(self, group: str) -> str:
        """A frame of `group` that the review has not used, with its slots filled and its spelling adjusted."""
        frame = self.pick(self.stock["frames"][group])
        self.aspect, self.form = "film", "ms" if self.french else "s"
        text = SLOT.sub(self.slot, frame)
        return elide(text) if self.french else article(text)

    def pick(self, entries: list[str], head: float = math.inf) -> str:
        """A random entry, drawn again when the review has already used it; entry r has the weight 1 / (head + r)."""
        weights = None if math.isinf(head) else [1 / (head + rank) for rank in range(len(entries))]
        for _ in range(8):
            entry = self.rng.choices(entries, weights)[0]
            if entry not in self.used:
                break
        self.used.add(entry)
        return entry

    def slot(self, match: re.Match[str]) -> str:
        """The words for one slot, agreeing with the last subject unless the slot names another aspect or form."""
        flip, kind, aspect, form = match.groups()
        if kind in ("S", "S1"):
            return self.subject(aspect, singular=kind == "S1")
        if kind == "be":
            singular, plural = ("est", "sont") if self.french else ("is", "are")
            return plural if self.form.endswith("p") else singular
        polarity = OPPOSITE[self.polarity] if flip else self.polarity
        form = form or ("s" if kind == "v" and aspect else self.form)  # a verb of another aspect has its own subject
        aspect = aspect or self.aspect
        return self.inflect(self.draw(kind, polarity, aspect, form), kind, form)

    def subject(self, aspect: str | None, singular: bool) -> str:
        """A subject such as "the cast"; later slots of the sentence agree with it."""
        subjects = self.stock["lexicon"]["subjects"]
        self.aspect = aspect or self.rng.choice(list(subjects))
        entries = [entry for entry in subjects[self.aspect] if not (singular and entry.endswith("p"))]
        text, self.form = self.pick(entries).split("/")
        return text

    def draw(self, kind: str, polarity: str, aspect: str, form: str) -> str:
        """An entry of a lexicon, where common words stand first and are drawn most.

        Polar ones come from the aspect's own list most of the time, else from the general one.
        """
        entries = self.stock["lexicon"][LEXICON_OF.get(kind, kind)]
        if isinstance(entries, dict):
            entries = entries[polarity]
        if isinstance(entries, dict):
            specific = aspect in entries and self.rng.random() < SPECIFIC_SHARE
            entries = entries[aspect if specific else "general"]
        return self.pick([entry for entry in entries if fits(entry, kind, form)], head=WORD_HEAD)

    def inflect(self, entry: str, kind: str, form: str) -> str:
        """The entry in the form that the slot wants: agreement, number of the verb, or exclamation."""
        if kind == "what":
            return exclaim_french(entry) if self.french else re.sub(r"^(an? )?", r"what \1", entry)
        if entry.startswith("*") and not entry.startswith("**"):
            return entry[1:]
        if self.french:
            return agree(entry.lstrip("*"), form) if kind in ("adj", "pred", "done", "mood") else entry
        plain = kind == "vb" or (kind == "v" and form == "p")
        return base_form(entry) if plain else entry


def fits(entry: str, kind: str, form: str) -> bool:
    """Whether an entry can fill a slot: starred phrases only as complements, double verbs only in the singular."""
    if kind in ("v", "vb"):
        return " and " not in entry or (kind == "v" and form != "p")
    return kind == "pred" or not entry.startswith("*")


def base_form(phrase: str) -> str:
    """The plain form of an English verb phrase in the third person: "tries too hard" gives "try too hard"."""
    verb, *rest = phrase.split()
    if verb in ("never", "merely"):
        return f"{verb} {base_form(' '.join(rest))}"
    irregular = {"is": "be", "has": "have", "does": "do", "goes": "go", "dies": "die", "lies": "lie"}
    stem = re.sub(r"ies$", "y", verb) if verb.endswith("ies") else re.sub(r"(?<=ch|sh|ss|zz)es$|(?<=x)es$|s$", "", verb)
    return " ".join([irregular.get(verb, stem), *rest])


def article(text: str) -> str:
    """English text with "a" turned into "an" before a vowel sound."""
    return re.sub(r"\b([Aa]) (?=(?!uni|use|usu|one|once|eu|ut)[aeiou]|hour|honest)", r"\1n ", text)


def exclaim_french(noun: str) -> str:
    """« un pur bonheur » gives « quel pur bonheur », « une réussite » gives « quelle réussite »."""
    return re.sub(r"^une ", "quelle ", re.sub(r"^un ", "quel ", noun))


def elide(text: str) -> str:
    """French text with « de », « que » and « ne » elided before the vowel or mute h that a slot brought."""
    aspirated = r"(?:alet|aine|aut|as|id|ont|ors|urle|eurt|ât|ach|arass|argn|éros)"
    return re.sub(rf"\b([Dd]|[Qq]u|[Nn])e (?=[aeiouéèêâîôœà]|h(?!{aspirated}))", r"\1'", text)


def agree(entry: str, form: str) -> str:
    """A French adjective in `form` (ms, fs, mp, fp); `entry` is its masculine, or both genders parted by a bar.

    Twice the same word means that it never varies. Of a phrase the adjective alone agrees: « mal écrites ».
    """
    masculine, _, feminine = entry.partition("|")
    phrase = (feminine or masculine) if form[0] == "f" else masculine
    adverb, word, rest = re.fullmatch(r"((?:bien |mal |\w+ment )?)(\S+)(.*)", phrase).groups()
    if form[0] == "f" and not feminine:
        word = feminine_of(word)
    if form[1] == "p" and masculine != feminine:
        word = plural_of(word)
    return adverb + word + rest


FEMININE = [("eux", "euse"), ("if", "ive"), ("el", "elle"), ("eil", "eille"), ("ien", "ienne"), ("on", "onne"),
            ("er", "ère"), ("et", "ette"), ("ul", "ulle"), ("os", "osse"), ("eur", "euse")]  # fmt: skip


def feminine_of(word: str) -> str:
    """The feminine of a regular French adjective."""
    if word.endswith("e"):
        return word
    masculine, feminine = next((pair for pair in FEMININE if word.endswith(pair[0])), ("", "e"))
    return word[: len(word) - len(masculine)] + feminine


def plural_of(word: str) -> str:
    """The plural of a French adjective."""
    if word.endswith("al") and word not in ("banal", "fatal", "bancal"):
        return word[:-2] + "aux"
    if word.endswith("eau"):
        return word + "x"
    return word if word[-1] in "sx" else word + "s"


if __name__ == "__main__":
    for code in ("en", "fr"):
        print("\n".join(islice(reviews(code, 0), 20)))
