"""Fine-tuning LayoutLMv3 on invoices: the recipe people copy against that of lesson 11; same model, pages and updates.

python benchmarks/documents.py            prints the ratios
python benchmarks/documents.py copied 42  one run with this seed, one JSON line (so does `ours`)

Both make as many updates with as many pages each, preparation included, and are measured by entity F1 on the pages of
other suppliers. `copied`: `map` decodes and resizes every page and writes its pixels as floats (`Array3D`) beside
tokens padded to 512, in float32, with the default collator; what does not fit in 512 tokens is lost. `ours`: `map`
writes pages of the model's size once, as JPEG, and all the windows at their own length; batches hold windows of like
length, padded to the longest; bfloat16 where the device is good at it. On a GPU, pages per second are told as well.
"""

import io
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from common import alternate, report

CHECKPOINT = "microsoft/layoutlmv3-base"
UPDATES, BATCH, RATE, LONGEST = 150, 4, 1e-3, 512


def copied(pages: list, processor: Any, label2id: dict[str, int], cache: str) -> Any:
    """The pages as most notebooks prepare them."""
    from datasets import Array2D, Array3D, Dataset, Features, List, Value

    numbers = {"words": [[word.text for word in page.words] for page in pages], "boxes": [page.boxes for page in pages]}
    rows = Dataset.from_dict(
        numbers
        | {
            "image": [str(page.path) for page in pages],
            "labels": [[label2id[label] for label in page.labels] for page in pages],
        }
    )
    size = processor.image_processor.size
    features = Features(
        {
            "pixel_values": Array3D((3, size["height"], size["width"]), "float32"), "input_ids": List(Value("int64")),
            "attention_mask": List(Value("int64")), "bbox": Array2D((LONGEST, 4), "int64"),
            "labels": List(Value("int64")),
        }
    )  # fmt: skip

    def prepare(batch: dict) -> dict:
        images = [Image.open(path).convert("RGB") for path in batch["image"]]
        return dict(
            processor(
                images, batch["words"], boxes=batch["boxes"], word_labels=batch["labels"], truncation=True,
                padding="max_length", max_length=LONGEST,
            )
        )  # fmt: skip

    options = {"batched": True, "batch_size": 100, "remove_columns": rows.column_names, "features": features}
    return rows.map(prepare, **options, cache_file_name=cache).with_format("torch")


def ours(pages: list, processor: Any, label2id: dict[str, int], cache: str) -> Any:
    """The windows of lesson 11, one a row, each with its page as a JPEG of the model's size."""
    from datasets import Dataset

    from helpers.documents.encode import encode_page

    size = (processor.image_processor.size["width"], processor.image_processor.size["height"])
    names = ("input_ids", "attention_mask", "bbox", "labels")

    def prepare(batch: dict) -> dict:
        page, stream = pages[batch["page"][0]], io.BytesIO()
        with Image.open(page.path) as image:
            image.draft("RGB", (2 * size[0], 2 * size[1]))  # a JPEG is decoded at the nearest fraction above
            image.convert("RGB").resize(size, Image.Resampling.BILINEAR).save(stream, "JPEG", quality=90)
        windows = encode_page(processor, [w.text for w in page.words], page.boxes, None, page.labels, label2id)
        columns = {name: [window[name] for window in windows] for name in names}
        lengths = [len(ids) for ids in columns["input_ids"]]
        return columns | {"length": lengths, "image": [stream.getvalue()] * len(windows)}

    ranks = Dataset.from_dict({"page": list(range(len(pages)))})
    return ranks.map(prepare, batched=True, batch_size=1, remove_columns="page", cache_file_name=cache)


def with_pixels(row: dict[str, Any]) -> dict[str, Any]:
    """A window with the pixels of its page (3, height, width), −1 to 1, instead of its JPEG."""
    pixels = np.asarray(Image.open(io.BytesIO(row["image"])), np.float32).transpose(2, 0, 1)
    return row | {"pixel_values": pixels / 127.5 - 1}


def run(recipe: str, seed: int) -> dict[str, float]:
    """Seconds in all, entity F1 on other suppliers, megabytes on disk, pages per second while training."""
    import helpers

    atelier = helpers.start(seed)
    import torch
    import transformers
    from datasets import disable_caching
    from transformers import (
        AutoModelForTokenClassification,
        LayoutLMv3Processor,
        Trainer,
        TrainingArguments,
        default_data_collator,
    )

    from helpers import documents, ner
    from helpers.documents.encode import Collator
    from helpers.documents.predict import best_labels, word_scores
    from helpers.labelstudio import Report
    from helpers.ner.corpus import assign
    from helpers.ner.scores import evaluate

    transformers.logging.set_verbosity_error()
    disable_caching()  # nothing of an earlier run is found
    folder = atelier.data / "images" / "factures"
    export = atelier.data / "labelstudio" / "factures" / "export.json"
    pages = list(documents.read_pages(export, folder, documents.read_words(folder / "mots.parquet"), Report()))
    sides = assign(Counter(page.supplier for page in pages), (0.65, 0.15, 0.2), seed=42)
    train, test = ([page for page in pages if sides[page.supplier] == side] for side in ("train", "test"))
    classes = [name for name in documents.CLASSES if name != documents.OTHER]
    names = ner.label_list(classes)
    id2label, label2id = dict(enumerate(names)), {name: number for number, name in enumerate(names)}
    processor = LayoutLMv3Processor.from_pretrained(CHECKPOINT, apply_ocr=False)
    bf16 = recipe == "ours" and helpers.device().dtype == torch.bfloat16
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        dataset = {"copied": copied, "ours": ours}[recipe](train, processor, label2id, f"{out}/pages.arrow")
        pad = Collator(processor.tokenizer.pad_token_id)
        model = AutoModelForTokenClassification.from_pretrained(CHECKPOINT, id2label=id2label, label2id=label2id)
        arguments = TrainingArguments(
            out, max_steps=UPDATES, per_device_train_batch_size=BATCH, learning_rate=RATE, warmup_steps=0.1,
            save_strategy="no", report_to="none", disable_tqdm=True, logging_strategy="no",
            use_cpu=helpers.device().type == "cpu", remove_unused_columns=False, seed=seed, bf16=bf16,
            train_sampling_strategy="group_by_length" if recipe == "ours" else "random",
        )  # fmt: skip
        trainer = Trainer(
            model, arguments, train_dataset=dataset,
            data_collator=default_data_collator if recipe == "copied" else lambda rows: pad([*map(with_pixels, rows)]),
        )  # fmt: skip
        training = time.perf_counter()
        trainer.train()
        ended = time.perf_counter()
        taken = Path(out, "pages.arrow").stat().st_size
    guess = word_scores(trainer.model, processor, [(page.open(), page.words) for page in test])
    results = evaluate(
        [page.labels for page in test],
        [best_labels(page.words, one, id2label)[0] for page, one in zip(test, guess, strict=True)],
        classes,
    )
    return {
        "seconds": ended - started, "f1": results["entity"]["f1"], "disk_mb": taken / 1e6,
        "pages_per_second": UPDATES * BATCH / (ended - training),
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
    else:
        runs = alternate(Path(__file__), ("copied", "ours"))
        report("LayoutLMv3 fine-tuning", runs, cost="seconds")
        report("LayoutLMv3 fine-tuning", runs, cost="disk_mb")
