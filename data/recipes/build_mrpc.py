"""Build a synthetic stand-in for the MRPC task of GLUE (English news sentence pairs).

The stock `stocks/mrpc.yaml` holds invented news stories. Every story has `same` sentences,
which state one fact in different words, and `other` sentences, which share many words with
them but state something else. Two `same` sentences of a story make an equivalent pair; a
`same` and an `other` sentence of the same story make a pair that is not equivalent.

Pairs that are not equivalent are picked so that their word overlap is distributed like that
of the equivalent pairs: counting shared words does not give the label away.
"""

import re
from itertools import combinations, product
from pathlib import Path
from random import Random

import yaml
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

STOCK = Path(__file__).parent / "stocks" / "mrpc.yaml"
SPLITS = ("train", "validation", "test")
MINIMUM = {"train": 1400, "validation": 320, "test": 300}
EQUIVALENT_SHARE = 0.65
MAX_SIMILARITY = 0.5
FEATURES = Features(
    {
        "sentence1": Value("string"),
        "sentence2": Value("string"),
        "label": ClassLabel(names=["not_equivalent", "equivalent"]),
        "idx": Value("int32"),
    }
)

Story = dict[str, list[str]]
Pair = tuple[str, str]
Example = tuple[str, str, int]


def load_stories() -> dict[str, list[Story]]:
    """Return the stories of each split."""
    stories = yaml.safe_load(STOCK.read_text(encoding="utf-8"))["stories"]
    return {split: [story for story in stories if story["split"] == split] for split in SPLITS}


def words(text: str) -> list[str]:
    """Split a text into lower-case words and numbers."""
    return re.findall(r"[a-z]+|\d+", text.lower())


def trigrams(text: str) -> set[tuple[str, ...]]:
    """Return the word 3-grams of a text."""
    tokens = words(text)
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def jaccard(left: set, right: set) -> float:
    """Return the share of common elements of two sets."""
    return len(left & right) / len(left | right)


def overlap(pair: Pair) -> float:
    """Return the share of words that the sentences of a pair have in common."""
    return jaccard(set(words(pair[0])), set(words(pair[1])))


def candidates(stories: list[Story]) -> tuple[list[Pair], list[Pair]]:
    """Return all equivalent pairs and all pairs that are not equivalent."""
    equivalent = [pair for story in stories for pair in combinations(story["same"], 2)]
    different = [pair for story in stories for pair in product(story["same"], story["other"])]
    return equivalent, different


def pick_like(targets: list[float], pool: list[Pair]) -> list[Pair]:
    """Pick from the pool, for each target, the pair left whose word overlap is closest to it."""
    left = {pair: overlap(pair) for pair in pool}
    picked = []
    for target in targets:
        best = min(left, key=lambda pair: abs(left[pair] - target))
        del left[best]
        picked.append(best)
    return picked


def sample(stories: list[Story], rng: Random) -> list[Example]:
    """Return the shuffled examples of one split."""
    equivalent, different = candidates(stories)
    rng.shuffle(different)
    number = round(len(equivalent) * (1 - EQUIVALENT_SHARE) / EQUIVALENT_SHARE)
    targets = [overlap(pair) for pair in rng.sample(equivalent, number)]
    labelled = [(pair, 1) for pair in equivalent]
    labelled += [(pair, 0) for pair in pick_like(targets, different)]
    rng.shuffle(labelled)
    return [(*rng.sample(pair, 2), label) for pair, label in labelled]


def check(examples: dict[str, list[Example]]) -> None:
    """Assert sizes, class shares, distinct pairs, and splits without similar sentences."""
    for split, rows in examples.items():
        assert len(rows) >= MINIMUM[split], f"{split}: only {len(rows)} pairs"
        assert len({frozenset(row[:2]) for row in rows}) == len(rows), f"{split}: repeated pair"
        assert all(row[0] != row[1] for row in rows), f"{split}: a sentence paired with itself"
        assert 0.6 <= sum(row[2] for row in rows) / len(rows) <= 0.67, f"{split}: class shares"
    for one, two in combinations(examples, 2):
        check_apart(examples[one], examples[two])


def check_apart(rows: list[Example], others: list[Example]) -> None:
    """Assert that no sentence of one split is close to a sentence of another split."""
    left, right = ({text: trigrams(text) for row in part for text in row[:2]} for part in (rows, others))
    for one, two in product(left, right):
        assert jaccard(left[one], right[two]) < MAX_SIMILARITY, f"similar sentences: {one} | {two}"


def numbers(examples: dict[str, list[Example]], rng: Random) -> dict[str, list[int]]:
    """Number the pairs: train and validation share one growing count, test has its own."""
    corpus = ["train"] * len(examples["train"]) + ["validation"] * len(examples["validation"])
    rng.shuffle(corpus)
    shared = {name: [i for i, split in enumerate(corpus) if split == name] for name in set(corpus)}
    return shared | {"test": list(range(len(examples["test"])))}


def to_dataset(rows: list[Example], idx: list[int]) -> Dataset:
    """Turn the examples of one split into a dataset."""
    first, second, labels = (list(column) for column in zip(*rows, strict=True))
    columns = {"sentence1": first, "sentence2": second, "label": labels, "idx": idx}
    return Dataset.from_dict(columns, features=FEATURES)


def build(seed: int = 0) -> DatasetDict:
    """Build the three splits; the same seed always gives the same data."""
    rng = Random(seed)
    examples = {split: sample(stories, rng) for split, stories in load_stories().items()}
    check(examples)
    idx = numbers(examples, rng)
    return DatasetDict({split: to_dataset(rows, idx[split]) for split, rows in examples.items()})


if __name__ == "__main__":
    print(build())
