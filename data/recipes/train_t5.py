"""Train the miniature that translates English into French: a T5 with two encoder and two decoder layers.

    python data/recipes/train_t5.py

Sentences come from build_translation.py, which keeps some combinations of words for the test: the measure is the share
of 300 test sentences that greedy decoding translates word for word. The generator also knows which words translate each
other: a second loss asks the last cross-attention to look at the English word where the French one is predicted.
"""

import argparse
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import torch
from tokenizers import Encoding, Regex, Tokenizer, models, pre_tokenizers, trainers
from torch.nn.functional import cross_entropy
from transformers import (
    GenerationConfig,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
    get_linear_schedule_with_warmup,
)

from build_translation import Pair, linked_pairs
from common import BUILD, save_miniature, write_measures

PREFIX = "translate English to French: "
SPECIAL = ["<pad>", "</s>", "<unk>"]
WORDS = 1600
FRAGMENTS = 350
MALUS = 12.0
EXTRA_IDS = 10
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZàâçéèêëîïôœùûüÀÂÇÉÈÊÎÔŒ0123456789.,;:!?'’\"()-«»▁"
BATCH = 64
# Batches are cut from pools of sentences sorted by length, so that little of them is padding.
POOL = 16
PEAK_RATE = 3e-3
WARMUP = 200
ALIGNMENT_WEIGHT = 0.1
TEST_SENTENCES = 300

Link = tuple[int, int, int]  # position of a French word's first token; first and last position of the English word
Row = tuple[list[int], list[int], list[Link]]


def train_tokenizer(sentences: int) -> T5Tokenizer:
    """Unigram pieces: the frequent words of both languages, whole, then fragments for all other words.

    The trainer of `tokenizers` knows fragments that several words share, but seldom keeps a whole word: attention maps
    would show crumbs. Words therefore get their log-frequency, and fragments a malus that no frequent word is cut for.
    """
    texts = [text for pair in islice(linked_pairs(1, "train"), sentences) for text in (pair.english, pair.french)]
    cutter = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        pre_tokenizers.Split(Regex(r"'s\b|[.,?:]"), "isolated"),
        pre_tokenizers.Split(Regex(r"'(?!s\b)"), "merged_with_previous"),
    ])  # fmt: skip
    counts = Counter(word for text in [*texts, *[PREFIX] * sentences] for word, _ in cutter.pre_tokenize_str(text))
    vocab = [(special, 0.0) for special in SPECIAL]
    vocab += [(word, math.log(count / counts.total())) for word, count in counts.most_common(WORDS)]
    vocab += [(piece, score - MALUS) for piece, score in fragments(list(counts)) if piece not in dict(vocab)]
    vocab += [(f"<extra_id_{number}>", 0.0) for number in reversed(range(EXTRA_IDS))]
    return T5Tokenizer(vocab=vocab, extra_ids=EXTRA_IDS, model_max_length=512)


def fragments(words: list[str]) -> list[tuple[str, float]]:
    """Characters and frequent parts of words, with their log-probabilities."""
    unigram = Tokenizer(models.Unigram())
    trainer = trainers.UnigramTrainer(vocab_size=FRAGMENTS, initial_alphabet=list(ALPHABET), show_progress=False)
    unigram.train_from_iterator(words, trainer)
    return [tuple(entry) for entry in json.loads(unigram.to_str())["model"]["vocab"]]


def build_model(tokenizer: T5Tokenizer) -> T5ForConditionalGeneration:
    """A small T5 with random weights, and the configuration that `google-t5/t5-small` has for this task."""
    config = T5Config(
        vocab_size=len(tokenizer), d_model=128, d_kv=32, d_ff=512, num_heads=4, num_layers=2, num_decoder_layers=2,
        dropout_rate=0.0, feed_forward_proj="relu", decoder_start_token_id=0,
        task_specific_params={"translation_en_to_fr": {"prefix": PREFIX, "max_length": 64}},
    )  # fmt: skip
    config._attn_implementation = "eager"  # the only one that returns its attention weights
    model = T5ForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, max_new_tokens=64
    )
    return model


def encode(pairs: list[Pair], tokenizer: T5Tokenizer) -> list[Row]:
    """Token numbers of each sentence and of its translation, and where their known words are."""
    sources = tokenizer([PREFIX + pair.english for pair in pairs])
    targets = tokenizer([pair.french for pair in pairs])
    rows = []
    for index, pair in enumerate(pairs):
        links = [find_link(*words, pair, sources[index], targets[index]) for words in pair.links]
        rows.append((sources["input_ids"][index], targets["input_ids"][index], [link for link in links if link]))
    return rows


