"""Pretrain the two encoders: tokenizer, then masked language modelling, in blocks that grow from 32 to 128 tokens.

    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english

One thread, bfloat16 autocast, an hour or more each on a laptop CPU. The first stage reads novels only, in short blocks,
which leaves the initial plateau soonest. In the last stage one update in four reads the project's own text, one
document a row: everyday sentences and opinions, or generated film reviews, each of which keeps one opinion from its
first word to its last, so that *limp* and *tedious* are learnt to go together. Half of the blocks of running text stand
at a random place of the 512 positions, so that none is left untrained. Matrices of the layers are updated by Muon, all
else by AdamW: Muon left the plateau after 700 updates, AdamW alone after more than 1,000.
The English model is a BERT: it also learns to tell following from foreign halves of a text.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForMaskedLM, BertForPreTraining, BertTokenizer, PreTrainedModel
from transformers.utils import ModelOutput

from common import BUILD, build_optimizers, save_miniature, write_measures
from corpora import own_sentences, passages, stock, vary_apostrophe

TOKENS_PER_STEP = 4096
MASK_RATE = 0.2
POSITIONS = 512
# (length of the blocks of running text, share of all updates, whether one update in four reads the project's own text)
STAGES = [(32, 0.12, False), (64, 0.13, False), (128, 0.75, True)]
OWN_EVERY = 4
SENTENCE_LENGTH, REVIEW_LENGTH = 32, 48
REVIEWS_PER_LANGUAGE = 80_000
# In the project's own text, what the running text often has is hidden half as often, and other words more: opinions
# and things are what it is there to teach.
OFTEN, RATE_OFTEN, RATE_SELDOM = 300, 0.1, 0.35


@dataclass(frozen=True)
class Recipe:
    """What distinguishes the two encoders."""

    languages: tuple[str, ...]
    lowercase: bool
    vocab_size: int
    model_type: str


RECIPES = {
    "multilingual": Recipe(("fr", "en"), False, 6000, "distilbert"),
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
    """A 4-layer, 192-wide encoder; positions start as small sinusoids, all other weights at random."""
    width, layers, heads = 192, 4, 4
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
    """Draws batches of token numbers from running text and from short documents."""

    def __init__(self, tokenizer: BertTokenizer, lines: list[str], tokens: int, pairs: bool, seed: int) -> None:
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
        """Blocks of running text, at random positions half of the time."""
        batch = self.batch(length, lambda: self.running(length - 3))
        if self.rng.random() < 0.5:
            batch["position_ids"] += int(self.rng.integers(POSITIONS - length))
        return batch

    def from_documents(self, documents: list[list[int]], length: int) -> dict[str, torch.Tensor]:
        """One document a row, cut at `length` tokens."""
        return self.batch(length, lambda: documents[self.rng.integers(len(documents))][: length - 3])

    def batch(self, length: int, draw: Callable[[], list[int]]) -> dict[str, torch.Tensor]:
        """Padded `input_ids`, `token_type_ids`, `attention_mask`, `position_ids` (n, length); `following` (n).

        `following`: is the second half of a row foreign to the first (1) or does it follow (0); −100 if not halved.
        """
        rows, segments, following = [], [], []
        for _ in range(self.tokens // length):
            first, second, foreign = draw(), [], -100
            if self.pairs and self.rng.random() < 0.25:
                foreign = int(self.rng.random() < 0.5)
                other = draw() if foreign else first
                first, second = first[: len(first) // 2], [*other[len(other) // 2 :], self.sep]
            row = [self.cls, *first, self.sep, *second][:length]
            rows.append(row + [self.pad] * (length - len(row)))
            segments.append(([0] * (len(first) + 2) + [1] * length)[:length])
            following.append(foreign)
        input_ids = torch.tensor(rows)
        return {
            "input_ids": input_ids,
            "token_type_ids": torch.tensor(segments),
            "attention_mask": (input_ids != self.pad).long(),
            "position_ids": torch.arange(length).repeat(len(rows), 1),
            "following": torch.tensor(following),
        }


def mask(
    input_ids: torch.Tensor, tokenizer: BertTokenizer, generator: torch.Generator, rates: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Chosen positions (boolean) and the corrupted input: 80 % [MASK], 10 % a random token, 10 % unchanged.

    `rates` gives the probability of being chosen by token number (vocabulary).
    """
    chosen = torch.rand(input_ids.shape, generator=generator) < rates[input_ids]
    how = torch.rand(input_ids.shape, generator=generator)
    corrupted = torch.where(chosen & (how < 0.8), tokenizer.mask_token_id, input_ids)
    noise = torch.randint(len(tokenizer), input_ids.shape, generator=generator)
    return chosen, torch.where(chosen & (how >= 0.9), noise, corrupted)


