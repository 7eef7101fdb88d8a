"""Pages of a pool of invoices as batches for the pretraining of a LayoutLMv3: shifted, misread, and what is to tell."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from transformers import BatchEncoding
from transformers import LayoutLMv3Tokenizer as Tokenizer

from helpers.documents import CLASSES, OTHER

SIDE, MARGIN, PATCH = 128, 8, 32  # pixels; the margin is what a page may be shifted by
LONGEST = 512
TOKENS_PER_STEP = 4096
ASKED = 384  # words of a batch whose surroundings are asked for
DIGITS_ODDS = 4.0  # of asking for a word with digits, against 1 for another
MISREAD, ANY_LETTER, LOOKALIKE = 0.06, 0.3, 0.8  # odds of misreading a word once more, and of each way where it can be
CONFUSIONS = (
    "eo", "ec", "li", "lt", "l1", "O0", "S5", "B8", "aà", "eé", "èe", ",.", ".,", "rn", "uv", "àa", "ée", "âa", "oô",
    "TI", "TF", "HN", "°*", "°\"", "01", "86", "3B", "€6", "%5", "mn", "nm", "It", "Ll", "ao", "oa", "ti", "fl", "cC",
    "Ee", "-~", "'’", "Cc",
)  # fmt: skip
LETTERS = "aeilnorstucdmpvABCEFHILNOPRSTU0123456789.,-:"
SIDES = ("before", "after", "above", "below")


@dataclass
class Page:
    """A page: its words, their boxes, their kinds, the words around each, and its picture with margins."""

    words: list[str]
    boxes: np.ndarray  # (words, 4) in thousandths
    kinds: np.ndarray  # (words,) number of its kind in BIO, −100 for a field of the course
    around: list[tuple[list[int], ...]]  # by word and side: ranks of the words there, the nearest first
    pixels: torch.Tensor  # (3, SIDE + 2 MARGIN, SIDE + 2 MARGIN)


@dataclass
class Batch:
    """The model's inputs; first tokens, asked words and what is right for them."""

    inputs: dict[str, torch.Tensor]
    kinds: torch.Tensor  # (pages, tokens), −100 where nothing is told
    asked: torch.Tensor  # (asked words, 2): page and token
    nearby: torch.Tensor  # (sides, asked words, pieces): weights that sum to 1, or 0 where nothing is there
    announced: torch.Tensor  # (sides, asked words, kinds): the same for the kinds of the words there


class Place(NamedTuple):
    """Where a word begins in a batch: the row of its page, its first token there, and its rank on the page."""

    row: int
    token: int
    word: int


def kind_names(rows: list[dict]) -> list[str]:
    """The labels of the second task: O, then B- and I- of every kind of value that is no field of the course."""
    kinds = sorted({label for row in rows for label in row["labels"]} - set(CLASSES))
    return ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]


def kinds_of(labels: list[str], names: list[str]) -> np.ndarray:
    """Number of every word's label in the second task (words,); −100 for the fields of the course."""
    numbers, before = [], OTHER
    for label in labels:
        known = label if label == OTHER else f"{'I' if label == before else 'B'}-{label}"
        numbers.append(0 if label == OTHER else names.index(known) if known in names else -100)
        before = label
    return np.array(numbers)


def surroundings(boxes: np.ndarray, skew: float, most: int = 4) -> list[tuple[list[int], ...]]:
    """For every word the ranks of up to `most` words on each of the SIDES, nearest first.

    `boxes` (words, 4) are in pixels; `skew` is the page's, in degrees, and is undone first.
    """
    angle = math.radians(skew)
    x, y = boxes[:, [0, 2]].mean(1), boxes[:, [1, 3]].mean(1)
    y = y - x * math.sin(angle)
    heights, found = boxes[:, 3] - boxes[:, 1], []
    for rank, (left, _, right, _) in enumerate(boxes):
        line = np.abs(y - y[rank]) < 0.5 * np.minimum(heights, heights[rank])
        before = np.flatnonzero(line & (x < left))
        after = np.flatnonzero(line & (x > right))
        # A caption need not be aligned to the pixel with its value, and may stand a line or two above it.
        column = (boxes[:, 0] < right + 8) & (boxes[:, 2] > left - 8)
        up = (y[rank] - y) / heights[rank]
        above, below = (np.flatnonzero(column & (part > 0.5) & (part < 3)) for part in (up, -up))
        found.append((
            before[np.argsort(-x[before])][:most].tolist(), after[np.argsort(x[after])][:most].tolist(),
            above[np.argsort(-y[above])][:most].tolist(), below[np.argsort(y[below])][:most].tolist(),
        ))  # fmt: skip
    return found


def read_pages(folder: Path, rows: list[dict], names: list[str]) -> list[Page]:
    """The pages of a pool, one for each of the `rows`; `names` are those of the kinds."""
    pages, side = [], SIDE + 2 * MARGIN
    for row in rows:
        scale = np.array([row["width"], row["height"]] * 2) / 1000
        boxes = np.clip(np.array(row["boxes"]) / scale, 0, 1000)
        with Image.open(folder / row["image"]) as picture:
            pixels = np.asarray(picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR))
        around = surroundings(np.array(row["boxes"], float), row["skew"])
        pixels = torch.from_numpy(pixels.copy()).permute(2, 0, 1)
        pages.append(Page(row["words"], boxes, kinds_of(row["labels"], names), around, pixels))
    return pages


