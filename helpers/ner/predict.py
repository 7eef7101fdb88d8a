"""Predictions of a token classifier: one label per word of a passage, however long."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from .windows import encode, stitch
from .words import OUTSIDE, runs

Found = tuple[int, int, str, float]


@torch.inference_mode()
def word_scores(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, passages: Sequence[Sequence[str]], window: int = 256,
    stride: int = 64, batch_size: int = 16,
) -> list[np.ndarray]:  # fmt: skip
    """Probabilities of every word of every passage (given as words): arrays of shape (words, labels).

    Windows go through the model by decreasing length, so that batches need little padding.
    """
    model.eval()
    windows = [
        (rank, row)
        for rank, words in enumerate(passages)
        for row in encode(words, tokenizer, None, None, window, stride)
    ]
    order = sorted(range(len(windows)), key=lambda i: -len(windows[i][1]["input_ids"]))
    scores: dict[int, np.ndarray] = {}
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        rows = [{name: windows[i][1][name] for name in ("input_ids", "attention_mask")} for i in batch]
        inputs = tokenizer.pad(rows, padding_side="right", return_tensors="pt").to(model.device)
        probabilities = model(**inputs).logits.float().softmax(-1).cpu().numpy()
        scores |= {i: probabilities[place, : len(windows[i][1]["input_ids"])] for place, i in enumerate(batch)}
    held: list[list[int]] = [[] for _ in passages]
    for i, (rank, _) in enumerate(windows):
        held[rank].append(i)
    return [
        stitch([windows[i][1] for i in mine], [scores[i] for i in mine], len(words))
        for mine, words in zip(held, passages, strict=True)
    ]


def best_labels(scores: Sequence[np.ndarray], id2label: Mapping[int, str]) -> list[list[str]]:
    """The most probable well-formed sequence of BIO labels for every passage, given the scores of its words."""
    return [[id2label[number] for number in best_sequence(by_word, id2label)] for by_word in scores]


def best_sequence(scores: np.ndarray, id2label: Mapping[int, str]) -> list[int]:
    """Label numbers whose product of probabilities is highest, an I- following only its own B- or I- (Viterbi, 1967).

    `scores` (words, labels) are probabilities.
    """
    names = [id2label[number] for number in range(scores.shape[-1])]
    follows = np.array([[_may_follow(before, label) for label in names] for before in names])
    total, steps = np.zeros(len(names)), []
    for rank, row in enumerate(np.log(np.clip(scores, 1e-12, None))):
        if rank == 0:
            total = np.where([_may_follow(OUTSIDE, label) for label in names], row, -np.inf)
            continue
        reached = np.where(follows, total[:, None], -np.inf)
        steps.append(reached.argmax(0))
        total = reached.max(0) + row
    path = [int(total.argmax())] if len(scores) else []
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _may_follow(before: str, label: str) -> bool:
    """Whether one BIO label may follow another."""
    return label[:2] != "I-" or before[2:] == label[2:] != ""


def found_entities(
    scores: np.ndarray, places: Sequence[tuple[int, int]], id2label: Mapping[int, str], threshold: float = 0.0
) -> Iterator[Found]:
    """Entities as (start, end, label, score): characters, and the lowest probability among the words' labels.

    Those whose score is below `threshold` are left out.
    """
    best = best_sequence(scores, id2label)
    certainty = scores[np.arange(len(best)), best]
    for first, last, kind in runs([id2label[number] for number in best]):
        score = float(certainty[first : last + 1].min())
        if score >= threshold:
            yield places[first][0], places[last][1], kind, score
