"""Build a synthetic stand-in for the SST-2 task of GLUE (film reviews, positive or negative).

All material is hand-written. The three splits draw on three disjoint stocks. From ``stocks/sst2.yaml``, a
review is either a stock item used as it stands, or a combination of items whose label follows from its
construction: in a concession the dominating clause decides, in a pair both halves agree, and a neutral
premise changes nothing. The others are opinions worded by ``build_reviews.py``, whose frames and opinion
words are dealt out to the splits, so that who has not met a word elsewhere cannot know its side. As in
GLUE, the test labels are hidden (-1).
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import datasets
import yaml

import build_reviews

STOCK_PATH = Path(__file__).parent / "stocks" / "sst2.yaml"
LABELS = ["negative", "positive"]
HIDDEN_LABEL = -1

# Number of sentences, and how many sentences may share one clause, per split.
SPLIT_SIZES = {"train": 3800, "validation": 440, "test": 400}
CLAUSE_CAPS = {"train": 12, "validation": 4, "test": 4}

# Share of each kind of review in every split.
MIXTURE = {"worded": 0.65, "whole": 0.12, "concession": 0.09, "context": 0.05, "figurative": 0.09}
WORDED_TURNS, WORDED_PAIRS = 0.2, 0.4
# For worded opinions, which may lack a verb: fewer patterns than for clauses.
JOINED = ["{a}; {b}", "{a}, and {b}", "{a} - {b}", "{a}. {b}"]
TURNS = ["{sub}, but {main}", "{sub}, and yet {main}", "{sub}; still, {main}", "{sub}; nevertheless, {main}"]
POSITIVE_SHARE = 0.52
NEAR_DUPLICATE = 0.5
MAX_TRIES = 1000

# In every concession {main} decides the label and {sub} has the opposite polarity.
CONCESSIONS = [
    "although {sub}, {main}",
    "{sub}, but {main}",
    "even though {sub}, {main}",
    "{main}, even if {sub}",
    "{sub}; still, {main}",
    "{sub}, yet {main}",
    "{main}, never mind that {sub}",
    "granted, {sub}, but {main}",
    "while it is true that {sub}, {main}",
    "for all that {sub}, {main}",
    "yes, {sub}, but in the end {main}",
    "{sub}; even so, {main}",
    "{sub}, or so it seems until you notice that {main}",
    "{sub}, but by the time it is over {main}",
    "{sub}, and none of that matters, because {main}",
]
LABELLED_CONCESSIONS = {
    "positive": ["who cares that {sub}, when {main}"],
    "negative": ["if only it were enough that {sub}, but {main}"],
}
PAIRS = ["{a}, and {b}", "{a}; {b}", "{a}, while {b}", "{a}, and on top of that {b}", "{a} - {b}"]
PREMISES = ["{context}, and {item}", "{context}: {item}", "{context} - {item}", "{item} ({context})"]
FIGURES = ["negations", "ironies", "comparisons"]
FIGURE_PAIRS = ["{figure}; {clause}", "{clause}; {figure}", "{figure} - {clause}"]

# Two clauses are combined only if they do not speak of the same thing.
TOPIC_WORDS = {
    "music": "music score soundtrack song songs singing choral orchestral orchestration brass harmonies",
    "ending": "ending finale climax denouement last final closing resolution twist payoff pay-off reel",
    "humour": "joke jokes gags laugh laughs laughter humour comedy comic wit slapstick punchlines farce quips",
    "acting": "cast acting actors performance performances ensemble lead leads star hero heroine leading actress",
    "story": "story plot script tale plotting narrative screenplay writing writer writers screenwriters",
    "talk": "dialogue talk lines banter repartee conversation wisecracks monologues",
    "tempo": "pace pacing tempo hours momentum rhythm rhythms slow",
    "romance": "romance romantic love chemistry courtship marriage leads relationship rapport",
    "pictures": "camera pictures photography cinematography visuals images camerawork colours",
    "tension": "suspense tension scares horror fear chills menace shocks frightening scary",
    "opinion": "bored boring dull missed wait watching watch feel thing affair enterprise everything nothing",
    "feeling": "emotion emotional feelings tears pathos sentiment sentimentality tenderness grief heart",
    "effects": "effects pixels digital monster dragons",
    "source": "adaptation book novel retelling translation sequel prequel franchise",
}
TOPICS = {word: topic for topic, words in TOPIC_WORDS.items() for word in words.split()}
COMMON_WORDS = "film films scene scenes never have with from that this they there than their like into when which"
COMMON = set(COMMON_WORDS.split())

Draft = tuple[str, list[str]]
Review = tuple[str, int]


def words(sentence: str) -> list[str]:
    """Return the words of a sentence without punctuation."""
    return re.findall(r"[a-z0-9]+(?:['-][a-z0-9]+)*", sentence)


def topics(clause: str) -> set[str]:
    """Return the things that a clause speaks of, with near synonyms merged."""
    return {TOPICS.get(word, word) for word in words(clause) if len(word) > 3 and word not in COMMON}


def trigrams(sentence: str) -> set[tuple[str, ...]]:
    """Return the set of word 3-grams of a sentence."""
    tokens = words(sentence)
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


class Writer:
    """Compose the reviews of one split from its stock."""

    def __init__(self, stock: dict[str, Any], split: str, cap: int, rng: random.Random) -> None:
        """Shuffle the items that are to be used as they stand."""
        self.stock = stock
        self.opinions = build_reviews.load_stock("en", split)
        self.cap = cap
        self.rng = rng
        self.uses: Counter[str] = Counter()
        self.fresh: dict[tuple[str, str], list[str]] = {}
        for label in LABELS:
            figures = [item for kind in FIGURES for item in stock[label][kind]]
            for kind, items in (("whole", stock[label]["sentences"]), ("figurative", figures)):
                self.fresh[label, kind] = rng.sample(items, len(items))

    def clauses(self, *labels: str) -> list[str]:
        """Draw one clause per label; none is worn out, and no two share a topic."""
        pools = [[c for c in self.stock[label]["clauses"] if self.uses[c] < self.cap] for label in labels]
        for _ in range(MAX_TRIES):
            drawn = [self.rng.choice(pool) for pool in pools]
            if all(topics(a).isdisjoint(topics(b)) for a, b in combinations(drawn, 2)):
                return drawn
        raise RuntimeError("the clauses of this stock are used up; enlarge it or make the split smaller")

    def worded(self, label: str) -> Draft:
        """One or two opinions that agree, or an opinion of the opposite polarity before the one that decides."""
        opposite, kind = LABELS[1 - LABELS.index(label)], self.rng.random()
        review = build_reviews.Review(self.opinions, self.rng)
        main = self.opinion(review, label)
        if kind < WORDED_TURNS:
            return self.rng.choice(TURNS).format(sub=self.opinion(review, opposite), main=main), []
        if kind < WORDED_TURNS + WORDED_PAIRS:
            return self.rng.choice(JOINED).format(a=main, b=self.opinion(review, label)), []
        return main, []

    def opinion(self, review: build_reviews.Review, label: str) -> str:
        """Return an opinion that is no question, as SST-2 writes it: in lower case, without its last point."""
        review.polarity, sentence = label, "?"
        while sentence.endswith("?"):
            sentence = review.opinion()
        return sentence.lower().rstrip(".!")

    def whole(self, label: str) -> Draft:
        """Use a fresh stock sentence, or else a pair of clauses that agree."""
        if self.fresh[label, "whole"]:
            return self.fresh[label, "whole"].pop(), []
        a, b = self.clauses(label, label)
        return self.rng.choice(PAIRS).format(a=a, b=b), [a, b]

    def concession(self, label: str) -> Draft:
        """Set a clause of the opposite polarity against a dominating one."""
        opposite = LABELS[1 - LABELS.index(label)]
        main, sub = self.clauses(label, opposite)
        pattern = self.rng.choice(CONCESSIONS + LABELLED_CONCESSIONS[label])
        return pattern.format(main=main, sub=sub), [main, sub]

    def context(self, label: str) -> Draft:
        """Add a clause to a neutral premise."""
        (clause,) = self.clauses(label)
        premise = self.rng.choice(self.stock["contexts"])
        return self.rng.choice(PREMISES).format(context=premise, item=clause), [clause]

    def figurative(self, label: str) -> Draft:
        """Use a fresh negation, irony or comparison, or else combine one with a clause or a premise."""
        if self.fresh[label, "figurative"]:
            return self.fresh[label, "figurative"].pop(), []
        figure = self.rng.choice(self.stock[label][self.rng.choice(FIGURES)])
        if self.rng.random() < 0.4:
            premise = self.rng.choice(self.stock["contexts"])
            return f"{premise}: {figure}", []
        (clause,) = self.clauses(label)
        return self.rng.choice(FIGURE_PAIRS).format(figure=figure, clause=clause), [clause]

    def review(self, kind: str, label: str, seen: set[str]) -> str:
        """Compose a review that is not yet in ``seen`` and record the clauses it uses."""
        for _ in range(MAX_TRIES):
            sentence, clauses = getattr(self, kind)(label)
            if sentence not in seen:
                seen.add(sentence)
                self.uses.update(clauses)
                return sentence
        raise RuntimeError(f"no new {label} review of kind {kind!r} can be composed")


def write_split(writer: Writer, size: int, seen: set[str]) -> list[Review]:
    """Return ``size`` reviews with their labels, in the proportions of MIXTURE, shuffled."""
    counts = {kind: round(size * share) for kind, share in MIXTURE.items()}
    counts["whole"] += size - sum(counts.values())
    reviews: list[Review] = []
    for kind, count in counts.items():
        for position in range(count):
            label = int(position < round(count * POSITIVE_SHARE))
            reviews.append((writer.review(kind, LABELS[label], seen), label))
    writer.rng.shuffle(reviews)
    return reviews


def write_splits(seed: int) -> dict[str, list[Review]]:
    """Return the reviews of all splits with their true labels, those of the test split included."""
    stocks = yaml.safe_load(STOCK_PATH.read_text(encoding="utf-8"))
    rng = random.Random(seed)
    seen: set[str] = set()
    return {
        split: write_split(Writer(stocks[split], split, CLAUSE_CAPS[split], rng), size, seen)
        for split, size in SPLIT_SIZES.items()
    }


def near_duplicates(left: Iterable[str], right: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of sentences, one from each side, whose 3-grams overlap too much (Jaccard)."""
    grams = {sentence: trigrams(sentence) for sentence in left}
    index: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for sentence, sentence_grams in grams.items():
        for gram in sentence_grams:
            index[gram].append(sentence)
    found = []
    for sentence in right:
        own = trigrams(sentence)
        shared = Counter(other for gram in own for other in index.get(gram, []))
        for other, common in shared.items():
            if common / len(own | grams[other]) >= NEAR_DUPLICATE:
                found.append((other, sentence))
    return found


