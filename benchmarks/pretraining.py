"""Pretraining by masking: the recipe people copy against that of lesson 13; same model, corpus and number of updates.

python benchmarks/pretraining.py            prints the ratio
python benchmarks/pretraining.py copied 42  one run with this seed, one JSON line (so does `ours`)

A useful token is one of the text, neither padding nor cut off. Copied: one turn of speech a row, truncated and padded
to 128 places, which leaves more than half of them empty (the model's own 512 would leave nine in ten empty); the
Trainer's batches of 8 rows, float32, scores for every place, 15 % of the tokens hidden. Ours: the text laid end to end
and cut into blocks of 64 without a gap, 16 to a batch, hence the same 1,024 places an update; bfloat16 where the device
is good at it, the attention that is fastest there, scores of the hidden tokens only, of which there are 30 %.

Both start from the same random weights, with the same learning rate, and are asked the same hidden tokens of
interviews whose speakers they have not read.
"""

import json
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

from common import alternate, report

STEPS, BLOCK, ROW = 200, 64, 128
Turns = list[str]


def run(recipe: str, seed: int) -> dict[str, float]:
    """Microseconds per useful token, their number per second and share of all places, and held-out perplexity."""
    import helpers

    atelier = helpers.start(seed)
    import torch
    from datasets import Dataset
    from transformers import (
        AutoModelForMaskedLM,
        AutoTokenizer,
        DataCollatorForLanguageModeling,
        Trainer,
        TrainingArguments,
    )

    ours = recipe == "ours"
    train, held_out = split_turns(atelier.data / "corpus" / "entretiens.txt")
    roberta = AutoTokenizer.from_pretrained("FacebookAI/roberta-base")
    tokenizer = roberta.train_new_from_iterator(train, vocab_size=2000, show_progress=False)
    rows = packed(tokenizer, train) if ours else padded(tokenizer, train)
    attention = {"attn_implementation": "eager"} if ours and atelier.device == "cpu" else {}
    model = AutoModelForMaskedLM.from_config(small_config(tokenizer, sparse_prediction=ours), **attention)
    better = {
        "per_device_train_batch_size": 16,
        "use_cpu": atelier.device == "cpu",
        "bf16": helpers.device().dtype == torch.bfloat16,
    }
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, max_steps=STEPS, learning_rate=4e-3, warmup_steps=0.1, save_strategy="no", report_to="none",
            logging_strategy="no", disable_tqdm=True, seed=seed, **(better if ours else {}),
        )  # fmt: skip
        collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.3 if ours else 0.15)
        trainer = Trainer(model, arguments, collator, Dataset.from_dict(rows))
        seconds = trainer.train().metrics["train_runtime"]
    useful = sum(map(sum, rows["attention_mask"]))
    return {
        "microseconds_per_useful_token": 1e6 * seconds / (useful * trainer.state.epoch),
        "useful_tokens_per_second": useful * trainer.state.epoch / seconds,
        "useful_share": useful / (len(rows["input_ids"]) * (BLOCK if ours else ROW)),
        "perplexity": perplexity(model, tokenizer, held_out),
    }


def split_turns(path: Path) -> tuple[Turns, Turns]:
    """Turns of speech without the speakers' names; the last six interviews are held out, as in the lesson."""
    interviews = path.read_text(encoding="utf-8").strip().split("\n\n")
    turns = [[line.split(" : ", 1)[1] for line in interview.splitlines()] for interview in interviews]
    return list(chain.from_iterable(turns[:-6])), list(chain.from_iterable(turns[-6:]))


def padded(tokenizer: Any, turns: Turns) -> dict[str, list[list[int]]]:
    """One row per turn, truncated or padded to the length of a row."""
    return dict(tokenizer(turns, truncation=True, padding="max_length", max_length=ROW))


def packed(tokenizer: Any, turns: Turns) -> dict[str, list[list[int]]]:
    """The turns end to end, cut into blocks; the last may be shorter, no token is lost."""
    stream = list(chain.from_iterable(tokenizer(turns)["input_ids"]))
    blocks = [stream[start : start + BLOCK] for start in range(0, len(stream), BLOCK)]
    return {"input_ids": blocks, "attention_mask": [[1] * len(block) for block in blocks]}


def small_config(tokenizer: Any, sparse_prediction: bool) -> Any:
    """The lesson's configuration, with scores for all places or for the hidden tokens only."""
    from transformers import ModernBertConfig

    return ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        local_attention=8,
        initializer_range=0.06,
        sparse_prediction=sparse_prediction,
        **{f"{role}_token_id": getattr(tokenizer, f"{role}_token_id") for role in ("pad", "bos", "eos", "cls", "sep")},
    )


def perplexity(model: Any, tokenizer: Any, turns: Turns) -> float:
    """Exponential of the mean loss of 15 % of the tokens, all masked, always the same ones."""
    import torch
    from transformers import DataCollatorForLanguageModeling

    hide = DataCollatorForLanguageModeling(tokenizer, mask_replace_prob=1.0, random_replace_prob=0.0, seed=0)
    batch = hide([{"input_ids": block} for block in packed(tokenizer, turns)["input_ids"]])
    batch = {name: tensor.to(model.device) for name, tensor in batch.items()}
    labels = batch.pop("labels")
    with torch.no_grad():
        logits = model.eval()(**batch).logits[labels != -100].float()
    return torch.nn.functional.cross_entropy(logits, labels[labels != -100]).exp().item()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
    else:
        report("Masked pretraining", alternate(Path(__file__), ("copied", "ours")), "microseconds_per_useful_token")
