"""Predictions of a LayoutLMv3 token classifier: one label per word of a page, however long."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from PIL.Image import Image
from transformers import LayoutLMv3Processor, PreTrainedModel

from helpers.ner.windows import stitch
from helpers.ner.words import OUTSIDE

from .boxes import side_by_side, to_thousandths
from .encode import Collator, encode_page
from .records import Word

EDGE = 1.25  # what it costs, in logarithm, that a field begins or ends between words that touch
OUTSIDE_WEIGHT = 0.5  # of the probability of O, which is by far the commonest label


@torch.inference_mode()
def word_scores(
    model: PreTrainedModel, processor: LayoutLMv3Processor, pages: Sequence[tuple[Image, Sequence[Word]]],
    window: int = 512, stride: int = 128, batch_size: int = 8,
) -> list[np.ndarray]:  # fmt: skip
    """Probabilities of every word of every page (its picture and its words): arrays of shape (words, labels).

    A word that two windows show is read where it stands farther from the window's edge. Windows go through the model
    by decreasing length, so that batches need little padding.
    """
    model.eval()
    collate = Collator(processor.tokenizer.pad_token_id)
    windows = []
    for rank, (image, words) in enumerate(pages):
        boxes = [to_thousandths(word.box, image.size) for word in words]
        texts = [word.text for word in words]
        windows += encode_page(processor, texts, boxes, image, window=window, stride=stride, page=rank)
    scores: list[np.ndarray] = [np.empty(0)] * len(windows)
    order = sorted(range(len(windows)), key=lambda rank: -len(windows[rank]["input_ids"]))
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        inputs = {name: held.to(model.device) for name, held in collate([windows[rank] for rank in batch]).items()}
        probabilities = model(**inputs).logits.float().softmax(-1).cpu().numpy()
        for place, rank in enumerate(batch):
            scores[rank] = probabilities[place, : len(windows[rank]["input_ids"])]
    mine = [[rank for rank, row in enumerate(windows) if row["page"] == page] for page in range(len(pages))]
    return [
        stitch([windows[rank] for rank in held], [scores[rank] for rank in held], len(words))
        for held, (_, words) in zip(mine, pages, strict=True)
    ]


def best_labels(
    words: Sequence[Word], scores: np.ndarray, id2label: Mapping[int, str]
) -> tuple[list[str], list[float]]:
    """One BIO label per word of a page, and the probability of its class, from scores of shape (words, labels).

    The classes are those of the most probable path over the words in reading order, by Viterbi's algorithm, where
    B- and I- count together, and O for half: a field lost costs as much as one too many. A field rarely begins or ends
    between two words that stand side by side: that costs `EDGE`; and no two fields touch. A word goes on with I- after
    one of its class that it touches, or where I- is likelier than B-, as on a second line.
    """
    if not len(words):
        return [], []
    numbers = {name: number for number, name in id2label.items()}
    names = sorted({name[2:] for name in numbers if name != OUTSIDE})
    fields = [scores[:, numbers[f"B-{name}"]] + scores[:, numbers[f"I-{name}"]] for name in names]
    classes = np.stack([scores[:, numbers[OUTSIDE]], *fields], axis=1)
    touching = [side_by_side(before.box, word.box) for before, word in pairwise(words)]
    weights = np.array([OUTSIDE_WEIGHT, *[1.0] * len(names)])
    path = _most_probable(np.log((classes * weights).clip(1e-6)), touching)
    labels: list[str] = []
    for rank, number in enumerate(path):
        name = names[number - 1]
        goes_on = rank > 0 and path[rank - 1] == number
        likelier = goes_on and scores[rank, numbers[f"I-{name}"]] > scores[rank, numbers[f"B-{name}"]]
        inside = "I" if goes_on and (touching[rank - 1] or likelier) else "B"
        labels.append(f"{inside}-{name}" if number else OUTSIDE)
    return labels, classes[range(len(path)), path].tolist()


def _most_probable(scores: np.ndarray, touching: Sequence[bool]) -> list[int]:
    """The path of highest sum through log-probabilities (words, classes), class 0 being outside all fields.

    `touching` (words − 1) says which words stand right before the next.
    """
    n_classes = scores.shape[1]
    step = np.full((n_classes, n_classes), -np.inf)  # from one class to another between words that touch
    step[0, :] = step[:, 0] = -EDGE
    np.fill_diagonal(step, 0.0)
    best, origins = scores[0], []
    for row, touch in zip(scores[1:], touching, strict=True):
        ways = best[:, None] + step if touch else np.repeat(best[:, None], n_classes, axis=1)
        origins.append(ways.argmax(0))
        best = ways.max(0) + row
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]
