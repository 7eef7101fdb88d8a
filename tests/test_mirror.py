"""Lessons run unchanged on a mirror whose models have other sizes and vocabularies, and whose data sets differ."""

import re
import shutil

import pytest
from datasets import load_dataset
from nbclient import NotebookClient
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertForPreTraining,
)

from helpers.hub import NEEDED_DATASETS, NEEDED_MODELS, data_folder, write_manifest
from lessons import from_markdown, lessons

EMBEDDED = data_folder() / "hub"
# Sizes that no miniature of the embedded hub has.
SIZES = {
    "bert": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "intermediate_size": 96},
    "distilbert": {"dim": 48, "n_layers": 2, "n_heads": 3, "hidden_dim": 96},
    "llama": {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3, "num_key_value_heads": 3,
              "intermediate_size": 96, "head_dim": 16},
}  # fmt: skip
HEADS = {
    "distilbert/distilbert-base-multilingual-cased": AutoModelForMaskedLM,
    "Davlan/distilbert-base-multilingual-cased-ner-hrl": AutoModelForTokenClassification,
    "distilbert/distilbert-base-uncased-finetuned-sst-2-english": AutoModelForSequenceClassification,
    "HuggingFaceTB/SmolLM2-360M-Instruct": AutoModelForCausalLM,
}


def other_model(name, folder):
    """A model of the same architecture with other sizes and another vocabulary, not trained."""
    source = EMBEDDED / "models" / name
    tokenizer = AutoTokenizer.from_pretrained(source)
    texts = load_dataset("parquet", data_files=str(EMBEDDED / "datasets/*/*/sst2/train-*"), split="train")["sentence"]
    tokenizer = tokenizer.train_new_from_iterator(texts[:], vocab_size=1200)
    config = AutoConfig.from_pretrained(source)
    config.update(SIZES[config.model_type] | {"vocab_size": len(tokenizer)})
    for role in ("pad", "bos", "eos"):
        setattr(config, f"{role}_token_id", getattr(tokenizer, f"{role}_token_id"))
    model = BertForPreTraining(config) if config.model_type == "bert" else HEADS[name].from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    shutil.copy(source / "README.md", folder)


def other_dataset(name, folder):
    """Every split in another order, under the same card."""
    for source in (EMBEDDED / "datasets" / name).rglob("*.parquet"):
        target = folder / source.relative_to(EMBEDDED / "datasets" / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = load_dataset("parquet", data_files=str(source), split="train")
        rows.shuffle(seed=1).to_parquet(str(target))
    shutil.copy(EMBEDDED / "datasets" / name / "README.md", folder)


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


@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_lesson_runs_on_a_mirror(lesson, mirror, tmp_path, monkeypatch):
    """No cell fails; only the number of updates of a long training is cut."""
    monkeypatch.setenv("ATELIER_HUB", str(mirror))
    monkeypatch.setenv("XDG_CACHE_HOME", str(mirror.parent / "cache"))
    notebook = from_markdown(lesson)
    for cell in notebook.cells:
        cell.source = re.sub(r"(max_steps = \d+ if atelier\.embedded else) \d+", r"\1 8", cell.source)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    first = next(cell for cell in notebook.cells if "helpers.start()" in cell.source)
    assert str(mirror) in first.outputs[0].text
