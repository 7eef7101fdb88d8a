"""Small annotated passages and a tiny untrained model, for the tests of `helpers.ner`."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.hub import data_folder

TOKENIZER = data_folder() / "hub" / "models" / "distilbert" / "distilbert-base-multilingual-cased"
SITES = ("Verdassière", "Combe Noire", "l’Aulne", "Morzan", "Brévent", "Lauzière")


def region(text: str, start: int, end: int, label: str) -> dict:
    """One labelled region, as an export states it."""
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": f"r{start}", "type": "labels", "from_name": "label", "to_name": "text", "value": value}


def task(number: int, document: str | None = None, labels: tuple[str, str] = ("SITE", "ALTI")) -> dict:
    """One annotated task: a sentence with two entities."""
    text, regions, names = "", [], (SITES[number % len(SITES)], f"{1000 + number} m")
    for before, name, label in zip(("Le lac de ", " est à "), names, labels, strict=True):
        text += before
        regions.append(region(text + name, len(text), len(text) + len(name), label))
        text += name
    text += "."
    annotation = {"id": 100 + number, "completed_by": 1, "result": regions}
    return {"id": number, "data": {"text": text, "document": document or f"d{number}"}, "annotations": [annotation]}


def write(path: Path, content: object) -> Path:
    """Write JSON; the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def converted(folder: Path, **sizes: int) -> Path:
    """A folder as `atelier labels convert` writes it, with so many passages on each side."""
    from helpers.labelstudio import Report
    from helpers.ner import convert, read_passages

    first = 0
    for side, size in sizes.items():
        export = write(folder / "exports" / f"{side}.json", [task(first + rank) for rank in range(size)])
        convert(read_passages(export, ["SITE", "ALTI"], Report()), folder / f"{side}.jsonl")
        first += size
    write(folder / "labels.json", ["SITE", "ALTI"])
    return folder


def tiny_model(folder: Path) -> Path:
    """An untrained encoder of one layer with the course's tokenizer."""
    import torch
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel

    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=len(tokenizer), dim=32, n_layers=1, n_heads=2, hidden_dim=64, max_position_embeddings=64
    )
    DistilBertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@contextmanager
def interrupting(step: int, number: int) -> Iterator[None]:
    """A signal sent to this process during that update of every training."""
    import pytest
    from transformers import TrainerCallback

    from helpers.ner import training

    class Interrupt(TrainerCallback):
        def on_step_end(self, args: object, state: object, control: object, **kwargs: object) -> None:
            if state.global_step == step:
                signal.raise_signal(number)

    build = training.build_trainer

    def build_interrupted(*options: object) -> object:
        trainer = build(*options)
        trainer.add_callback(Interrupt())
        return trainer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "build_trainer", build_interrupted)
        yield
