"""Pretrain the two encoders: tokenizer, then masked language modelling, in blocks that grow from 32 to 512 tokens.

    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english

One thread, bfloat16 autocast, about an hour each on a laptop CPU. The first stage reads novels only and short blocks,
which leaves the initial plateau soonest; later stages mix in everyday sentences and film reviews and lengthen the
blocks. Matrices of the layers are updated by Muon, all else by AdamW: Muon left the plateau after 700 updates, AdamW
alone after more than 1,000. A 192-wide model learnt less in the same time.
The English model is a BERT: from the second stage on, it also learns to tell following from foreign segments.
"""

import argparse
import json
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForMaskedLM, BertForPreTraining, BertTokenizer, PreTrainedModel

from common import BUILD, build_optimizers, save_miniature, write_measures
from corpora import own_sentences, passages, stock, vary_apostrophe

TOKENS_PER_STEP = 2048
MASK_RATE = 0.2
# (block length, share of all tokens, share of blocks that are the project's own sentences and reviews)
STAGES = [(32, 0.55, 0.0), (64, 0.28, 0.3), (128, 0.15, 0.3), (512, 0.02, 0.0)]


@dataclass(frozen=True)
class Recipe:
    """What distinguishes the two encoders."""

    languages: tuple[str, ...]
    lowercase: bool
    vocab_size: int
    model_type: str


RECIPES = {
    "multilingual": Recipe(("fr", "en"), False, 5000, "distilbert"),
    "english": Recipe(("en",), True, 4000, "bert"),
}


def train_tokenizer(recipe: Recipe, lines: list[str]) -> BertTokenizer:
    """A WordPiece tokenizer learnt from `lines` and from the list of contemporary words."""
    contemporary = [word for line in stock("contemporary.txt") for word in line.split()]
    base = BertTokenizer(do_lower_case=recipe.lowercase, strip_accents=None if recipe.lowercase else False)
    tokenizer = base.train_new_from_iterator([*lines, *(contemporary * 300)], vocab_size=recipe.vocab_size)
    tokenizer.model_max_length = 512
    return tokenizer


def build_model(recipe: Recipe, tokenizer: BertTokenizer) -> PreTrainedModel:
    """A 4-layer, 128-wide encoder; positions start as small sinusoids, all other weights at random."""
    width, layers, heads = 128, 4, 4
    sizes = {
        "distilbert": {"dim": width, "n_layers": layers, "n_heads": heads, "hidden_dim": 4 * width},
        "bert": {
            "hidden_size": width,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": 4 * width,
        },
    }[recipe.model_type]
    config = AutoConfig.for_model(
        recipe.model_type, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, **sizes
    )
    config._attn_implementation = "eager"  # its backward pass in bfloat16 is twice as fast on a processor
    model = (BertForPreTraining if recipe.model_type == "bert" else AutoModelForMaskedLM.from_config)(config)
    positions = model.base_model.embeddings.position_embeddings.weight
    angle = torch.arange(positions.shape[0])[:, None] * torch.exp(
        torch.arange(0, width, 2) * (-math.log(10000.0) / width)
    )
    with torch.no_grad():
        positions[:, 0::2], positions[:, 1::2] = 0.03 * angle.sin(), 0.03 * angle.cos()
    return model


