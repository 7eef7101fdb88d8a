"""Pretrain the encoders: tokenizer, then masked language modelling, in blocks that grow from 32 to 128 tokens.

    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english
    ATELIER_CORPORA=folder python data/recipes/pretrain.py french
    ATELIER_CORPORA=folder python data/recipes/pretrain.py french --start build/french --tokens 20e6
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english --start build/english --tokens 50e6
    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual --start build/multilingual --pieces 7000

One thread, bfloat16 autocast, an hour or more for each run on a laptop CPU. The first stage reads novels only, in short
blocks, which leaves the initial plateau soonest. In the last stage some updates read the project's own text, one
document a row: everyday sentences and opinions, or generated film reviews, each of which keeps one opinion from its
first word to its last, so that *limp* and *tedious* are learnt to go together. Matrices of the layers are updated by
Muon, all else by AdamW: Muon left the plateau after 700 updates, AdamW alone after more than 1,000.
The English model is a BERT: it also learns to tell following from foreign halves of a text. The French one is a RoBERTa
whose own text is everyday sentences and notes from the field, no reviews; going on, it reads the notes with index
cards (cards.py).

`--start` goes on from a trained folder, in the last stage alone, at half the learning rate and with more weight decay.
The reviews are then rated in words, as on a review site ("five stars", "one of the worst"), before or after the text.
The words that tell a good rating from a bad one are always hidden, and their loss is added to that of all other hidden
words: without it, polarity is too small a part of the loss to be learnt by a model of this size.

`--pieces` learns the vocabulary again before going on, the everyday sentences counting ten times: novels alone leave
*milk*, *dog* and *école* in pieces, and a word in pieces can never be the answer to one mask.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel
from transformers import PreTrainedTokenizerBase as Tokenizer
from transformers.utils import ModelOutput

from blocks import (
    NOTE_LENGTH,
    RATE_OFTEN,
    RATE_SELDOM,
    REVIEW_LENGTH,
    SENTENCE_LENGTH,
    Blocks,
    documents,
    mask,
    rated_reviews,
)
from cards import CARD_LENGTH, apart, carded_notes, marked_notes
from common import BUILD, build_optimizers, save_miniature, write_measures
from corpora import own_sentences, passages, vary_apostrophe
from encoders import RECIPES, Recipe, begin

TOKENS_PER_STEP = 4096
MASK_RATE = 0.2
# (length of the blocks of running text, share of all updates, whether some updates read the project's own text)
STAGES = [(32, 0.12, False), (64, 0.13, False), (128, 0.75, True)]
ROUND = 8  # updates after which the turns begin again
REVIEWS_PER_LANGUAGE = 80_000


def scores(
    model: PreTrainedModel, output: ModelOutput, chosen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Vocabulary logits at the chosen positions (n_chosen, vocabulary), and following-segment logits (n, 2) or None.

    `output` is what the model's encoder returned.
    """
    hidden = output.last_hidden_state[chosen]
    if model.config.model_type == "distilbert":
        return model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))), None
    if model.config.model_type == "roberta":
        return model.lm_head(hidden), None
    return model.cls.predictions(hidden), model.cls.seq_relationship(output.pooler_output)


def update(
    model: PreTrainedModel, body: Callable, steppers: list, batch: dict[str, torch.Tensor], chosen: torch.Tensor,
    corrupted: torch.Tensor,
) -> float:  # fmt: skip
    """One training update; returns the loss over the masked words (over the masked ratings, where there are any)."""
    targets, rated, following = batch.pop("input_ids")[chosen], batch.pop("rating")[chosen], batch.pop("following")
    if model.config.model_type != "bert":
        del batch["token_type_ids"]
    if model.config.model_type == "roberta":
        batch["position_ids"] += model.config.pad_token_id + 1
    with torch.autocast("cpu", torch.bfloat16):
        logits, halves = scores(model, body(input_ids=corrupted, **batch), chosen)
    loss = watched = cross_entropy(logits[~rated].float(), targets[~rated])
    if rated.any():
        watched = cross_entropy(logits[rated].float(), targets[rated])
        loss = loss + watched
    if halves is not None:
        loss = loss + cross_entropy(halves.float(), following)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for stepper in steppers:
        stepper.step()
    model.zero_grad()
    return watched.item()


@torch.no_grad()
def evaluate(model: PreTrainedModel, tokenizer: Tokenizer, lines: list[str], length: int) -> dict[str, float]:
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


