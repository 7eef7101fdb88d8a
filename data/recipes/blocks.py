"""Batches for masked language modelling: blocks of running text and short documents of the project's own."""

import random
from collections.abc import Callable
from itertools import islice

import numpy as np
import torch
import yaml
from transformers import PreTrainedTokenizerBase as Tokenizer

from build_reviews import labelled_reviews
from common import STOCKS
from corpora import vary_apostrophe, written_reviews

POSITIONS = 512
SENTENCE_LENGTH, REVIEW_LENGTH, NOTE_LENGTH = 32, 48, 64
RATED_PER_LANGUAGE = 60_000
# In the project's own text, what the running text often has is hidden half as often, and other words more: opinions
# and things are what it is there to teach.
OFTEN, RATE_OFTEN, RATE_SELDOM = 300, 0.1, 0.35


class Blocks:
    """Draws batches of token numbers from running text and from short documents."""

    def __init__(self, tokenizer: Tokenizer, lines: list[str], tokens: int, pairs: bool, seed: int) -> None:
        """Encode the running text once; batches have so many `tokens`.

        `pairs` halves one row in four, for the following-segment task.
        """
        self.tokens = tokens
        encoded = tokenizer(lines, add_special_tokens=False)["input_ids"]
        self.text = np.concatenate([np.array(ids, dtype=np.int32) for ids in encoded])
        self.starts = np.cumsum([0] + [len(ids) for ids in encoded[:-1]])
        self.cls, self.sep, self.pad = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id
        self.n_pieces, self.special = len(tokenizer), tokenizer.all_special_ids
        self.pairs, self.rng = pairs, np.random.default_rng(seed)

    def rates(self, often: float, seldom: float) -> torch.Tensor:
        """Masking rates (vocabulary): `often` for the most frequent tokens of the running text, 0 for special ones."""
        counts = np.bincount(self.text, minlength=self.n_pieces)
        rates = torch.full((self.n_pieces,), seldom)
        rates[np.argsort(-counts)[:OFTEN].copy()] = often
        rates[self.special] = 0.0
        return rates

    def running(self, length: int) -> list[int]:
        """`length` consecutive tokens, half of the time from the beginning of a line."""
        start = self.rng.choice(self.starts) if self.rng.random() < 0.5 else self.rng.integers(len(self.text))
        return self.text[min(start, len(self.text) - length) :][:length].tolist()

    def from_text(self, length: int) -> dict[str, torch.Tensor]:
        """Blocks of running text, half of the time at a random place of all positions, so that none stays untrained."""
        batch = self.batch(length, lambda: self.running(length - 3))
        if self.rng.random() < 0.5:
            batch["position_ids"] += int(self.rng.integers(POSITIONS - length))
        return batch

    def from_documents(self, documents: list[list[int]], length: int, pairs: bool = True) -> dict[str, torch.Tensor]:
        """One document a row, cut at `length` tokens; without `pairs`, none is halved."""
        return self.batch(length, lambda: documents[self.rng.integers(len(documents))][: length - 3], pairs)

    def batch(self, length: int, draw: Callable[[], list[int]], pairs: bool = True) -> dict[str, torch.Tensor]:
        """Padded `input_ids`, `token_type_ids`, `attention_mask`, `position_ids`, `rating` (n, length).

        `rating`: where the drawn token number was negative, which marks a token to hide always.
        `following` (n): is the second half of a row foreign to the first (1) or does it follow (0); −100 if not halved.
        """
        rows, segments, following = [], [], []
        for _ in range(self.tokens // length):
            first, second, foreign = draw(), [], -100
            if self.pairs and pairs and self.rng.random() < 0.25:
                foreign = int(self.rng.random() < 0.5)
                other = draw() if foreign else first
                first, second = first[: len(first) // 2], [*other[len(other) // 2 :], self.sep]
            row = [self.cls, *first, self.sep, *second][:length]
            rows.append(row + [self.pad] * (length - len(row)))
            segments.append(([0] * (len(first) + 2) + [1] * length)[:length])
            following.append(foreign)
        signed = torch.tensor(rows)
        input_ids = signed.abs()
        return {
            "input_ids": input_ids,
            "rating": signed < 0,
            "token_type_ids": torch.tensor(segments),
            "attention_mask": (input_ids != self.pad).long(),
            "position_ids": torch.arange(length).repeat(len(rows), 1),
            "following": torch.tensor(following),
        }


def mask(
    batch: dict[str, torch.Tensor], tokenizer: Tokenizer, generator: torch.Generator, rates: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Chosen positions (boolean) and the corrupted input: 80 % [MASK], 10 % a random token, 10 % unchanged.

    `rates` gives the probability of being chosen by token number (vocabulary); ratings are all chosen, and masked.
    """
    input_ids, rating = batch["input_ids"], batch["rating"]
    chosen = (torch.rand(input_ids.shape, generator=generator) < rates[input_ids]) | rating
    how = torch.rand(input_ids.shape, generator=generator).masked_fill(rating, 0.0)
    corrupted = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    return chosen, torch.where(chosen & (how >= 0.9), noise, corrupted)


def documents(tokenizer: Tokenizer, lines: list[str], rng: random.Random) -> list[list[int]]:
    """Token numbers of every line, its apostrophes varied."""
    return tokenizer([vary_apostrophe(line, rng) for line in lines], add_special_tokens=False)["input_ids"]


def opinions_with_labels(language: str) -> list[tuple[str, int]]:
    """Film reviews, 1 or 0: half generated, half written for the course and repeated, where there are such.

    The generated ones keep to the frames dealt out to training, so that those of validation and test are never rated.
    """
    rows = []
    for single in (False, True):
        stream = labelled_reviews(language, 31 + single, single, split="train", all_words=True)
        rows += islice(stream, RATED_PER_LANGUAGE // 2)
    written = written_reviews(language)
    return rows + written * (len(rows) // len(written) if written else 0)


def rated_reviews(tokenizer: Tokenizer, languages: tuple[str, ...]) -> list[list[int]]:
    """Token numbers of reviews with their rating in words, before or after; the telling tokens are negative."""
    rng, rated, pairs = random.Random(4), [], yaml.safe_load((STOCKS / "ratings.yaml").read_text(encoding="utf-8"))
    for language in languages:
        rows = opinions_with_labels(language)
        reviews = documents(tokenizer, [text for text, _ in rows], rng)
        sides = [tokenizer(pair, add_special_tokens=False)["input_ids"] for pair in pairs[language]]
        period = tokenizer.convert_tokens_to_ids(".")
        for ids, (_, label) in zip(reviews, rows, strict=True):
            bad, good = rng.choice(sides)
            here, there = (good, bad) if label else (bad, good)
            rating = [*(token if token in there else -token for token in here), period]
            rated.append(rating + ids if rng.random() < 0.5 else ids[: REVIEW_LENGTH - 3 - len(rating)] + rating)
    return rated
