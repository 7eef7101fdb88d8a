"""Pages as windows of tokens for LayoutLMv3, and windows as batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from helpers.ner.windows import IGNORED

from .boxes import SCALE
from .records import DocumentError, Thousandths

if TYPE_CHECKING:
    from PIL.Image import Image
    from transformers import BatchEncoding, LayoutLMv3Processor

NO_WORD = -1  # in `word_ids`: a token that belongs to no word
NO_BOX = (0, 0, 0, 0)


def encode_page(
    processor: LayoutLMv3Processor, words: Sequence[str], boxes: Sequence[Thousandths], image: Image | None = None,
    labels: Sequence[str] | None = None, label2id: Mapping[str, int] | None = None, window: int = 512,
    stride: int = 128, page: int = 0,
) -> list[dict[str, Any]]:  # fmt: skip
    """Windows of a page: `input_ids`, `attention_mask`, `bbox`, `word_ids` (−1: no word), `page`; no word is dropped.

    A window holds at most `window` tokens and repeats the last `stride` tokens of the one before. With an image, all
    windows share one array `pixel_values` of shape (3, height, width). With `labels`, one BIO label per word, the first
    token of a word bears its number, the others −100. The processor must have been loaded with `apply_ocr=False`.
    DocumentError, with the rank of the word, for boxes that are not in thousandths and for labels without a number.
    """
    _refuse_window(window, stride, processor.tokenizer.model_max_length)
    _refuse(words, boxes, labels, label2id)
    options: dict[str, Any] = {
        "boxes": [[list(box) for box in boxes]], "truncation": True, "max_length": window, "stride": stride,
        "return_overflowing_tokens": True,
    }  # fmt: skip
    if image is None:
        encoded = processor.tokenizer([list(words)], **options)
    else:
        encoded = processor([image], [list(words)], **options)
    rows = list(_rows(encoded, page))
    if labels is not None and label2id is not None:
        numbers, before = [label2id[label] for label in labels], NO_WORD
        for row in rows:
            row["labels"] = list(_token_labels(row["word_ids"], before, numbers))
            inside = [word for word in row["word_ids"] if word != NO_WORD]
            before = inside[-stride - 1] if len(inside) > stride else NO_WORD
    return rows


def _rows(encoded: BatchEncoding, page: int) -> Iterator[dict[str, Any]]:
    """The windows of one page, as the processor made them."""
    for rank in range(len(encoded["input_ids"])):
        row = {name: encoded[name][rank] for name in ("input_ids", "attention_mask", "bbox")}
        row["word_ids"] = [NO_WORD if word is None else word for word in encoded.word_ids(rank)]
        row["page"] = page
        if "pixel_values" in encoded:
            row["pixel_values"] = encoded["pixel_values"][rank]
        yield row


def _token_labels(word_ids: Sequence[int], before: int, numbers: Sequence[int]) -> Iterator[int]:
    """Label number of every token of a window; the rest of the word `before`, if it goes on here, is no first token.

    The processor itself would label the first token that it sees of a word, be it the word's middle.
    """
    for word in word_ids:
        yield IGNORED if word in (NO_WORD, before) else numbers[word]
        before = before if word == NO_WORD else word


def _refuse_window(window: int, stride: int, limit: int) -> None:
    """DocumentError for windows that the model cannot read, and for strides that would not let them move on."""
    if window > limit:
        raise DocumentError(f"window : {window} dépasse les {limit} tokens que le modèle peut lire")
    if not 0 <= stride < window - 2:
        raise DocumentError(f"stride : {stride} devrait être entre 0 et window − 3, soit {window - 3}")


def _refuse(
    words: Sequence[str], boxes: Sequence[Thousandths], labels: Sequence[str] | None,
    label2id: Mapping[str, int] | None,
) -> None:  # fmt: skip
    """DocumentError for what LayoutLMv3 cannot take."""
    if len(boxes) != len(words) or (labels is not None and len(labels) != len(words)):
        counts = f"{len(words)} mots, {len(boxes)} boîtes" + (f", {len(labels)} classes" if labels is not None else "")
        raise DocumentError(f"{counts} : il en faut autant des uns que des autres")
    for rank, (word, box) in enumerate(zip(words, boxes, strict=True)):
        ordered = len(box) == 4 and 0 <= box[0] <= box[2] <= SCALE and 0 <= box[1] <= box[3] <= SCALE
        if not ordered or any(value != int(value) for value in box):
            raise DocumentError(f"mot {rank} ({word!r}) : boîte {tuple(box)} ; passez-la par to_thousandths")
    unknown = next((label for label in labels or () if label not in (label2id or {})), None)
    if unknown is not None:
        raise DocumentError(f"classe {unknown!r} absente de label2id")


@dataclass(frozen=True)
class Collator:
    """Windows as a batch, padded to the longest of them and on to a multiple of `multiple` tokens.

    Padding is `pad_id` in `input_ids`, 0 in `attention_mask`, (0, 0, 0, 0) in `bbox` and −100 in `labels`. The result
    has shapes (windows, tokens), (windows, tokens, 4) for `bbox` and (windows, 3, height, width) for `pixel_values`,
    each page's array being read once. `word_ids` and `page` stay out.
    """

    pad_id: int
    multiple: int = 8

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """The batch; DocumentError without any window."""
        if not rows:
            raise DocumentError("aucune fenêtre à mettre dans le lot")
        longest = max(len(row["input_ids"]) for row in rows)
        length = -(-longest // self.multiple) * self.multiple
        padding = {"input_ids": self.pad_id, "attention_mask": 0, "bbox": NO_BOX, "labels": IGNORED}
        batch = {
            name: torch.tensor([[*row[name], *[value] * (length - len(row[name]))] for row in rows])
            for name, value in padding.items()
            if name in rows[0]
        }
        if "pixel_values" in rows[0]:
            batch["pixel_values"] = _pixels([row["pixel_values"] for row in rows])
        return batch


def _pixels(arrays: Sequence[Any]) -> torch.Tensor:
    """Pictures of shape (windows, 3, height, width); windows of one page that share its array share its tensor."""
    ranks: dict[int, int] = {}
    for array in arrays:
        ranks.setdefault(id(array), len(ranks))
    pages = {id(array): array for array in arrays}
    stacked = torch.stack([torch.as_tensor(pages[name]) for name in ranks])
    return stacked if len(ranks) == len(arrays) else stacked[[ranks[id(array)] for array in arrays]]