def find_link(word: str, mot: str, pair: Pair, source: Encoding, target: Encoding) -> Link | None:
    """Token positions of two words that translate each other; None unless each stands once in its sentence."""
    english = [match.span() for match in re.finditer(rf"\b{word}\b", pair.english, re.IGNORECASE)]
    french = [match.span() for match in re.finditer(rf"\b{mot}\b", pair.french, re.IGNORECASE)]
    if len(english) != 1 or len(french) != 1:
        return None
    start, end = (place + len(PREFIX) for place in english[0])
    return target.char_to_token(french[0][0]), source.char_to_token(start), source.char_to_token(end - 1)


def pad(sequences: list[list[int]], filler: int) -> torch.Tensor:
    """Sequences filled up on the right, of shape (number, length of the longest)."""
    longest = max(map(len, sequences))
    return torch.tensor([ids + [filler] * (longest - len(ids)) for ids in sequences])


def batches(tokenizer: T5Tokenizer, seed: int = 0) -> Iterator[list[Row]]:
    """An endless stream of training batches, each of sentences of about one length."""
    stream, rng = linked_pairs(seed, "train"), Random(seed)
    while True:
        rows = sorted(encode(list(islice(stream, POOL * BATCH)), tokenizer), key=lambda row: len(row[0]))
        yield from rng.sample([rows[start : start + BATCH] for start in range(0, len(rows), BATCH)], POOL)


def run(model: T5ForConditionalGeneration, rows: list[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Translation loss, and attention on the right word for every link: per layer, mean of heads, mass and hit.

    Mass and hit have the shape (layers, links); a hit is 1 where the strongest attention falls on the English word.
    """
    ids, labels = pad([row[0] for row in rows], 0), pad([row[1] for row in rows], -100)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels, output_attentions=True)
    loss = cross_entropy(output.logits.flatten(0, 1).float(), labels.flatten())
    found = [(index, *link) for index, row in enumerate(rows) for link in row[2]]
    sentence, place, first, last = torch.tensor(found).T
    # Row i of the cross-attention belongs to the step that predicts French token i.
    attention = torch.stack([layer.float().mean(1)[sentence, place] for layer in output.cross_attentions])
    inside = torch.arange(ids.shape[1])
    inside = (inside >= first[:, None]) & (inside <= last[:, None])
    strongest = attention.argmax(-1)
    return loss, (attention * inside).sum(-1), ((strongest >= first) & (strongest <= last)).float()


@torch.no_grad()
def translate(model: T5ForConditionalGeneration, tokenizer: T5Tokenizer, texts: list[str]) -> list[str]:
    """Greedy translations."""
    inputs = tokenizer([PREFIX + text for text in texts], return_tensors="pt", padding=True)
    return tokenizer.batch_decode(model.generate(**inputs, do_sample=False), skip_special_tokens=True)


@torch.no_grad()
def measure(model: T5ForConditionalGeneration, tokenizer: T5Tokenizer, split: str, number: int) -> dict:
    """Share of sentences translated word for word, some mistakes, and share of aligned words for each decoder layer."""
    model.eval()
    pairs = list(islice(linked_pairs(2, split), number))
    replies = translate(model, tokenizer, [pair.english for pair in pairs])
    wrong = [[pair.english, reply] for pair, reply in zip(pairs, replies, strict=True) if reply != pair.french]
    hits = run(model, encode(pairs, tokenizer))[2].mean(1).tolist()
    model.train()
    return {"exact": (number - len(wrong)) / number, "aligned_by_layer": hits, "mistakes": wrong[:8]}


def train(steps: int, out: Path) -> None:
    """Train on `steps` batches, measure on sentences whose combinations training never saw, save in `out`."""
    torch.manual_seed(0)
    started, tokens, losses = time.time(), 0, []
    tokenizer = train_tokenizer(60_000)
    model = build_model(tokenizer).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.01, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, steps)
    for step, rows in enumerate(islice(batches(tokenizer), steps), start=1):
        loss, mass, _ = run(model, rows)
        (loss - ALIGNMENT_WEIGHT * (mass[-1] + 1e-4).log().mean()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        tokens += sum(len(row[0]) + len(row[1]) for row in rows)
        losses.append(loss.item())
        if step % 500 == 0:
            print(f"step {step}: loss {sum(losses[-500:]) / 500:.3f}, {time.time() - started:.0f} s", flush=True)
        if step % 2000 == 0:
            print(f"step {step}: exact {measure(model, tokenizer, 'validation', 200)['exact']:.3f}", flush=True)
    seen = {"sentences_seen": steps * BATCH, "tokens_seen": tokens, "seconds": round(time.time() - started)}
    result = measure(model, tokenizer, "test", TEST_SENTENCES)
    out.mkdir(parents=True, exist_ok=True)
    save_miniature(model, tokenizer, out)
    known = {"pieces": len(tokenizer), "test_sentences": TEST_SENTENCES, "aligned": max(result["aligned_by_layer"])}
    write_measures(seen | known | result, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--out", type=Path, default=BUILD / "t5")
    torch.set_num_threads(1)
    arguments = parser.parse_args()
    train(arguments.steps, arguments.out)
