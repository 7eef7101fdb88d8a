"""What a training or an evaluation leaves behind: results as JSON, predictions, figures, a model card."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from helpers import plots
from helpers.device import device
from helpers.files import replacing, sha256
from helpers.labelstudio import ExportError, Report, read_export, write_predictions

from .corpus import read_converted
from .predict import Found, best_labels, found_entities, word_scores
from .scores import SCORES, confusion, evaluate
from .settings import Settings, SettingsError
from .words import OUTSIDE, words_of

WEIGHTS, STATE, RESULTS = "model.safetensors", "run.json", "results.json"
AT_ONCE = 256  # passages predicted together


def write_results(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str], settings: Settings, digests: Mapping[str, str], out: Path, folder: Path,
) -> dict[str, Any]:  # fmt: skip
    """Predict on converted passages and write results.json, predictions.jsonl, two figures and a card in `out`.

    `folder` holds the model's weights. results.json comes last: where it stands, all is complete. Returns its content.
    """
    passages = [row["tokens"] for row in rows]
    scores = word_scores(model, tokenizer, passages, settings.window, settings.stride, settings.batch_size)
    truth, guess = [row["labels"] for row in rows], best_labels(scores, model.config.id2label)
    results = evaluate(truth, guess, labels)
    results["digests"] = {"model": sha256(folder / WEIGHTS), "data": dict(digests)}
    with replacing(out / "predictions.jsonl") as file:
        for row, predicted in zip(rows, guess, strict=True):
            line = {"id": row["id"], "tokens": row["tokens"], "labels": row["labels"], "predicted": predicted}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    _figures(results, confusion(truth, guess, labels), labels, out)
    with replacing(out / "README.md") as file:
        file.write(_card(results, settings, labels))
    with replacing(out / RESULTS) as file:
        json.dump(results, file, ensure_ascii=False, indent=1)
    return results


def evaluate_folder(model: Path, data: Path, out: Path) -> dict[str, Any]:
    """Measure a trained model on converted passages; what `write_results` writes, in `out`. Raises ExportError.

    SettingsError when `out` holds a training, whose own results would be lost.
    """
    run = read_run(model)
    if (out / STATE).exists():
        raise SettingsError(f"{out} tient un entraînement et ses mesures : choisissez un autre dossier")
    rows = read_converted(data, run["labels"])
    _, classifier, tokenizer = load(model)
    return write_results(
        classifier, tokenizer, rows, run["labels"], Settings(**run["settings"]), {data.name: sha256(data)}, out, model
    )


def predict_file(model: Path, tasks: Path, out: Path, text_key: str, threshold: float) -> tuple[int, int]:
    """Write pre-annotations for every task that has a text; the numbers of passages and of entities.

    Tasks are read and written a few at a time. Entities whose score is below `threshold` are left out. Raises
    ExportError, also when `out` would take the place of `tasks`, whose annotations it does not hold.
    """
    if out.resolve() == tasks.resolve():
        raise ExportError(f"{tasks} serait remplacé par les pré-annotations : choisissez un autre fichier")
    run, classifier, tokenizer = load(model)
    settings, counts = Settings(**run["settings"]), [0, 0]

    def predictions() -> Iterator[tuple[Mapping[str, Any], list[Found]]]:
        texts = (task for task in read_export(tasks, Report(), text_key=text_key) if task.text)
        while batch := list(islice(texts, AT_ONCE)):
            places = [words_of(task.text or "") for task in batch]
            words = [[task.text[start:end] for start, end in held] for task, held in zip(batch, places, strict=True)]
            scores = word_scores(classifier, tokenizer, words, settings.window, settings.stride, settings.batch_size)
            for task, held, by_word in zip(batch, places, scores, strict=True):
                found = list(found_entities(by_word, held, classifier.config.id2label, threshold))
                counts[0], counts[1] = counts[0] + 1, counts[1] + len(found)
                yield task.data, found
        if not counts[0]:
            raise ExportError(f"{tasks} : aucune tâche n’a de texte dans data.{text_key}")

    write_predictions(predictions(), out, model_version=sha256(model / WEIGHTS)[:12], text_key=text_key)
    return counts[0], counts[1]


def read_run(folder: Path) -> dict[str, Any]:
    """The record of a training: its settings, labels and data. SettingsError when no training wrote one there."""
    if not (folder / STATE).is_file():
        raise SettingsError(f"{folder} ne tient pas de modèle entraîné : atelier ner train l’écrit")
    try:
        run = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return run | {"labels": list(run["labels"]), "settings": asdict(Settings(**run["settings"]))}
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{folder / STATE} ne vient pas d’atelier ner train ({type(error).__name__} {error})"
        ) from None


def load(model: Path) -> tuple[dict[str, Any], PreTrainedModel, PreTrainedTokenizerBase]:
    """What a training left in its folder: its record, model and tokenizer. SettingsError for another folder."""
    run = read_run(model)
    if not (model / WEIGHTS).is_file():
        raise SettingsError(f"{model} ne tient pas de modèle entraîné : atelier ner train l’écrit")
    classifier = AutoModelForTokenClassification.from_pretrained(model).to(device().type)
    return run, classifier, AutoTokenizer.from_pretrained(model)


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