def check(splits: dict[str, list[Review]]) -> None:
    """Assert that no sentence occurs twice and that no two splits share a near duplicate."""
    texts = {split: [sentence for sentence, _ in reviews] for split, reviews in splits.items()}
    everything = [sentence for sentences in texts.values() for sentence in sentences]
    assert len(set(everything)) == len(everything), "a sentence occurs twice"
    for one, other in combinations(texts, 2):
        found = near_duplicates(texts[one], texts[other])
        assert not found, f"near duplicates between {one} and {other}: {found[:3]}"


def to_dataset(reviews: list[Review], hide_labels: bool) -> datasets.Dataset:
    """Turn reviews into a data set with the features of GLUE's sst2."""
    features = datasets.Features(
        {
            "sentence": datasets.Value("string"),
            "label": datasets.ClassLabel(names=LABELS),
            "idx": datasets.Value("int32"),
        }
    )
    columns = {
        "sentence": [sentence for sentence, _ in reviews],
        "label": [HIDDEN_LABEL if hide_labels else label for _, label in reviews],
        "idx": list(range(len(reviews))),
    }
    return datasets.Dataset.from_dict(columns, features=features)


def build(seed: int = 0) -> datasets.DatasetDict:
    """Compose, check and return the splits train, validation and test."""
    splits = write_splits(seed)
    check(splits)
    return datasets.DatasetDict(
        {split: to_dataset(reviews, hide_labels=split == "test") for split, reviews in splits.items()}
    )
