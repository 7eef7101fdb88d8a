"""Lessons run unchanged on a mirror whose models have other sizes and vocabularies, and whose data sets differ."""

import io
import re
import shutil

import pytest
from datasets import ClassLabel, Dataset, Features, load_dataset
from datasets import Image as ImageFeature
from nbclient import NotebookClient
from PIL import Image
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForImageClassification,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertForPreTraining,
    LayoutLMv3ImageProcessorPil,
    LayoutLMv3Processor,
)

from helpers.hub import data_folder, write_manifest
from helpers.needed import NEEDED_DATASETS, NEEDED_MODELS
from lessons import from_markdown, lessons

EMBEDDED = data_folder() / "hub"
# Sizes that no miniature of the embedded hub has.
SIZES = {
    "bert": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "intermediate_size": 96},
    "distilbert": {"dim": 48, "n_layers": 2, "n_heads": 3, "hidden_dim": 96},
    "layoutlmv3": {"hidden_size": 48, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 96,
                   "coordinate_size": 6, "shape_size": 12, "input_size": 64, "has_relative_attention_bias": True,
                   "has_spatial_attention_bias": True},
    "llama": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "num_key_value_heads": 3,
              "intermediate_size": 96, "head_dim": 16},
    "roberta": {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 96},
    "vit": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "intermediate_size": 96,
            "image_size": 64, "patch_size": 8},
}  # fmt: skip
HEADS = {
    "FacebookAI/roberta-base": AutoModelForMaskedLM,
    "distilbert/distilbert-base-multilingual-cased": AutoModelForMaskedLM,
    "Davlan/distilbert-base-multilingual-cased-ner-hrl": AutoModelForTokenClassification,
    "distilbert/distilbert-base-uncased-finetuned-sst-2-english": AutoModelForSequenceClassification,
    "HuggingFaceTB/SmolLM2-360M-Instruct": AutoModelForCausalLM,
    "google/vit-base-patch16-224": AutoModelForImageClassification,
    "google/vit-base-patch16-224-in21k": AutoModel,
    "microsoft/layoutlmv3-base": AutoModel,
}
READERS = set().union(*NEEDED_MODELS.values(), *NEEDED_DATASETS.values())  # lesson 10 loads nothing from a hub
MODES = ("RGB", "L", "P", "RGBA", "LA", "1", "CMYK")


def other_model(name, folder):
    """A model of the same architecture with other sizes and another vocabulary, not trained."""
    source = EMBEDDED / "models" / name
    if "t5" in name:  # one that is not trained says nothing, and there would be no attention to draw
        shutil.copytree(source, folder)
        return
    config = AutoConfig.from_pretrained(source)
    config.update(SIZES[config.model_type])
    if config.model_type == "vit":
        AutoImageProcessor.from_pretrained(source, size={"height": 64, "width": 64}).save_pretrained(folder)
    else:
        tokenizer = AutoTokenizer.from_pretrained(source)
        files = str(EMBEDDED / "datasets/*/*/sst2/train-*")
        texts = load_dataset("parquet", data_files=files, split="train")["sentence"][:]
        tokenizer = tokenizer.train_new_from_iterator(texts, vocab_size=1200)
        config.update({"vocab_size": len(tokenizer)})
        for role in ("pad", "bos", "eos"):
            setattr(config, f"{role}_token_id", getattr(tokenizer, f"{role}_token_id"))
        tokenizer.save_pretrained(folder)
    if config.model_type == "layoutlmv3":
        size = {"height": 64, "width": 64}
        LayoutLMv3Processor(LayoutLMv3ImageProcessorPil(size=size, apply_ocr=False), tokenizer).save_pretrained(folder)
    model = BertForPreTraining(config) if config.model_type == "bert" else HEADS[name].from_config(config)
    model.save_pretrained(folder)
    shutil.copy(source / "README.md", folder)


def other_dataset(name, folder):
    """Every split in another order, under the same card; other pictures for the dishes."""
    source = EMBEDDED / "datasets" / name
    folder.mkdir(parents=True)
    shutil.copy(source / "README.md", folder)
    if name == "ethz/food101":
        other_pictures(folder / "data")
        return
    for file in source.rglob("*.parquet"):
        target = folder / file.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        load_dataset("parquet", data_files=str(file), split="train").shuffle(seed=1).to_parquet(str(target))


def other_pictures(folder):
    """Seven classes, as many modes, other sizes, some GIFs; like the original, ordered by class."""
    folder.mkdir()
    features = Features({"image": ImageFeature(), "label": ClassLabel(names=[f"plat_{mode}" for mode in MODES])})
    for split, per_class in (("train", 20), ("validation", 6)):
        rows = []
        for label, mode in enumerate(MODES):
            for rank in range(per_class):
                stream = io.BytesIO()
                picture = Image.new(mode, (30 + 7 * rank, 250 - 11 * rank))
                kind = {"CMYK": "JPEG", "P": "GIF"}.get(mode, "PNG")
                picture.save(stream, kind)
                rows.append({"image": {"bytes": stream.getvalue(), "path": None}, "label": label})
        Dataset.from_list(rows, features=features).to_parquet(str(folder / f"{split}-00000-of-00001.parquet"))


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """A hub folder with a manifest."""
    folder = tmp_path_factory.mktemp("mirror")
    for name in NEEDED_MODELS:
        other_model(name, folder / "models" / name)
    for name in NEEDED_DATASETS:
        other_dataset(name, folder / "datasets" / name)
    write_manifest(folder)
    return folder


@pytest.mark.parametrize("lesson", [path for path in lessons() if path.stem[:2] in READERS], ids=lambda path: path.stem)
def test_lesson_runs_on_a_mirror(lesson, mirror, tmp_path, monkeypatch):
    """No cell fails; only the length of a long training is cut."""
    monkeypatch.setenv("ATELIER_HUB", str(mirror))
    monkeypatch.setenv("XDG_CACHE_HOME", str(mirror.parent / "cache"))
    notebook = from_markdown(lesson)
    for cell in notebook.cells:
        cell.source = re.sub(r"(max_steps ?= ?)(?:\d+ if atelier\.embedded else )?\d+\b", r"\g<1>10", cell.source)
        cell.source = re.sub(r"(epochs = \d+ if atelier\.embedded else) \d+", r"\1 1", cell.source)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    first = next(cell for cell in notebook.cells if "helpers.start()" in cell.source)
    assert str(mirror) in first.outputs[0].text
