"""Continue the pretraining of an encoder on the project's own text, so that it knows everyday speech and film reviews.

    ATELIER_CORPORA=folder python data/recipes/adapt.py multilingual
    ATELIER_CORPORA=folder python data/recipes/adapt.py english

Two batches in three hold one unlabelled review or everyday sentence per block. A review keeps one opinion from its
first word to its last, so a hidden opinion word can only be guessed from the others: this is how the encoder learns
that *limp* and *tedious* go together. The third batch is running text of the novels, against forgetting. The English
model also tells the second half of a review from that of another. Half of the running text is put at a random place of
the 512 positions, because those past 64 have seen little training. Reads and rewrites build/NAME.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import AutoModelForMaskedLM, BertForPreTraining, BertTokenizer, PreTrainedModel

from common import BUILD, build_optimizers
from corpora import own_sentences, passages, vary_apostrophe
from pretrain import RECIPES, TOKENS_PER_STEP, Blocks, mask, save, scores

OWN_LENGTH, TEXT_LENGTH = 48, 128
REVIEWS_PER_LANGUAGE = 80_000
EVERYDAY_COPIES = 8


class OwnBlocks(Blocks):
    """Blocks of one document each."""

    def document(self, length: int) -> list[int]:
        """One review or sentence, cut at `length` tokens."""
        return self.documents[self.rng.integers(len(self.documents))][:length]

    def pair(self, length: int) -> tuple[list[int], list[int], int]:
        """The halves of one review, or the first half of one and the second of another (1)."""
        one, foreign = self.document(length - 3), int(self.rng.random() < 0.5)
        other = self.document(length - 3) if foreign else one
        first, second = one[: len(one) // 2], other[len(other) // 2 :]
        ids = [self.cls, *first, self.sep, *second, self.sep][:length]
        return ids, ([0] * (len(first) + 2) + [1] * (len(second) + 1))[:length], foreign


def load(name: str) -> tuple[BertTokenizer, PreTrainedModel]:
    """The encoder as `pretrain.py` left it, with the attention whose backward pass is fast, without dropout."""
    kind = BertForPreTraining if RECIPES[name].model_type == "bert" else AutoModelForMaskedLM
    model = kind.from_pretrained(BUILD / name, dtype=torch.float32, attn_implementation="eager").train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return BertTokenizer.from_pretrained(BUILD / name), model


def build_blocks(name: str, tokenizer: BertTokenizer) -> tuple[OwnBlocks, dict[str, list[str]]]:
    """Blocks over the training text and the project's own, and the held-out lines by language."""
    rng, lines, own, held_out = random.Random(3), [], [], {}
    for language in RECIPES[name].languages:
        train_side, held_side = passages(language)
        lines += [vary_apostrophe(line, rng) for passage in train_side for line in passage]
        held_out[language] = [line for passage in held_side for line in passage]
        everyday, reviews = own_sentences(language, REVIEWS_PER_LANGUAGE, seed=11)
        own += [vary_apostrophe(line, rng) for line in everyday * EVERYDAY_COPIES + reviews]
    blocks = OwnBlocks(tokenizer, lines, seed=4)
    blocks.documents = tokenizer(own, add_special_tokens=False)["input_ids"]
    return blocks, held_out


def adapt(name: str, steps: int, out: Path) -> None:
    """Train for `steps` updates, then measure and save; the card's figures are those measured here."""
    torch.manual_seed(5)
    generator, started = torch.Generator().manual_seed(6), time.time()
    tokenizer, model = load(name)
    blocks, held_out = build_blocks(name, tokenizer)
    steppers, running = build_optimizers(model, steps, warmup=100, scale=0.5), 0.0
    for step in range(steps):
        own = step % 3 != 0
        batch = blocks.batch(
            OWN_LENGTH if own else TEXT_LENGTH, float(own), pairs=own and RECIPES[name].model_type == "bert"
        )
        if not own and torch.rand((), generator=generator) < 0.5:
            shift = int(torch.randint(512 - TEXT_LENGTH, (), generator=generator))
            batch["position_ids"] = torch.arange(shift, shift + TEXT_LENGTH).expand_as(batch["input_ids"])
        chosen, corrupted = mask(batch["input_ids"], tokenizer, generator)
        with torch.autocast("cpu", torch.bfloat16):
            logits, following = scores(model, batch, corrupted, chosen)
        loss = cross_entropy(logits.float(), batch["input_ids"][chosen])
        running = 0.98 * running + 0.02 * loss.item()
        if following is not None and (batch["following"] >= 0).any():
            loss = loss + cross_entropy(following.float(), batch["following"])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
        model.zero_grad()
        if step % 250 == 0:
            print(f"step {step}: loss {running:.3f}, {time.time() - started:.0f} s", flush=True)
    before = json.loads((out / "measures.json").read_text(encoding="utf-8"))
    run = {
        "tokens_seen": before["tokens_seen"] + steps * TOKENS_PER_STEP,
        "seconds": before["seconds"] + round(time.time() - started),
    }
    model.config._attn_implementation = "sdpa"
    save(model, tokenizer, held_out, run, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--steps", type=int, default=4500, help="updates (4,500)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    adapt(arguments.name, arguments.steps, BUILD / arguments.name)
