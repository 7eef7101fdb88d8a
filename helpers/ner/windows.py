"""Long passages as overlapping windows of tokens, and predictions on windows as one label per word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # the label of tokens that no loss and no metric counts


def encode(
    words: Sequence[str], tokenizer: PreTrainedTokenizerBase, labels: Sequence[str] | None = None,
    label2id: Mapping[str, int] | None = None, window: int = 256, stride: int = 64, label_all_tokens: bool = False,
) -> list[dict[str, list[int]]]:  # fmt: skip
    """Windows of a passage cut into words: `input_ids`, `attention_mask`, `word_ids` (−1: no word), and `labels`.

    A window holds at most `window` tokens and repeats the last `stride` tokens of the one before. With `labels`, one
    BIO label per word, the first token of a word bears its number; the others −100, or the label again with
    `label_all_tokens` (B- becoming I-). RoBERTa's tokenizer must have been loaded with `add_prefix_space=True`.
    """
    encoded = tokenizer(
        list(words), is_split_into_words=True, truncation=True, max_length=window, stride=stride,
        return_overflowing_tokens=True,
    )  # fmt: skip
    rows, before = [], None  # the word of the token just before the window
    for rank in range(len(encoded["input_ids"])):
        word_ids = encoded.word_ids(rank)
        row = {name: encoded[name][rank] for name in ("input_ids", "attention_mask")}
        row["word_ids"] = [-1 if word is None else word for word in word_ids]
        if labels is not None and label2id is not None:
            row["labels"] = list(_token_labels(word_ids, before, labels, label2id, label_all_tokens))
        rows.append(row)
        inside = [word for word in word_ids if word is not None]
        before = inside[-stride - 1] if len(inside) > stride else None
    return rows


def _token_labels(
    word_ids: Sequence[int | None], before: int | None, labels: Sequence[str], label2id: Mapping[str, int],
    label_all_tokens: bool,
) -> Iterator[int]:  # fmt: skip
    """Label number of every token of a window; the rest of the word `before`, if it goes on here, is no first token."""
    for word in word_ids:
        if word is None:
            yield IGNORED
            continue
        if word != before:
            yield label2id[labels[word]]
        else:
            yield label2id[_inside(labels[word])] if label_all_tokens else IGNORED
        before = word


def _inside(label: str) -> str:
    """The label of what goes on: B- becomes I-, whatever the type is called."""
    return f"I{label[1:]}" if label.startswith("B-") else label


def stitch(windows: Sequence[Mapping[str, Any]], scores: Sequence[np.ndarray], n_words: int) -> np.ndarray:
    """Scores of every word of a passage (n_words, labels), each word counted once.

    `scores[window]` has shape (tokens, labels). A word that two windows show is read where it stands farther from the
    window's edge, since it has more context there; its first token speaks for it. A word that the tokenizer turned into
    nothing gets the label number 0 with a score of 1.
    """
    n_labels = scores[0].shape[-1]
    best = np.zeros((n_words, n_labels))
    best[:, 0] = 1.0
    room = np.full(n_words, -1)
    for row, by_token in zip(windows, scores, strict=True):
        length, seen = len(row["word_ids"]), set()
        for place, word in enumerate(row["word_ids"]):
            if word < 0 or word in seen:
                continue
            seen.add(word)
            if min(place, length - 1 - place) > room[word]:
                room[word], best[word] = min(place, length - 1 - place), by_token[place]
    return best
