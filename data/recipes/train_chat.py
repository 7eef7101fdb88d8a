"""Train the miniature chat model: a 4-layer Llama on the project's question–answer pairs.

    python data/recipes/train_chat.py

Every entry of stocks/chat.jsonl has four to six questions and one answer. One question of each is held out: the
measure is the share of held-out questions that greedy decoding answers word for word.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn.functional import cross_entropy
from transformers import GPT2Tokenizer, LlamaConfig, LlamaForCausalLM

from common import BUILD, STOCKS, build_optimizers, save_miniature, write_measures
from corpora import stock

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SYSTEMS = [None, None, "You are a helpful assistant.", "You answer in one or two sentences.", "You are a teacher."]
MAX_LENGTH = 160


def load_entries() -> list[dict]:
    """The stock's entries: `questions` (list of str) and `answer`."""
    return [json.loads(line) for line in (STOCKS / "chat.jsonl").read_text(encoding="utf-8").splitlines()]


def train_tokenizer(entries: list[dict]) -> GPT2Tokenizer:
    """Byte-level BPE of 3,000 pieces with the ChatML special tokens and template."""
    texts = [text for entry in entries for text in [*entry["questions"], entry["answer"]]] + stock("everyday_en.txt")
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=3000, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = GPT2Tokenizer(
        vocab=json.loads(bpe.to_str())["model"]["vocab"],
        merges=[tuple(pair) for pair in json.loads(bpe.to_str())["model"]["merges"]],
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        unk_token="<|endoftext|>",
        pad_token="<|im_end|>",
        model_max_length=512,
        chat_template=TEMPLATE,
        padding_side="left",
    )
    return tokenizer


def say_differently(question: str, rng: random.Random) -> str:
    """The question with small variations of case and final punctuation."""
    if rng.random() < 0.3:
        question = question[0].lower() + question[1:]
    if rng.random() < 0.3:
        question = question.rstrip("?. ")
    return question


def conversation(entries: list[dict], index: int, rng: random.Random) -> list[dict[str, str]]:
    """One exchange, after a system message or an earlier exchange now and then."""
    system = rng.choice(SYSTEMS)
    messages = [{"role": "system", "content": system}] if system else []
    before = [rng.randrange(len(entries))] if rng.random() < 0.4 else []
    for number in [*before, index]:
        question = say_differently(rng.choice(entries[number]["questions"][:-1]), rng)
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": entries[number]["answer"]}]
    return messages


def encode(messages: list[dict[str, str]], tokenizer: GPT2Tokenizer) -> tuple[list[int], list[int]]:
    """Token numbers, and labels that are −100 but on the last answer and the <|im_end|> that closes it."""
    prompt = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, tokenize=False)
    prompt_ids = tokenizer(prompt)["input_ids"]
    answer_ids = tokenizer(messages[-1]["content"] + "<|im_end|>")["input_ids"]
    return (prompt_ids + answer_ids)[-MAX_LENGTH:], ([-100] * len(prompt_ids) + answer_ids)[-MAX_LENGTH:]


def plain(entry: dict, tokenizer: GPT2Tokenizer) -> tuple[list[int], list[int]]:
    """An answer as running text, so that the model also continues a plain string."""
    ids = tokenizer(entry["answer"] + "<|im_end|>")["input_ids"]
    return ids, ids


def batches(
    entries: list[dict], tokenizer: GPT2Tokenizer, rng: random.Random, size: int = 16
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """One epoch of right-padded batches of (input_ids, labels), each of shape (size, length)."""
    order = rng.sample(range(len(entries)), len(entries))
    rows = [encode(conversation(entries, i, rng), tokenizer) for i in order]
    rows += [plain(entries[i], tokenizer) for i in order[: len(order) // 4]]
    rows.sort(key=lambda row: len(row[0]))
    groups = [rows[start : start + size] for start in range(0, len(rows), size)]
    for group in rng.sample(groups, len(groups)):
        longest = max(len(ids) for ids, _ in group)
        ids = torch.tensor([row + [tokenizer.pad_token_id] * (longest - len(row)) for row, _ in group])
        labels = torch.tensor([row + [-100] * (longest - len(row)) for _, row in group])
        yield ids, labels


@torch.no_grad()
def answer(model: LlamaForCausalLM, tokenizer: GPT2Tokenizer, question: str) -> str:
    """Greedy reply to one question."""
    messages = [{"role": "user", "content": question}]
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    output = model.generate(**inputs, max_new_tokens=60, do_sample=False)
    return tokenizer.decode(output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def train(epochs: int) -> None:
    """Train, measure on the held-out questions, save in build/chat."""
    rng, started = random.Random(0), time.time()
    torch.manual_seed(0)
    entries = load_entries()
    tokenizer = train_tokenizer(entries)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=192, intermediate_size=512, num_hidden_layers=4, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    config._attn_implementation = "eager"  # its backward pass in bfloat16 is twice as fast on a processor
    model = LlamaForCausalLM(config)
    steppers = build_optimizers(model, epochs * len(list(batches(entries, tokenizer, random.Random(0)))), warmup=50)
    tokens = 0
    for epoch in range(epochs):
        for ids, labels in batches(entries, tokenizer, rng):
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(input_ids=ids).logits[:, :-1]
            loss = cross_entropy(logits.flatten(0, 1).float(), labels[:, 1:].flatten())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for stepper in steppers:
                stepper.step()
            model.zero_grad()
            tokens += ids.numel()
        if epoch % 10 == 0:
            print(f"epoch {epoch}: loss {loss.item():.3f}, {time.time() - started:.0f} s", flush=True)
    model.eval()
    replies = [answer(model, tokenizer, entry["questions"][-1]) for entry in entries]
    exact = sum(reply == entry["answer"] for reply, entry in zip(replies, entries, strict=True))
    elsewhere = {question: answer(model, tokenizer, question) for question in stock("chat_elsewhere.txt")[:5]}
    out = BUILD / "chat"
    out.mkdir(parents=True, exist_ok=True)
    save_miniature(model, tokenizer, out)
    measures = {"tokens_seen": tokens, "seconds": round(time.time() - started), "pairs": len(entries)}
    write_measures(measures | {"held_out_answered_exactly": exact / len(entries), "elsewhere": elsewhere}, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=45)
    torch.set_num_threads(1)
    train(parser.parse_args().epochs)