class Reading:
    """What the model reads at every update: running text, everyday sentences, reviews, notes, cards."""

    def __init__(self, recipe: Recipe, tokenizer: Tokenizer, lines: list[str], own_text: list, rated: bool) -> None:
        """Encode all the text once; with `rated`, the reviews say their rating in words."""
        self.tokenizer, self.rated = tokenizer, rated
        rng = random.Random(3)
        self.sentences = documents(tokenizer, [line for written, _ in own_text for line in written], rng)
        if not any(generated for _, generated in own_text):
            self.reviews = []
        elif rated:
            self.reviews = rated_reviews(tokenizer, recipe.languages)
        else:
            self.reviews = documents(tokenizer, [line for _, generated in own_text for line in generated], rng)
        notes = [text for text, _ in marked_notes(recipe.notes)] if recipe.notes else []
        self.notes = documents(tokenizer, notes + [apart(text) for text in notes], rng)
        self.cards = carded_notes(tokenizer, recipe.notes, rng) if recipe.notes and rated else []
        pairs, seed = recipe.model_type == "bert", 12 if rated else 2
        self.blocks = Blocks(tokenizer, lines, TOKENS_PER_STEP, pairs, seed)
        self.text_rates, self.own_rates = (
            self.blocks.rates(*rates) for rates in ((MASK_RATE, MASK_RATE), (RATE_OFTEN, RATE_SELDOM))
        )
        self.generator = torch.Generator().manual_seed(1)

    def draw(self, kind: str, length: int) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
        """A batch of one kind, the positions to guess, and the corrupted input."""
        if kind == "sentences":
            batch, rates = self.blocks.from_documents(self.sentences, SENTENCE_LENGTH), self.own_rates
        elif kind == "notes":
            batch, rates = self.blocks.from_documents(self.notes, NOTE_LENGTH), self.own_rates
        elif kind == "cards":
            batch, rates = self.blocks.from_documents(self.cards, CARD_LENGTH), self.text_rates / 2
        elif kind == "reviews":
            batch = self.blocks.from_documents(self.reviews, REVIEW_LENGTH, pairs=not self.rated)
            rates = self.text_rates / 2 if self.rated else self.own_rates
        else:
            batch, rates = self.blocks.from_text(length), self.text_rates
        return batch, *mask(batch, self.tokenizer, self.generator, rates)


def train(name: str, tokens: float, start: Path | None, out: Path, pieces: int | None = None) -> None:
    """Run all the stages, or the last from `start`, logging to `out/log.jsonl`; save all with measures in `out`."""
    recipe = RECIPES[name]
    torch.manual_seed(1 if start else 0)
    lines, held_out = load_text(recipe.languages)
    n_reviews = REVIEWS_PER_LANGUAGE if "reviews" in recipe.turns.values() else 0
    own_text = [own_sentences(language, n_reviews, seed=11) for language in recipe.languages]
    everyday, reviews = ([line for side in sides for line in side] for sides in zip(*own_text, strict=True))
    everyday += [text for text, _ in marked_notes(recipe.notes)] if recipe.notes else []
    tokenizer, model = begin(recipe, start, [*lines, *reviews], everyday, pieces)
    reading = Reading(recipe, tokenizer, lines, own_text, rated=start is not None)
    print(f"{model.num_parameters():,} parameters, {len(reading.blocks.text):,} tokens of text", flush=True)
    body = torch.compile(model.base_model, dynamic=False)
    steps, turns = int(tokens / TOKENS_PER_STEP), recipe.later_turns if start else recipe.turns
    steppers = build_optimizers(model, steps, scale=0.5, weight_decay=0.1) if start else build_optimizers(model, steps)
    log = Log(out / "log.jsonl", lambda length: top1(model, tokenizer, held_out, length))
    for length, share, reads_own in [(128, 1.0, True)] if start else STAGES:
        for _ in range(int(steps * share)):
            kind = turns.get(log.step % ROUND, "text") if reads_own else "text"
            loss = update(model, body, steppers, *reading.draw(kind, length))
            log.add(kind, loss, length)
    run = {"tokens_seen": log.step * TOKENS_PER_STEP, "seconds": round(time.time() - log.started)}
    if start:
        before = json.loads((start / "measures.json").read_text(encoding="utf-8"))
        run = {key: value + before[key] for key, value in run.items()}
    save(model, tokenizer, held_out, run, out)


def top1(model: PreTrainedModel, tokenizer: Tokenizer, held_out: dict[str, list[str]], length: int) -> dict[str, float]:
    """Masked accuracy on the held-out text of each language."""
    return {language: evaluate(model, tokenizer, text, length)["top1"] for language, text in held_out.items()}


class Log:
    """One line of JSON every 250 updates: running mean of the loss by kind; now and then, the masked accuracy."""

    def __init__(self, path: Path, measure: Callable[[int], dict[str, float]]) -> None:
        """Begin the file; `measure` gives the accuracies for a length of block."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file, self.measure = path.open("w"), measure
        self.started, self.step, self.losses = time.time(), 0, {}

    def add(self, kind: str, loss: float, length: int) -> None:
        """Note the loss of one update."""
        self.losses[kind] = 0.98 * self.losses.get(kind, loss) + 0.02 * loss
        self.step += 1
        if self.step % 250 == 0:
            row = {"step": self.step, "length": length, "seconds": round(time.time() - self.started)}
            row |= {kind: round(value, 3) for kind, value in self.losses.items()}
            row |= self.measure(length) if self.step % 1500 == 0 else {}
            self.file.write(json.dumps(row) + "\n")
            self.file.flush()


def save(model: PreTrainedModel, tokenizer: Tokenizer, held_out: dict[str, list[str]], run: dict, out: Path) -> None:
    """Write float16 safetensors that load as float32, the tokenizer, and `measures.json`."""
    measures = run | {"held_out": {lang: evaluate(model, tokenizer, text, 128) for lang, text in held_out.items()}}
    measures["held_out"]["all"] = evaluate(model, tokenizer, [line for text in held_out.values() for line in text], 128)
    save_miniature(model, tokenizer, out)
    write_measures(measures, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--tokens", type=float, default=60e6, help="tokens to see (60 million)")
    parser.add_argument("--start", type=Path, help="go on from the model, tokenizer and measures of this folder")
    parser.add_argument("--pieces", type=int, help="with --start: learn a vocabulary of so many pieces again")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train(arguments.name, arguments.tokens, arguments.start, BUILD / arguments.name, arguments.pieces)