class Blocks:
    """Draws random blocks of token numbers from running text and from short documents."""

    def __init__(self, tokenizer: BertTokenizer, lines: list[str], seed: int) -> None:
        """Encode `lines` once; `documents` are added later."""
        encoded = tokenizer(lines, add_special_tokens=False)["input_ids"]
        self.text = np.concatenate([np.array(ids, dtype=np.int32) for ids in encoded])
        self.starts = np.cumsum([0] + [len(ids) for ids in encoded[:-1]])
        self.documents: list[list[int]] = []
        self.cls, self.sep, self.pad = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id
        self.rng = np.random.default_rng(seed)

    def running(self, length: int) -> list[int]:
        """`length` consecutive tokens, half of the time from the beginning of a line."""
        start = self.rng.choice(self.starts) if self.rng.random() < 0.5 else self.rng.integers(len(self.text))
        return self.text[min(start, len(self.text) - length) :][:length].tolist()

    def document(self, length: int) -> list[int]:
        """One short document, or several until two thirds of `length` are filled; at most `length` tokens."""
        ids: list[int] = []
        while len(ids) < length * self.rng.random() * 0.66 or not ids:
            ids += self.documents[self.rng.integers(len(self.documents))]
        return ids[:length]

    def one(self, length: int, own: float) -> tuple[list[int], list[int]]:
        """Token numbers with special tokens, and segment numbers (all zero)."""
        ids = self.document(length - 2) if self.rng.random() < own else self.running(length - 2)
        return [self.cls, *ids, self.sep], [0] * (len(ids) + 2)

    def pair(self, length: int) -> tuple[list[int], list[int], int]:
        """Two segments, and whether the second is foreign (1) or follows the first (0)."""
        cut = int(self.rng.integers(length // 4, 3 * length // 4))
        ids, foreign = self.running(length - 3), int(self.rng.random() < 0.5)
        first, second = ids[:cut], self.running(length - 3 - cut) if foreign else ids[cut:]
        return (
            [self.cls, *first, self.sep, *second, self.sep],
            [0] * (len(first) + 2) + [1] * (len(second) + 1),
            foreign,
        )

    def batch(self, length: int, own: float, pairs: bool) -> dict[str, torch.Tensor]:
        """Padded `input_ids`, `token_type_ids`, `attention_mask` (n, length); `following` (n), −100 if no pair."""
        rows, segments, following = [], [], []
        for _ in range(max(1, TOKENS_PER_STEP // length)):
            ids, types, foreign = (
                self.pair(length) if pairs and self.rng.random() < 0.5 else (*self.one(length, own), -100)
            )
            rows.append(ids + [self.pad] * (length - len(ids)))
            segments.append(types + [0] * (length - len(ids)))
            following.append(foreign)
        input_ids = torch.tensor(rows)
        return {
            "input_ids": input_ids,
            "token_type_ids": torch.tensor(segments),
            "attention_mask": (input_ids != self.pad).long(),
            "following": torch.tensor(following),
        }


def mask(
    input_ids: torch.Tensor, tokenizer: BertTokenizer, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Chosen positions (boolean) and the corrupted input: 80 % [MASK], 10 % a random token, 10 % unchanged."""
    special = torch.isin(input_ids, torch.tensor(tokenizer.all_special_ids))
    chosen = (torch.rand(input_ids.shape, generator=generator) < MASK_RATE) & ~special
    how = torch.rand(input_ids.shape, generator=generator)
    corrupted = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    return chosen, torch.where(chosen & (how >= 0.9), noise, corrupted)


def scores(
    model: PreTrainedModel, batch: dict[str, torch.Tensor], corrupted: torch.Tensor, chosen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Vocabulary logits at the chosen positions (n_chosen, vocabulary), and following-segment logits (n, 2) or None."""
    inputs = {"input_ids": corrupted, "attention_mask": batch["attention_mask"]}
    if "position_ids" in batch:
        inputs["position_ids"] = batch["position_ids"]
    if model.config.model_type == "distilbert":
        hidden = model.distilbert(**inputs).last_hidden_state[chosen]
        return model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))), None
    output = model.bert(**inputs, token_type_ids=batch["token_type_ids"])
    return model.cls.predictions(output.last_hidden_state[chosen]), model.cls.seq_relationship(output.pooler_output)


@torch.no_grad()
def evaluate(model: PreTrainedModel, tokenizer: BertTokenizer, lines: list[str], length: int) -> dict[str, float]:
    """Loss, perplexity and top-1 accuracy on held-out text: 15 % of the tokens, all replaced by [MASK], fixed seed."""
    model.eval()
    ids = [token for line in tokenizer(lines, add_special_tokens=False)["input_ids"] for token in line]
    size, rows = length - 2, min(100_000 // length, len(ids) // (length - 2))
    stride = len(ids) // size // rows
    blocks = torch.tensor([ids[i * stride * size : (i * stride + 1) * size] for i in range(rows)])
    edge = torch.ones(rows, 1, dtype=torch.long)
    blocks = torch.cat([edge * tokenizer.cls_token_id, blocks, edge * tokenizer.sep_token_id], dim=1)
    generator = torch.Generator().manual_seed(0)
    chosen = (torch.rand(blocks.shape, generator=generator) < 0.15) & (blocks > max(tokenizer.all_special_ids))
    loss, right = 0.0, 0
    for rows_, here in zip(blocks.split(64), chosen.split(64), strict=True):
        extra = {"attention_mask": torch.ones_like(rows_), "token_type_ids": torch.zeros_like(rows_)}
        logits, _ = scores(model, extra, torch.where(here, tokenizer.mask_token_id, rows_), here)
        loss += cross_entropy(logits.float(), rows_[here], reduction="sum").item()
        right += (logits.argmax(-1) == rows_[here]).sum().item()
    model.train()
    n = chosen.sum().item()
    return {"loss": loss / n, "perplexity": math.exp(loss / n), "top1": right / n, "masked_tokens": n}


def add_own_documents(blocks: Blocks, tokenizer: BertTokenizer, languages: tuple[str, ...], rng: random.Random) -> None:
    """Give `blocks` the everyday sentences (ten times each) and 20,000 unlabelled reviews per language."""
    for language in languages:
        everyday, film_reviews = own_sentences(language, 20_000, seed=7)
        lines = [vary_apostrophe(line, rng) for line in everyday * 10 + film_reviews]
        blocks.documents += tokenizer(lines, add_special_tokens=False)["input_ids"]


def train(name: str, tokens: float, out: Path) -> None:
    """Run all the stages, logging to `out/log.jsonl`, then save model, tokenizer and measures in `out`."""
    recipe, rng = RECIPES[name], random.Random(0)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    sides = [passages(language) for language in recipe.languages]
    lines = [vary_apostrophe(line, rng) for train_side, _ in sides for passage in train_side for line in passage]
    held_out = {lang: [line for p in side[1] for line in p] for lang, side in zip(recipe.languages, sides, strict=True)}
    tokenizer = train_tokenizer(recipe, lines)
    model = build_model(recipe, tokenizer)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    blocks = Blocks(tokenizer, lines, seed=2)
    print(f"{model.num_parameters():,} parameters, {len(blocks.text):,} tokens of text", flush=True)
    steps = int(tokens / TOKENS_PER_STEP)
    steppers = build_optimizers(model, steps)
    out.mkdir(parents=True, exist_ok=True)
    started, step, running = time.time(), 0, 0.0
    with (out / "log.jsonl").open("w") as log:
        for length, share, own in STAGES:
            if own and not blocks.documents:
                add_own_documents(blocks, tokenizer, recipe.languages, rng)
            for _ in range(int(steps * share)):
                batch = blocks.batch(length, own, pairs=recipe.model_type == "bert" and own > 0)
                chosen, corrupted = mask(batch["input_ids"], tokenizer, generator)
                with torch.autocast("cpu", torch.bfloat16):
                    logits, following = scores(model, batch, corrupted, chosen)
                loss = cross_entropy(logits.float(), batch["input_ids"][chosen])
                running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
                if following is not None and (batch["following"] >= 0).any():
                    loss = loss + cross_entropy(following.float(), batch["following"])
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                for stepper in steppers:
                    stepper.step()
                model.zero_grad()
                step += 1
                if step % 250 == 0:
                    row = {
                        "step": step,
                        "length": length,
                        "seconds": round(time.time() - started),
                        "train_loss": round(running, 3),
                    }
                    if step % 1000 == 0:
                        row |= {
                            lang: evaluate(model, tokenizer, text, min(length, 128))["top1"]
                            for lang, text in held_out.items()
                        }
                    if step % 2000 == 0:
                        save_miniature(model, tokenizer, out)
                    log.write(json.dumps(row) + "\n")
                    log.flush()
    save(
        model,
        tokenizer,
        held_out,
        {"tokens_seen": step * TOKENS_PER_STEP, "seconds": round(time.time() - started)},
        out,
    )


def save(
    model: PreTrainedModel, tokenizer: BertTokenizer, held_out: dict[str, list[str]], run: dict, out: Path
) -> None:
    """Write float16 safetensors that load as float32, the tokenizer, and `measures.json`."""
    measures = run | {"held_out": {lang: evaluate(model, tokenizer, text, 128) for lang, text in held_out.items()}}
    measures["held_out"]["all"] = evaluate(model, tokenizer, [line for text in held_out.values() for line in text], 128)
    save_miniature(model, tokenizer, out)
    write_measures(measures, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--tokens", type=float, default=38e6, help="tokens to see (38 million)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train(arguments.name, arguments.tokens, BUILD / arguments.name)
