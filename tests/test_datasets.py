"""The data sets of the embedded hub: the originals' shape, and splits that share nothing."""

import io
import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from datasets import ClassLabel, Value, load_dataset
from datasets import Image as ImageFeature
from PIL import Image

from build_rapports import MARK
from common import STOCKS
from corpora import stock
from helpers.hub import data_folder

DATASETS = data_folder() / "hub" / "datasets"
SST2 = {"sentence": Value("string"), "label": ClassLabel(names=["negative", "positive"]), "idx": Value("int32")}
MRPC = {
    "sentence1": Value("string"),
    "sentence2": Value("string"),
    "label": ClassLabel(names=["not_equivalent", "equivalent"]),
    "idx": Value("int32"),
}
ALLOCINE = {"review": Value("string"), "label": ClassLabel(names=["neg", "pos"])}
EXPECTED = {
    ("nyu-mll/glue", "sst2"): (SST2, (3000, 400, 400)),
    ("nyu-mll/glue", "mrpc"): (MRPC, (1200, 300, 300)),
    ("tblard/allocine", "allocine"): (ALLOCINE, (3000, 400, 400)),
}


@pytest.fixture(scope="module", params=EXPECTED, ids=lambda key: key[1])
def case(request, tmp_path_factory):
    """Splits, expected features and sizes, read from the Parquet files themselves."""
    repository, config = request.param
    files = {split: str(DATASETS / repository / config / f"{split}-*") for split in ("train", "validation", "test")}
    splits = load_dataset("parquet", data_files=files, cache_dir=str(tmp_path_factory.mktemp("cache")))
    return splits, *EXPECTED[request.param]


def texts(dataset):
    """Every text of a split."""
    return [text for name, kind in dataset.features.items() if kind == Value("string") for text in dataset[name][:]]


