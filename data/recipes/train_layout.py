"""Pretrain a small LayoutLMv3 body on two tasks: tell what is written around a word, and of what kind a value is.

    python data/recipes/build_invoices.py build/pool --pool pretraining --documents 800 --limit 17000
    python data/recipes/read_pool.py
    python data/recipes/train_layout.py

The pool has other suppliers and other layouts than the course's invoices. For words drawn at random, most of them with
digits, the body tells what stands before, after, above and below them on the page: tokens, and of what kinds the words
are. This teaches it to look where captions are. The second task is to tell the kind of every word: an order's number or
date, a client's address, prices, a bank account, some thirty values and as many captions; values of the six fields of
the course are left out of it everywhere. At every reading the page is shifted a little, boxes and picture together, so
that no place is learnt by heart, and some words more are misread, as by the machine that read them (layout_pages.py).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import LayoutLMv3Config, LayoutLMv3ImageProcessorPil, LayoutLMv3Model, LayoutLMv3Processor
from transformers import LayoutLMv3Tokenizer as Tokenizer

from common import BUILD, build_optimizers, save_miniature, write_measures
from layout_pages import LONGEST, PATCH, SIDE, SIDES, Batch, Page, batch_of, draw, kind_names, read_pages

PIECES, WIDTH, LAYERS = 3000, 128, 3
STEPS = 6000
AMPLITUDE = 0.05  # of the places' waves at the start


def train_tokenizer(texts: list[str]) -> Tokenizer:
    """A byte-level BPE of the invoices' words, numbered as in the model whose name the miniature bears."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    empty = Tokenizer(vocab={token: rank for rank, token in enumerate(special)}, merges=[])
    tokenizer = empty.train_new_from_iterator(texts, vocab_size=PIECES)
    tokenizer.model_max_length = LONGEST
    return tokenizer


def build_model(tokenizer: Tokenizer) -> LayoutLMv3Model:
    """A small LayoutLMv3 without dropout and without the relative biases, which would double its time."""
    sizes = {
        "vocab_size": len(tokenizer), "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4,
        "intermediate_size": 4 * WIDTH, "max_position_embeddings": LONGEST + 2, "coordinate_size": 20,
        "shape_size": 24, "input_size": SIDE, "patch_size": PATCH, "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0, "has_relative_attention_bias": False, "has_spatial_attention_bias": False,
        "pad_token_id": tokenizer.pad_token_id, "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id, "type_vocab_size": 1,
    }  # fmt: skip
    model = LayoutLMv3Model(LayoutLMv3Config(**sizes))
    places = model.embeddings
    places.position_embeddings.weight.data = waves(*places.position_embeddings.weight.shape, shortest=2 * math.pi)
    for embedding, shortest in (
        (places.x_position_embeddings, 40), (places.y_position_embeddings, 40),
        (places.w_position_embeddings, 20), (places.h_position_embeddings, 10),
    ):  # fmt: skip
        embedding.weight.data = waves(*embedding.weight.shape, shortest)
    return model