def scores(
    model: PreTrainedModel, output: ModelOutput, chosen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Vocabulary logits at the chosen positions (n_chosen, vocabulary), and following-segment logits (n, 2) or None.

    `output` is what the model's encoder returned.
    """
    hidden = output.last_hidden_state[chosen]
    if model.config.model_type == "distilbert":
        return model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))), None
    return model.cls.predictions(hidden), model.cls.seq_relationship(output.pooler_output)


def update(
    model: PreTrainedModel, body: Callable, steppers: list, batch: dict[str, torch.Tensor], chosen: torch.Tensor,
    corrupted: torch.Tensor,
) -> float:  # fmt: skip
    """One training update; returns the masked-language-modelling loss."""
    targets, following = batch.pop("input_ids")[chosen], batch.pop("following")
    if model.config.model_type == "distilbert":
        del batch["token_type_ids"]
    with torch.autocast("cpu", torch.bfloat16):
        logits, halves = scores(model, body(input_ids=corrupted, **batch), chosen)
    loss = masked_loss = cross_entropy(logits.float(), targets)
    if halves is not None:
        loss = loss + cross_entropy(halves.float(), following)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for stepper in steppers:
        stepper.step()
    model.zero_grad()
    return masked_loss.item()


@torch.no_grad()
def evaluate(model: PreTrainedModel, tokenizer: BertTokenizer, lines: list[str], length: int) -> dict[str, float]:
    """Loss, perplexity and top-1 accuracy on held-out text: 15 % of the tokens, all replaced by [MASK], fixed seed."""
    model.eval()
    ids = [token for line in tokenizer(lines, add_special_tokens=False)["input_ids"] for token in line]
    rows = len(ids) // (length - 2)
    blocks = torch.tensor(ids[: rows * (length - 2)]).view(rows, length - 2)
    edge = torch.ones(rows, 1, dtype=torch.long)
    blocks = torch.cat([edge * tokenizer.cls_token_id, blocks, edge * tokenizer.sep_token_id], dim=1)
    generator = torch.Generator().manual_seed(0)
    chosen = (torch.rand(blocks.shape, generator=generator) < 0.15) & (blocks > max(tokenizer.all_special_ids))
    loss, right = 0.0, 0
    for rows_, here in zip(blocks.split(64), chosen.split(64), strict=True):
        output = model.base_model(input_ids=torch.where(here, tokenizer.mask_token_id, rows_))
        logits, _ = scores(model, output, here)
        loss += cross_entropy(logits.float(), rows_[here], reduction="sum").item()
        right += (logits.argmax(-1) == rows_[here]).sum().item()
    model.train()
    n = chosen.sum().item()
    return {"loss": loss / n, "perplexity": math.exp(loss / n), "top1": right / n, "masked_tokens": n}


def load_text(languages: tuple[str, ...]) -> tuple[list[str], dict[str, list[str]]]:
    """Lines of running text to train on, and the held-out lines by language."""
    rng, sides = random.Random(0), {language: passages(language) for language in languages}
    lines = [vary_apostrophe(line, rng) for side, _ in sides.values() for passage in side for line in passage]
    return lines, {language: [line for p in held_out for line in p] for language, (_, held_out) in sides.items()}


def own_documents(tokenizer: BertTokenizer, own_text: list[tuple[list[str], list[str]]]) -> list[list[list[int]]]:
    """Token numbers of the project's everyday sentences and opinions, and of generated reviews."""
    rng, sentences, reviews = random.Random(3), [], []
    for written, generated in own_text:
        sentences += [vary_apostrophe(line, rng) for line in written]
        reviews += [vary_apostrophe(line, rng) for line in generated]
    return [tokenizer(lines, add_special_tokens=False)["input_ids"] for lines in (sentences, reviews)]


def train(name: str, tokens: float, out: Path) -> None:
    """Run all the stages, logging to `out/log.jsonl`, then save model, tokenizer and measures in `out`."""
    recipe = RECIPES[name]
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    lines, held_out = load_text(recipe.languages)
    own_text = [own_sentences(language, REVIEWS_PER_LANGUAGE, seed=11) for language in recipe.languages]
    tokenizer = train_tokenizer(recipe, [*lines, *(review for _, reviews in own_text for review in reviews)])
    sentences, reviews = own_documents(tokenizer, own_text)
    model = build_model(recipe, tokenizer)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    body = torch.compile(model.base_model, dynamic=False)
    blocks = Blocks(tokenizer, lines, TOKENS_PER_STEP, pairs=recipe.model_type == "bert", seed=2)
    text_rates, own_rates = blocks.rates(MASK_RATE, MASK_RATE), blocks.rates(RATE_OFTEN, RATE_SELDOM)
    print(f"{model.num_parameters():,} parameters, {len(blocks.text):,} tokens of text", flush=True)
    steps = int(tokens / TOKENS_PER_STEP)
    steppers = build_optimizers(model, steps)
    out.mkdir(parents=True, exist_ok=True)
    started, step, running = time.time(), 0, 0.0
    with (out / "log.jsonl").open("w") as log:
        for length, share, reads_own in STAGES:
            for _ in range(int(steps * share)):
                turn = step % (2 * OWN_EVERY) if reads_own else 1
                if turn == 0:
                    batch = blocks.from_documents(sentences, SENTENCE_LENGTH)
                elif turn == OWN_EVERY:
                    batch = blocks.from_documents(reviews, REVIEW_LENGTH)
                else:
                    batch = blocks.from_text(length)
                is_own = turn % OWN_EVERY == 0
                hidden = mask(batch["input_ids"], tokenizer, generator, own_rates if is_own else text_rates)
                loss = update(model, body, steppers, batch, *hidden)
                if not is_own:
                    running = 0.98 * running + 0.02 * loss if step else loss
                step += 1
                if step % 250 == 0:
                    row = {"step": step, "length": length, "seconds": round(time.time() - started)}
                    row["train_loss"] = round(running, 3)
                    if step % 1500 == 0:
                        row |= {
                            lang: evaluate(model, tokenizer, text, length)["top1"] for lang, text in held_out.items()
                        }
                        save_miniature(model, tokenizer, out)
                    log.write(json.dumps(row) + "\n")
                    log.flush()
    run = {"tokens_seen": step * TOKENS_PER_STEP, "seconds": round(time.time() - started)}
    save(model, tokenizer, held_out, run, out)


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
    parser.add_argument("--tokens", type=float, default=60e6, help="tokens to see (60 million)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train(arguments.name, arguments.tokens, BUILD / arguments.name)
