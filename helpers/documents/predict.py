"""Predictions of a LayoutLMv3 token classifier: one label per word of a page, however long."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from PIL.Image import Image
from transformers import LayoutLMv3Processor, PreTrainedModel

from helpers.ner.windows import stitch
from helpers.ner.words import OUTSIDE

from .boxes import side_by_side, to_thousandths
from .encode import Collator, encode_page
from .records import Word


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

    A word is in a field when O is less than half probable. Words of fields that stand side by side are one field, since
    no two fields touch; its class is the one whose B- and I- are together the most probable over all of them. It goes
    on with I- after a word of the same class where I- is likelier than B-, as on a second line.
    """
    numbers = {name: number for number, name in id2label.items()}
    outside = scores[:, numbers[OUTSIDE]] if len(scores) else np.empty(0)
    names = sorted({name[2:] for name in numbers if name != OUTSIDE})
    labels, sure = [OUTSIDE] * len(words), outside.tolist()
    for start, end in _touching(words, outside < 0.5):
        totals = {name: scores[start:end, [numbers[f"B-{name}"], numbers[f"I-{name}"]]].sum(1) for name in names}
        best = max(names, key=lambda name: float(totals[name].sum()))
        likelier = scores[start, numbers[f"I-{best}"]] > scores[start, numbers[f"B-{best}"]]
        goes_on = start > 0 and labels[start - 1][2:] == best and likelier
        labels[start:end] = [f"{'I' if goes_on else 'B'}-{best}", *[f"I-{best}"] * (end - start - 1)]
        sure[start:end] = totals[best].tolist()
    return labels, sure


def _touching(words: Sequence[Word], inside: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and last rank + 1 of every run of words of fields that stand side by side."""
    start = 0
    for rank in range(1, len(words) + 1):
        both = rank < len(words) and inside[rank - 1] and inside[rank]
        if not (both and side_by_side(words[rank - 1].box, words[rank].box)):
            if inside[start]:
                yield start, rank
            start = rank
