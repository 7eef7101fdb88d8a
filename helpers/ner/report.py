"""What a training or an evaluation leaves behind: results as JSON, predictions, figures, a model card."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers import plots
from helpers.labelstudio.writers import replacing

from .corpus import digest
from .predict import best_labels, word_scores
from .scores import confusion, evaluate
from .settings import Settings
from .words import OUTSIDE

WEIGHTS = "model.safetensors"
SCORES = ("precision", "recall", "f1")


def write_results(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str], settings: Settings, digests: Mapping[str, str], out: Path,
) -> dict[str, Any]:  # fmt: skip
    """Predict on converted passages and write results.json, predictions.jsonl, two figures and the card in `out`.

    results.json comes last: where it stands, all is complete. Returns what it holds.
    """
    passages = [row["tokens"] for row in rows]
    scores = word_scores(model, tokenizer, passages, settings.window, settings.stride, settings.batch_size)
    truth, guess = [row["labels"] for row in rows], best_labels(scores, model.config.id2label)
    results = evaluate(truth, guess, labels)
    results["digests"] = {"model": digest(out / WEIGHTS), "data": dict(digests)}
    with replacing(out / "predictions.jsonl") as file:
        for row, predicted in zip(rows, guess, strict=True):
            line = {"id": row["id"], "tokens": row["tokens"], "labels": row["labels"], "predicted": predicted}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    _figures(results, confusion(truth, guess, labels), labels, out)
    with replacing(out / "README.md") as file:
        file.write(_card(results, settings, labels))
    with replacing(out / "results.json") as file:
        json.dump(results, file, ensure_ascii=False, indent=1)
    return results


def _figures(results: Mapping[str, Any], shares: list[list[float]], labels: Sequence[str], out: Path) -> None:
    """Write report.png and confusion.png."""
    table = [[results["entity"]["by_type"][label][name] for name in SCORES] for label in labels]
    plots.save(plots.heat_map_figure(table, labels, SCORES, "Entités entières, par type"), out / "report.png")
    kinds = [*labels, OUTSIDE]
    plots.save(
        plots.heat_map_figure(shares, kinds, kinds, "Mots : type vrai (lignes), type prédit"), out / "confusion.png"
    )


def _card(results: Mapping[str, Any], settings: Settings, labels: Sequence[str]) -> str:
    """The model card, whose header holds the figures in the Hub's terms."""
    entity, counts = results["entity"], results["counts"]
    data = ModelCardData(
        base_model=settings.model, library_name="transformers", pipeline_tag="token-classification",
        model_name="ner",
        eval_results=[
            EvalResult(
                task_type="token-classification", dataset_type="label-studio", dataset_name="Label Studio export",
                dataset_split="held-out documents", metric_type=name, metric_value=round(entity[name], 4),
            )
            for name in SCORES
        ],
    )  # fmt: skip
    table = "\n".join(
        f"| {label} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {row['support']} |"
        for label, row in entity["by_type"].items()
    )
    return f"""---
{data.to_yaml()}
---
# Named entities: {", ".join(labels)}

Fine-tuned from `{settings.model}` for {settings.epochs:g} epochs at most: learning rate {settings.learning_rate:g},
batches of {settings.batch_size * settings.accumulation}, windows of {settings.window} tokens that share
{settings.stride}, seed {settings.seed}. The weights with the best validation F1 were kept.

On {counts["passages"]} held-out passages ({counts["words"]} words, {counts["entities"]} entities), whole entities
counted by seqeval: F1 {entity["f1"]:.3f}, precision {entity["precision"]:.3f}, recall {entity["recall"]:.3f}.

| label | precision | recall | F1 | entities |
| --- | --- | --- | --- | --- |
{table}

Weights: sha256 `{results["digests"]["model"]}`.
"""