def moved(page: Page, rng: np.random.Generator) -> tuple[np.ndarray, torch.Tensor]:
    """Boxes (words, 4) in thousandths and picture (3, SIDE, SIDE), −1 to 1, cut at random from the page's margins."""
    whole = SIDE + 2 * MARGIN
    left, top = rng.integers(0, 2 * MARGIN + 1, 2)
    corner = np.array([left, top, left, top]) * 1000 / whole
    boxes = np.clip((page.boxes - corner) * whole / SIDE, 0, 1000).round().astype(int)
    return boxes, page.pixels[:, top : top + SIDE, left : left + SIDE].float() / 127.5 - 1


def misread(word: str, rng: np.random.Generator) -> str:
    """A word as a machine may read it: one letter taken for another, or a letter lost."""
    if rng.random() < ANY_LETTER:
        place = int(rng.integers(len(word)))
        return word[:place] + LETTERS[rng.integers(len(LETTERS))] + word[place + 1 :]
    swaps = [(place, new) for old, new in CONFUSIONS for place, letter in enumerate(word) if letter == old]
    if swaps and rng.random() < LOOKALIKE:
        place, new = swaps[rng.integers(len(swaps))]
        return word[:place] + new + word[place + 1 :]
    place = int(rng.integers(len(word)))
    # Of a shorter word, too little would be left.
    return word[:place] + word[place + 1 :] if len(word) > 3 else word


def draw(pages: list[Page], rng: np.random.Generator) -> list[Page]:
    """Pages of about one length, as many as make a batch; `pages` are sorted by length."""
    start = int(rng.integers(len(pages)))
    # A word makes about two tokens; the picture's patches are read along with them.
    count = max(1, TOKENS_PER_STEP // (2 * len(pages[start].words) + (SIDE // PATCH) ** 2))
    start = min(start, len(pages) - count)
    return pages[start : start + count]


def batch_of(pages: list[Page], tokenizer: Tokenizer, n_kinds: int, rng: np.random.Generator) -> Batch:
    """Pages misread here and there, shifted, cut to one window; some words' surroundings as shares of tokens."""
    views = [moved(page, rng) for page in pages]
    words = [[misread(word, rng) if rng.random() < MISREAD else word for word in page.words] for page in pages]
    boxes = [view[0].tolist() for view in views]
    encoded = tokenizer(words, boxes=boxes, truncation=True, max_length=LONGEST, padding=True, return_tensors="pt")
    places = word_places(encoded)
    kinds = torch.full(encoded["input_ids"].shape, -100)
    for row, token, word in places:
        kinds[row, token] = int(pages[row].kinds[word])
    asked = choose_asked(pages, places, rng)
    # Words that the window cuts off may still stand beside one that it holds: their tokens are found apart.
    pieces = [pieces_by_word(tokenizer, *page) for page in zip(words, boxes, strict=True)]
    nearby, announced = shares_around(pages, pieces, asked, len(tokenizer), n_kinds)
    inputs = {name: encoded[name] for name in ("input_ids", "attention_mask", "bbox")}
    inputs["pixel_values"] = torch.stack([view[1] for view in views])
    return Batch(inputs, kinds, torch.tensor([(place.row, place.token) for place in asked]), nearby, announced)


def word_places(encoded: BatchEncoding) -> list[Place]:
    """Where every word that the window holds begins, page by page."""
    places = []
    for row in range(len(encoded["input_ids"])):
        before = None
        for token, word in enumerate(encoded.word_ids(row)):
            if word is not None and word != before:
                places.append(Place(row, token, word))
            before = word
    return places


def choose_asked(pages: list[Page], places: list[Place], rng: np.random.Generator) -> list[Place]:
    """The words, up to ASKED, whose surroundings are asked for: most of them with digits."""
    odds = np.array([
        DIGITS_ODDS if any(map(str.isdigit, pages[place.row].words[place.word])) else 1.0 for place in places
    ])  # fmt: skip
    chosen = rng.choice(len(places), min(ASKED, len(places)), replace=False, p=odds / odds.sum())
    return [places[rank] for rank in chosen]


def pieces_by_word(tokenizer: Tokenizer, words: list[str], boxes: list[list[int]]) -> dict[int, list[int]]:
    """Token numbers of every word of one whole page, by its rank."""
    encoded = tokenizer(words, boxes=boxes, add_special_tokens=False, verbose=False)
    found: dict[int, list[int]] = {}
    for word, piece in zip(encoded.word_ids(), encoded["input_ids"], strict=True):
        found.setdefault(word, []).append(piece)
    return found


def shares_around(
    pages: list[Page], pieces: list[dict[int, list[int]]], asked: list[Place], n_pieces: int, n_kinds: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Shares of the tokens (sides, asked words, pieces) and of the kinds (sides, asked words, kinds) around words.

    `pieces` has the token numbers of every page's words; nearer words have more weight.
    """
    nearby = torch.zeros(len(SIDES), len(asked), n_pieces)
    announced = torch.zeros(len(SIDES), len(asked), n_kinds)
    for rank, (row, _, word) in enumerate(asked):
        for side, others in enumerate(pages[row].around[word]):
            for distance, other in enumerate(others):
                if pages[row].kinds[other] >= 0:
                    announced[side, rank, pages[row].kinds[other]] += 1 / (1 + distance)
                for piece in pieces[row].get(other, ()):
                    nearby[side, rank, piece] += 1 / (1 + distance)
    for shares in (nearby, announced):
        shares /= shares.sum(-1, keepdim=True).clamp(min=1e-9)
    return nearby, announced