def waves(rows: int, columns: int, shortest: float, longest: float = 2000.0) -> torch.Tensor:
    """Small sines and cosines of places 0 to rows − 1 (rows, columns), from the shortest to the longest wave.

    Places that are near each other start near each other; from noise, that two words share a line is hard to learn.
    """
    lengths = torch.logspace(math.log10(shortest), math.log10(longest), columns // 2)
    angles = 2 * math.pi * torch.arange(rows)[:, None] / lengths
    return AMPLITUDE * torch.cat([angles.sin(), angles.cos()], dim=1)


class Heads(nn.Module):
    """Heads on one body: one per side for the words around, by the body's own word embeddings, and one for kinds."""

    def __init__(self, body: LayoutLMv3Model, n_kinds: int) -> None:
        """Share the word embeddings of `body`."""
        super().__init__()
        self.body, self.kinds = body, nn.Linear(WIDTH, n_kinds)
        self.sides = nn.ModuleList(nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH)) for _ in SIDES)
        self.announced = nn.ModuleList(nn.Linear(WIDTH, n_kinds) for _ in SIDES)
        self.bias = nn.Parameter(torch.zeros(body.config.vocab_size))

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits of the kinds (told, kinds), the right ones (told,), logits of tokens and of kinds around asked words.

        The last two are (sides, asked words, pieces) and (sides, asked words, kinds).
        """
        with torch.autocast("cpu", torch.bfloat16):
            states = self.body(**batch.inputs).last_hidden_state
            states = states[:, : batch.kinds.shape[1]]  # after the tokens come the picture's patches
            asked = states[batch.asked[:, 0], batch.asked[:, 1]]
            table = self.body.embeddings.word_embeddings.weight
            sides = torch.stack([side(asked) @ table.T + self.bias for side in self.sides])
            announced = torch.stack([side(asked) for side in self.announced])
            told = self.kinds(states[batch.kinds >= 0])
        return told.float(), batch.kinds[batch.kinds >= 0], sides.float(), announced.float()


def side_losses(logits: torch.Tensor, shares: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """Cross-entropy with what stands on each side, less its own entropy (sides,): 0 is perfect.

    `logits` and `shares` are (sides, asked words, choices); `weights` (choices,) are those of the choices.
    """
    there = (shares.sum(-1) > 0.5).float() * (1.0 if weights is None else (shares * weights).sum(-1))
    missing = -(shares * logits.log_softmax(-1)).sum(-1) - torch.special.entr(shares).sum(-1)
    return (missing * there).sum(-1) / there.sum(-1).clamp(min=1e-9)


@torch.no_grad()
def measures(model: Heads, pages: list[Page], tokenizer: Tokenizer) -> dict[str, float]:
    """On held-out pages, with a fixed seed: shares of what `hits` counts."""
    model.eval()
    rng, counts = np.random.default_rng(0), np.zeros((2, 1 + 2 * len(SIDES)))
    for first in range(0, len(pages), 8):
        counts += hits(model, batch_of(pages[first : first + 8], tokenizer, model.kinds.out_features, rng))
    model.train()
    names = ("kinds", *SIDES, *(f"kinds {side}" for side in SIDES))
    return dict(zip(names, (counts[0] / counts[1]).round(3).tolist(), strict=True))


def hits(model: Heads, batch: Batch) -> np.ndarray:
    """Numbers right, and in all (2, 1 + 2 sides): kinds told, words whose likeliest token is there, likeliest kinds."""
    told, wanted, sides, announced = model(batch)
    there = batch.nearby.sum(-1) > 0.5
    found = batch.nearby.gather(-1, sides.argmax(-1, keepdim=True))[..., 0] > 0
    known = (batch.announced.sum(-1) > 0.5) & (batch.announced[..., 0] < 0.5)  # something else than plain text
    best = batch.announced.argmax(-1) == announced.argmax(-1)
    right = [(told.argmax(-1) == wanted).sum().item(), *(found & there).sum(-1).tolist()]
    total = [len(wanted), *there.sum(-1).tolist()]
    return np.array([right + (best & known).sum(-1).tolist(), total + known.sum(-1).tolist()])


def rarity(pages: list[Page], n_kinds: int) -> torch.Tensor:
    """Weights of the kinds (kinds,), by the square root of how rare they are: sums are rare, and hard to tell apart."""
    counts = np.bincount(np.concatenate([page.kinds[page.kinds >= 0] for page in pages]), minlength=n_kinds)
    # No kind counts as seen less than 20 times, or a handful of words would rule the loss.
    return torch.from_numpy(np.sqrt(counts.sum() / n_kinds / np.maximum(counts, 20))).float()


def read_pool(folder: Path) -> tuple[list[dict], list[dict], list[str]]:
    """Rows of the pages to learn from, those of a twelfth of the suppliers, held out, and the names of the kinds."""
    rows = [json.loads(line) for line in (folder / "read.jsonl").read_text(encoding="utf-8").splitlines()]
    suppliers = sorted({row["supplier"] for row in rows})
    random.Random(0).shuffle(suppliers)
    apart = set(suppliers[: len(suppliers) // 12])
    learnt, held_out = ([row for row in rows if (row["supplier"] in apart) == held] for held in (False, True))
    return learnt, held_out, kind_names(rows)


def begin(texts: list[str], start: Path | None) -> tuple[Tokenizer, LayoutLMv3Model]:
    """A tokenizer of the `texts` and a new body, or those of the folder `start`."""
    tokenizer = train_tokenizer(texts)
    # Built in any case: it takes its random numbers before the heads, which so begin alike with and without `start`.
    body = build_model(tokenizer)
    if start:
        tokenizer = Tokenizer.from_pretrained(start)
        body = LayoutLMv3Model.from_pretrained(start, dtype=torch.float32)
    return tokenizer, body


def update(model: Heads, steppers: list, batch: Batch, weights: torch.Tensor) -> tuple[float, np.ndarray]:
    """One training update; returns the loss, and its part for the tokens on each side (sides,).

    `weights` (kinds,) are those of the kinds.
    """
    told, wanted, sides, announced = model(batch)
    by_side = side_losses(sides, batch.nearby)
    loss = cross_entropy(told, wanted, weight=weights) + by_side.mean()
    loss = loss + 2 * side_losses(announced, batch.announced, weights).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for stepper in steppers:
        stepper.step()
    model.zero_grad()
    return loss.item(), by_side.detach().numpy()


def train(folder: Path, out: Path, steps: int, start: Path | None = None) -> None:
    """Pretrain on the pool of `folder`, from `start` if there is one; save body, processor and measures in `out`."""
    torch.manual_seed(0)
    learnt, apart, names = read_pool(folder)
    tokenizer, body = begin([" ".join(row["words"]) for row in learnt], start)
    pages, held_out = (read_pages(folder, rows, names) for rows in (learnt, apart))
    pages.sort(key=lambda page: len(page.words))
    model, rng, started = Heads(body, len(names)), np.random.default_rng(1), time.time()
    weights, steppers, seen = rarity(pages, len(names)), build_optimizers(model, steps), 0
    for step in range(1, steps + 1):
        batch = batch_of(draw(pages, rng), tokenizer, len(names), rng)
        loss, by_side = update(model, steppers, batch, weights)
        seen += int(batch.inputs["attention_mask"].sum())
        if step % 250 == 0:
            seconds, told = round(time.time() - started), measures(model, held_out[:24], tokenizer)
            print(step, seconds, round(loss, 3), by_side.round(2), told, flush=True)
    told = measures(model, held_out, tokenizer)
    run = {"tokens_seen": seen, "seconds": round(time.time() - started), "pages": len(pages), "kinds": len(names) // 2}
    save(body, tokenizer, out)
    write_measures(run | {"told": told}, out)


def save(body: LayoutLMv3Model, tokenizer: Tokenizer, out: Path) -> None:
    """Write the processor, without OCR, and the body."""
    size = {"height": SIDE, "width": SIDE}
    LayoutLMv3Processor(LayoutLMv3ImageProcessorPil(size=size, apply_ocr=False), tokenizer).save_pretrained(out)
    body.config.initializer_range = 0.1  # a new head's: smaller, a narrow body's would take hundreds of updates to wake
    save_miniature(body, tokenizer, out)


if __name__ == "__main__":
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, help="folder of an earlier run to go on from")
    parser.add_argument("--steps", type=int, default=STEPS, help="updates to make (6,000)")
    arguments = parser.parse_args()
    train(BUILD / "pool", BUILD / "layout", arguments.steps, arguments.start)
