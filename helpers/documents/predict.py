"""Predictions of a LayoutLMv3 token classifier: one label per word of a page, however long."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL.Image import Image
from transformers import LayoutLMv3Processor, PreTrainedModel

from helpers.ner.windows import stitch

from .boxes import to_thousandths
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


def best_labels(scores: np.ndarray, id2label: dict[int, str]) -> tuple[list[str], list[float]]:
    """The most probable BIO label of every word, and its probability, from scores of shape (words, labels)."""
    if not len(scores):
        return [], []
    return [id2label[int(best)] for best in scores.argmax(-1)], scores.max(-1).tolist()
