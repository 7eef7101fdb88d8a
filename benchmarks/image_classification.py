"""Fine-tuning a ViT on dishes: the recipes people copy against that of lesson 08; same model, pictures and epochs.

python benchmarks/image_classification.py           prints the ratios
python benchmarks/image_classification.py every 42  one run with this seed, one JSON line (so do `floats` and `ours`)

All train two epochs on the same pictures and are measured on the same others. The pictures are those of lesson 08,
enlarged to the size of the original Food-101 (512 pixels on the longer side), since small ones cost little to decode.
`every`: each picture is decoded, resized and normalised in the main process each time it is read, in float32.
`floats`: `map` writes all pixels to disk once, as floats. `ours`: `map` writes pictures of the model's size once, as
JPEG, and lets the decoder skip the detail that this size has no use for; reading decodes few pixels and normalises a
batch at once; bfloat16 where the device is good at it, and there on a processor the attention written out, whose
backward pass is twice as fast as that of the fused kernel. Seconds per epoch, the preparation spread over the epochs.
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from common import alternate, report

CHECKPOINT = "google/vit-base-patch16-224-in21k"
EPOCHS, BATCH = 2, 32
LONGER_SIDE, QUALITY = 512, 90


def as_jpeg(image: Image.Image, size: tuple[int, int]) -> dict[str, Any]:
    """The picture in `size` (width, height), as a row of an image column."""
    stream = io.BytesIO()
    image.convert("RGB").resize(size, Image.Resampling.BILINEAR).save(stream, "JPEG", quality=QUALITY)
    return {"bytes": stream.getvalue(), "path": None}


def enlarge(row: dict) -> dict:
    """A `map` function: the longer side as in the original data set."""
    image = row["image"]
    scale = LONGER_SIDE / max(image.size)
    return {"image": as_jpeg(image, (round(image.width * scale), round(image.height * scale)))}


def small_jpeg(size: tuple[int, int]) -> Callable[[dict], dict]:
    """A `map` function over undecoded pictures that stores them in `size` (width, height) as JPEG."""

    def shrink(row: dict) -> dict:
        image = Image.open(io.BytesIO(row["image"]["bytes"]))
        image.draft("RGB", (2 * size[0], 2 * size[1]))  # a JPEG is decoded at the nearest fraction above
        return {"image": as_jpeg(image, size)}

    return shrink


def prepared(recipe: str, splits: dict[str, Any], processor: Any) -> tuple[dict[str, Any], int]:
    """The splits as a recipe feeds them to Trainer, and the bytes that its cache takes on disk."""
    import numpy as np
    import torch
    from datasets import Image as ImageFeature

    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (processor.image_mean, processor.image_std))

    def process(batch: dict) -> dict:
        images = [image.convert("RGB") for image in batch["image"]]
        return {"pixel_values": processor(images, return_tensors="pt")["pixel_values"], "label": batch["label"]}

    def normalise(batch: dict) -> dict:
        pixels = torch.from_numpy(np.stack([np.asarray(image) for image in batch["image"]])).permute(0, 3, 1, 2)
        return {"pixel_values": (pixels / 255 - mean) / std, "label": batch["label"]}

    if recipe == "every":
        return {name: split.with_transform(process) for name, split in splits.items()}, 0
    if recipe == "floats":
        mapped = {
            name: split.map(process, batched=True, batch_size=100, remove_columns="image").with_format("torch")
            for name, split in splits.items()
        }
    else:
        shrink = small_jpeg((processor.size["width"], processor.size["height"]))
        mapped = {
            name: split.cast_column("image", ImageFeature(decode=False))
            .map(shrink)
            .cast_column("image", ImageFeature())
            for name, split in splits.items()
        }
    taken = sum(Path(file["filename"]).stat().st_size for split in mapped.values() for file in split.cache_files)
    if recipe == "ours":
        mapped = {name: split.with_transform(normalise) for name, split in mapped.items()}
    return mapped, taken


def run(recipe: str, seed: int) -> dict[str, float]:
    """Seconds per epoch, accuracy at the end, and megabytes of cache."""
    import helpers

    helpers.start(seed)
    import torch
    import transformers
    from datasets import disable_caching, load_dataset
    from transformers import AutoImageProcessor, AutoModelForImageClassification, Trainer, TrainingArguments

    from helpers.metrics import Accuracy, compute_metrics

    transformers.logging.set_verbosity_error()
    disable_caching()  # nothing of an earlier run is found
    splits = {name: load_dataset("ethz/food101", split=name).map(enlarge) for name in ("train", "validation")}
    originals = sum(Path(file["filename"]).stat().st_size for split in splits.values() for file in split.cache_files)
    n_classes = splits["train"].features["label"].num_classes
    processor = AutoImageProcessor.from_pretrained(CHECKPOINT)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        ready, taken = prepared(recipe, splits, processor)
        on_cpu = helpers.device().type == "cpu"
        bf16 = recipe == "ours" and helpers.device().dtype == torch.bfloat16
        arguments = TrainingArguments(
            folder, num_train_epochs=EPOCHS, per_device_train_batch_size=BATCH, per_device_eval_batch_size=BATCH,
            learning_rate=1e-3, warmup_steps=0.1, eval_strategy="epoch", save_strategy="no", report_to="none",
            disable_tqdm=True, logging_strategy="no", use_cpu=on_cpu,
            remove_unused_columns=False, seed=seed, bf16=bf16,
        )  # fmt: skip
        model = AutoModelForImageClassification.from_pretrained(
            CHECKPOINT, num_labels=n_classes, attn_implementation="eager" if bf16 and on_cpu else None
        )
        trainer = Trainer(
            model, arguments, train_dataset=ready["train"], eval_dataset=ready["validation"],
            compute_metrics=compute_metrics(Accuracy()),
        )  # fmt: skip
        trainer.train()
        seconds = (time.perf_counter() - started) / EPOCHS
    accuracy = [row["eval_accuracy"] for row in trainer.state.log_history if "eval_accuracy" in row][-1]
    return {"seconds_per_epoch": seconds, "accuracy": accuracy, "cache_mb": taken / 1e6, "jpegs_mb": originals / 1e6}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
    else:
        for copied in ("every", "floats"):
            report("Image fine-tuning", alternate(Path(__file__), (copied, "ours")), cost="seconds_per_epoch")