def trigrams(text):
    """Set of the word trigrams of a text, punctuation and case set aside."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)} or {tuple(words)}


def nearest(one, other):
    """Highest Jaccard similarity of trigrams between a text of `one` and a text of `other`, with both texts."""
    index = {}
    others = [trigrams(text) for text in other]
    for rank, grams in enumerate(others):
        for gram in grams:
            index.setdefault(gram, set()).add(rank)
    best = (0.0, "", "")
    for text in one:
        grams = trigrams(text)
        shared = Counter(rank for gram in grams for rank in index.get(gram, ()))
        for rank, count in shared.items():
            best = max(best, (count / (len(grams) + len(others[rank]) - count), text, other[rank]))
    return best


def test_columns_types_and_names_are_the_original_s(case):
    splits, features, _ = case
    assert list(splits) == ["train", "validation", "test"]
    assert all(dict(dataset.features) == features for dataset in splits.values())


def test_sizes(case):
    splits, _, sizes = case
    assert all(dataset.num_rows >= size for dataset, size in zip(splits.values(), sizes, strict=True))


def test_labels_are_balanced_like_the_original_s(case):
    splits, features, _ = case
    for name, dataset in splits.items():
        labels = Counter(dataset["label"][:])
        if features is SST2 and name == "test":
            assert set(labels) == {-1}
        else:
            low, high = (0.6, 0.7) if features is MRPC else (0.45, 0.57)
            assert low <= labels[1] / dataset.num_rows <= high


def test_no_row_twice(case):
    splits, features, _ = case
    columns = [name for name, kind in features.items() if kind == Value("string")]
    rows = [tuple(row[name] for name in columns) for dataset in splits.values() for row in dataset]
    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_no_near_duplicate_between_splits(case):
    splits, _, _ = case
    for one, other in combinations(splits, 2):
        similarity, text, twin = nearest(texts(splits[one]), texts(splits[other]))
        assert similarity < 0.5, (one, text, other, twin)


def test_near_duplicates_are_found():
    assert nearest(["a film that never ends well at all"], ["this is a film that never ends well at all"])[0] > 0.5


def best_word(rows, labels):
    """Accuracy of the one word whose presence, or absence, agrees best with the label."""
    words = [set(re.findall(r"\w+", text.lower())) for text in rows]
    frequent = [word for word, count in Counter(word for row in words for word in row).items() if count >= 10]
    agreements = [sum((word in row) == label for row, label in zip(words, labels, strict=True)) for word in frequent]
    return max(max(right, len(labels) - right) for right in agreements) / len(labels)


def test_no_single_word_decides(case):
    splits, features, _ = case
    rows = [
        " ".join(row[name] for name, kind in features.items() if kind == Value("string")) for row in splits["train"]
    ]
    labels = splits["train"]["label"][:]
    majority = max(Counter(labels).values()) / len(labels)
    assert best_word(rows, labels) < majority + 0.06


def test_a_deciding_word_is_found():
    assert best_word(["good film", "bad film"] * 20, [1, 0] * 20) == 1.0


@pytest.fixture(scope="module")
def food(tmp_path_factory):
    """The two splits of the dishes, read from the Parquet files themselves."""
    files = {split: str(DATASETS / f"ethz/food101/data/{split}-*") for split in ("train", "validation")}
    return load_dataset("parquet", data_files=files, cache_dir=str(tmp_path_factory.mktemp("food")))


def test_food_has_ten_classes_ordered_like_the_original(food):
    for split, size in (("train", 120), ("validation", 30)):
        labels = food[split]["label"][:]
        assert labels == sorted(labels) and set(Counter(labels).values()) == {size}
    names = food["train"].features["label"].names
    assert names == sorted(names) and len(names) == 10 and isinstance(food["train"].features["image"], ImageFeature)


def test_food_pictures_vary_in_size_and_none_comes_twice(food):
    raw = {name: split.cast_column("image", ImageFeature(decode=False)) for name, split in food.items()}
    pictures = [row["image"]["bytes"] for split in raw.values() for row in split]
    assert len(set(pictures)) == len(pictures) == 1500
    assert len({picture.size for picture in food["validation"]["image"]}) > 20
    assert sum(map(len, pictures)) < 8e6


ROUNDING = "another version of a library may round otherwise, no more"


def distance(one, other):
    """Mean difference of two pictures of one size, in levels from 0 to 255."""
    return np.abs(np.asarray(one, float) - np.asarray(other, float)).mean()


def test_food_is_what_the_recipe_draws(food):
    from build_food import KITS, NAMES, draw_dish

    for name in NAMES[::4]:
        drawn = draw_dish(name, KITS["validation"], np.random.default_rng([0, 1, NAMES.index(name), 0]))
        shown = food["validation"][NAMES.index(name) * 30]["image"]
        assert distance(Image.open(io.BytesIO(drawn)), shown) < 2, (name, ROUNDING)


def test_every_repository_has_a_card_that_says_it_is_synthetic():
    cards = [(folder / "README.md").read_text(encoding="utf-8") for folder in DATASETS.glob("*/*")]
    assert len(cards) == 3 and all("synthetic" in card and "license:" in card for card in cards)


def test_lesson_pictures_are_what_the_recipe_draws(tmp_path):
    from build_images import build

    build(tmp_path)
    drawn = {path.name: Image.open(path) for path in tmp_path.iterdir()}
    assert drawn.keys() == {path.name for path in (data_folder() / "images").glob("*.jpg")} and len(drawn) == 5
    for name, picture in drawn.items():
        assert distance(picture, Image.open(data_folder() / "images" / name)) < 2, (name, ROUNDING)


def test_lesson_files_are_what_the_recipe_writes(tmp_path):
    from build_files import build

    build(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (data_folder() / "files").iterdir()}
    assert len(written) == 7


def test_notes_from_the_field_share_no_site_and_no_five_words_with_the_reports():
    """The French encoder is pretrained on the notes; the reports must stay new to it."""

    def fives(text):
        words = re.findall(r"\w+", MARK.sub(lambda match: match[2], text).lower())
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    reports = "\n".join(path.read_text(encoding="utf-8") for path in sorted((STOCKS / "rapports").glob("*.txt")))
    sites = {text.lower() for kind, text in MARK.findall(reports) if kind == "SITE"}
    known = set().union(*map(fives, reports.splitlines()))
    for line in stock("field_fr.txt"):
        assert not fives(line) & known, line
        assert not {text.lower() for kind, text in MARK.findall(line) if kind == "site"} & sites, line


def test_interviews_are_many_and_never_repeat_themselves():
    text = (data_folder() / "corpus" / "entretiens.txt").read_text(encoding="utf-8")
    interviews = [block.splitlines() for block in text.strip().split("\n\n")]
    turns = [turn for interview in interviews for turn in interview]
    assert len(text.encode()) >= 150_000
    assert all(re.fullmatch(r"[A-ZÉ]\w+ : .+", turn) for turn in turns)
    assert len(set(turns)) == len(turns)
    words = re.findall(r"\w+", text.lower())
    eights = Counter(tuple(words[i : i + 8]) for i in range(len(words) - 7))
    assert sum(count for count in eights.values() if count > 1) / eights.total() < 0.05
    speakers = Counter(name for interview in interviews for name in {turn.split(" : ")[0] for turn in interview})
    assert speakers.most_common(1)[0][1] == 1  # so that whole interviews held out are new speakers
