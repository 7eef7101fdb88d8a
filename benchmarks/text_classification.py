"""Fine-tuning on SST-2: the recipe people copy against that of lesson 06; same model, examples and updates.

python benchmarks/text_classification.py            prints the ratio
python benchmarks/text_classification.py copied 42  one run with this seed, one JSON line (so does `ours`)

Both see the same 64 × 32 examples of the training split and are measured on the validation split, four times on the
way, as in the lesson. Copied: every sentence padded to the longest of the set, random order, float32, evaluation in
the default batches of 8. Ours: batches padded to their own longest, a multiple of 8, sentences of like length
together, bfloat16 where the device is good at it, evaluation in batches of 64.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from common import alternate, report

CHECKPOINT = "google-bert/bert-base-uncased"
STEPS, BATCH = 64, 32


def run(recipe: str, seed: int) -> dict[str, float]:
    """Seconds of training with its evaluations, and the accuracy at its end."""
    import helpers

    helpers.start(seed)
    import torch
    import transformers
    from datasets import load_dataset
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        default_data_collator,
    )

    from helpers.metrics import Accuracy, compute_metrics

    transformers.logging.set_verbosity_error()
    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    sst2 = load_dataset("nyu-mll/glue", "sst2")
    train = sst2["train"].shuffle(seed=seed).select(range(STEPS * BATCH))
    splits = {"train": train, "validation": sst2["validation"]}
    ours = recipe == "ours"
    longest = max(len(ids) for ids in tokenizer(train["sentence"][:] + sst2["validation"]["sentence"][:])["input_ids"])
    padding = {} if ours else {"padding": "max_length", "max_length": longest}

    def encode(batch: dict) -> dict:
        return tokenizer(batch["sentence"], truncation=True, **padding)

    better = {
        "train_sampling_strategy": "group_by_length",
        "use_cpu": helpers.device().type == "cpu",
        "bf16": helpers.device().dtype == torch.bfloat16,
        "per_device_eval_batch_size": 64,
    }
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder, max_steps=STEPS, per_device_train_batch_size=BATCH, learning_rate=2e-4, warmup_steps=0.1,
            eval_strategy="steps", eval_steps=STEPS // 4, save_strategy="no", report_to="none", disable_tqdm=True,
            logging_strategy="no", seed=seed, **(better if ours else {}),
        )  # fmt: skip
        encoded = {name: split.map(encode, batched=True) for name, split in splits.items()}
        trainer = Trainer(
            AutoModelForSequenceClassification.from_pretrained(CHECKPOINT, num_labels=2),
            arguments,
            train_dataset=encoded["train"],
            eval_dataset=encoded["validation"],
            data_collator=DataCollatorWithPadding(tokenizer, pad_to_multiple_of=8) if ours else default_data_collator,
            processing_class=tokenizer,
            compute_metrics=compute_metrics(Accuracy()),
        )
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
    accuracy = [row["eval_accuracy"] for row in trainer.state.log_history if "eval_accuracy" in row][-1]
    return {"seconds": seconds, "accuracy": accuracy}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
    else:
        report("SST-2 fine-tuning", alternate(Path(__file__), ("copied", "ours")), cost="seconds")
