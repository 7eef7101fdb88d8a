"""Pretrain the encoders: tokenizer, then masked language modelling, in blocks that grow from 32 to 128 tokens.

    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english
    ATELIER_CORPORA=folder python data/recipes/pretrain.py french
    ATELIER_CORPORA=folder python data/recipes/pretrain.py english --start build/english --tokens 50e6
    ATELIER_CORPORA=folder python data/recipes/pretrain.py multilingual --start build/multilingual --pieces 7000

One thread, bfloat16 autocast, an hour or more for each run on a laptop CPU. The first stage reads novels only, in short
blocks, which leaves the initial plateau soonest. In the last stage some updates read the project's own text, one
document a row: everyday sentences and opinions, or generated film reviews, each of which keeps one opinion from its
first word to its last, so that *limp* and *tedious* are learnt to go together. Matrices of the layers are updated by
Muon, all else by AdamW: Muon left the plateau after 700 updates, AdamW alone after more than 1,000.
The English model is a BERT: it also learns to tell following from foreign halves of a text. The French one is a RoBERTa
whose own text is everyday sentences and notes from the field, no reviews.

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
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import (
    AddedToken,
    AutoConfig,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForPreTraining,
    BertTokenizer,
    PreTrainedModel,
    RobertaTokenizer,
)
from transformers import PreTrainedTokenizerBase as Tokenizer
from transformers.utils import ModelOutput

from blocks import (
    NOTE_LENGTH,
    POSITIONS,
    RATE_OFTEN,
    RATE_SELDOM,
    REVIEW_LENGTH,
    SENTENCE_LENGTH,
    Blocks,
    documents,
    mask,
    rated_reviews,
)
from common import BUILD, build_optimizers, save_miniature, write_measures
from corpora import own_sentences, passages, stock, vary_apostrophe
from helpers.ner.words import words_of

TOKENS_PER_STEP = 4096
MASK_RATE = 0.2
# (length of the blocks of running text, share of all updates, whether some updates read the project's own text)
STAGES = [(32, 0.12, False), (64, 0.13, False), (128, 0.75, True)]
# What the updates of a round of eight read, when it is not running text: in a first run, and going on from one.
ROUND = 8
OWN_TURNS = {0: "sentences", 4: "reviews"}
REVIEWS_PER_LANGUAGE = 80_000
EVERYDAY_TIMES = 10  # how often the everyday sentences count when a vocabulary is learnt again


@dataclass(frozen=True)
class Recipe:
    """What distinguishes the encoders."""

    languages: tuple[str, ...]
    lowercase: bool
    vocab_size: int
    model_type: str
    turns: dict[int, str]
    later_turns: dict[int, str]
    everyday_times: int = 0  # how often the everyday sentences count for the first vocabulary
    notes: str = ""  # a stock of longer texts on the course's subjects


RECIPES = {
    "multilingual": Recipe(
        ("fr", "en"), False, 6000, "distilbert", OWN_TURNS, {0: "sentences", 3: "sentences", 6: "reviews"}
    ),
    "english": Recipe(
        ("en",), True, 4000, "bert", OWN_TURNS, {0: "sentences", 2: "reviews", 4: "sentences", 6: "reviews"}
    ),
    "french": Recipe(
        ("fr",), False, 6000, "roberta", {0: "sentences", 4: "notes"},
        {0: "sentences", 2: "notes", 4: "sentences", 6: "notes"}, everyday_times=EVERYDAY_TIMES, notes="field_fr.txt",
    ),
}  # fmt: skip


def empty_tokenizer(recipe: Recipe) -> Tokenizer:
    """A tokenizer that knows its special tokens only, numbered as in the model whose name the miniature bears."""
    if recipe.model_type == "roberta":
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        mask_token = AddedToken("<mask>", lstrip=True, special=True)  # takes the space before it
        return RobertaTokenizer({token: i for i, token in enumerate(special)}, [], mask_token=mask_token)
    return BertTokenizer(do_lower_case=recipe.lowercase, strip_accents=None if recipe.lowercase else False)


def train_tokenizer(recipe: Recipe, lines: list[str], pieces: int) -> Tokenizer:
    """A tokenizer of so many `pieces`, learnt from `lines` and from the list of contemporary words."""
    contemporary = [word for line in stock("contemporary.txt") for word in line.split()]
    tokenizer = empty_tokenizer(recipe).train_new_from_iterator([*lines, *(contemporary * 300)], vocab_size=pieces)
    tokenizer.model_max_length = 512
    return tokenizer


def build_model(recipe: Recipe, tokenizer: Tokenizer) -> PreTrainedModel:
    """A 4-layer, 192-wide encoder; positions start as small sinusoids, all other weights at random."""
    width, layers, heads = 192, 4, 4
    sizes = {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
    }
    if recipe.model_type == "distilbert":
        sizes = {"dim": width, "n_layers": layers, "n_heads": heads, "hidden_dim": 4 * width}
    elif recipe.model_type == "roberta":  # its positions begin after the number of the padding token
        ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
        sizes |= {"max_position_embeddings": POSITIONS + tokenizer.pad_token_id + 1, "type_vocab_size": 1} | ends
        sizes |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}  # nor in a short fine-tuning
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
    """What the model reads at every update: running text, everyday sentences, reviews."""

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
        notes = stock(recipe.notes) if recipe.notes else []
        apart = [" ".join(line[start:end] for start, end in words_of(line)) for line in notes]  # as for entities
        self.notes = documents(tokenizer, notes + apart, rng)
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
        elif kind == "reviews":
            batch = self.blocks.from_documents(self.reviews, REVIEW_LENGTH, pairs=not self.rated)
            rates = self.text_rates / 2 if self.rated else self.own_rates
        else:
            batch, rates = self.blocks.from_text(length), self.text_rates
        return batch, *mask(batch, self.tokenizer, self.generator, rates)


def change_vocabulary(model: PreTrainedModel, old: Tokenizer, new: Tokenizer, recipe: Recipe) -> PreTrainedModel:
    """The model for another vocabulary: a piece keeps its weights; a new one gets the mean of the pieces it was."""
    known = old.get_vocab()
    were = [
        [known[piece]] if piece in known else old(piece.removeprefix("##"), add_special_tokens=False)["input_ids"]
        for piece in new.convert_ids_to_tokens(range(len(new)))
    ]
    weights = {
        name: torch.stack([weight[ids].mean(0) for ids in were]) if len(weight) == len(old) else weight
        for name, weight in model.state_dict().items()
    }
    changed = build_model(recipe, new)
    changed.load_state_dict(weights)
    return changed


def begin(
    recipe: Recipe, start: Path | None, texts: list[str], everyday: list[str], pieces: int | None
) -> tuple[Tokenizer, PreTrainedModel]:
    """Tokenizer and model of a trained folder, or a tokenizer learnt from `texts` and a new model; without dropout.

    With `start` and `pieces`, the vocabulary is learnt again, from `texts` and the `everyday` sentences.
    """
    if start:
        tokenizer = AutoTokenizer.from_pretrained(start)
        architecture = BertForPreTraining if recipe.model_type == "bert" else AutoModelForMaskedLM
        model = architecture.from_pretrained(start, dtype=torch.float32, attn_implementation="eager").train()
        if pieces:
            learnt = train_tokenizer(recipe, texts + everyday * EVERYDAY_TIMES, pieces)
            tokenizer, model = learnt, change_vocabulary(model, tokenizer, learnt, recipe)
    else:
        tokenizer = train_tokenizer(recipe, texts + everyday * recipe.everyday_times, recipe.vocab_size)
        model = build_model(recipe, tokenizer)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return tokenizer, model


def train(name: str, tokens: float, start: Path | None, out: Path, pieces: int | None = None) -> None:
    """Run all the stages, or the last from `start`, logging to `out/log.jsonl`; save all with measures in `out`."""
    recipe = RECIPES[name]
    torch.manual_seed(1 if start else 0)
    lines, held_out = load_text(recipe.languages)
    n_reviews = REVIEWS_PER_LANGUAGE if "reviews" in recipe.turns.values() else 0
    own_text = [own_sentences(language, n_reviews, seed=11) for language in recipe.languages]
    everyday, reviews = ([line for side in sides for line in side] for sides in zip(*own_text, strict=True))
    everyday += stock(recipe.notes) if recipe.notes else []
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
