"""Metrics that need no download: `evaluate.Metric` classes over scikit-learn and seqeval, and `Trainer`'s functions."""

from collections.abc import Callable, Sequence

import datasets
import evaluate
import numpy as np
from seqeval.metrics import f1_score as seqeval_f1
from seqeval.metrics import precision_score, recall_score
from sklearn.metrics import accuracy_score, f1_score
from transformers import EvalPrediction

_LABELS = datasets.Features({"predictions": datasets.Value("int64"), "references": datasets.Value("int64")})

_ROWS = datasets.Features({name: datasets.Sequence(datasets.Value("string")) for name in ("predictions", "references")})


class Accuracy(evaluate.Metric):
    """Share of predictions equal to their reference (integers of shape (n,)), by scikit-learn."""

    def _info(self) -> evaluate.MetricInfo:
        """What `evaluate` asks of a metric."""
        return evaluate.MetricInfo(
            description="Share of right predictions.",
            citation="",
            features=_LABELS,
            reference_urls=["https://scikit-learn.org/stable/modules/generated/sklearn.metrics.accuracy_score.html"],
        )

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, float]:
        """`{"accuracy": share}`."""
        return {"accuracy": float(accuracy_score(references, predictions))}


class F1(evaluate.Metric):
    """Harmonic mean of precision and recall (integers of shape (n,)), by scikit-learn.

    `F1()` is that of class 1; `F1("macro")`, `F1("micro")` and `F1("weighted")` average over the classes.
    """

    def _info(self) -> evaluate.MetricInfo:
        """What `evaluate` asks of a metric."""
        return evaluate.MetricInfo(
            description="Harmonic mean of precision and recall.",
            citation="",
            features=_LABELS,
            reference_urls=["https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html"],
        )

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, float]:
        """`{"f1": score}`; a class that nobody predicts counts as zero."""
        average = "binary" if self.config_name == "default" else self.config_name
        return {"f1": float(f1_score(references, predictions, average=average, zero_division=0))}


class Entities(evaluate.Metric):
    """Precision, recall and F1 of whole entities in rows of BIO labels (strings), by seqeval, all types together.

    An entity is right when its type, its first and its last word are.
    """

    def _info(self) -> evaluate.MetricInfo:
        """What `evaluate` asks of a metric."""
        return evaluate.MetricInfo(
            description="Precision, recall and F1 of whole entities.",
            citation="",
            features=_ROWS,
            reference_urls=["https://github.com/chakki-works/seqeval"],
        )

    def _compute(self, predictions: list[list[str]], references: list[list[str]]) -> dict[str, float]:
        """`{"precision": …, "recall": …, "f1": …}`; without any entity they are 0."""
        scores = {"precision": precision_score, "recall": recall_score, "f1": seqeval_f1}
        return {name: float(score(references, predictions, zero_division=0)) for name, score in scores.items()}


def compute_entity_metrics(names: Sequence[str], ignored: int = -100) -> Callable[[EvalPrediction], dict[str, float]]:
    """A function for `Trainer(compute_metrics=…)` over token logits of shape (n, tokens, labels).

    `names[i]` is the BIO label number i; tokens whose label is `ignored` are left out. Each row counts as one text:
    windows that overlap show their common words twice, so that exact scores come from stitched predictions.
    """

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        """Scores by name."""
        guesses, references = np.argmax(prediction.predictions, axis=-1), prediction.label_ids
        rows = [
            ([names[i] for i in guess[truth != ignored]], [names[i] for i in truth[truth != ignored]])
            for guess, truth in zip(guesses, references, strict=True)
        ]
        return Entities().compute(predictions=[guess for guess, _ in rows], references=[truth for _, truth in rows])

    return compute


def compute_metrics(*metrics: evaluate.Metric) -> Callable[[EvalPrediction], dict[str, float]]:
    """A function for `Trainer(compute_metrics=…)`: argmax over logits of shape (n, classes), then every metric.

    The function raises ValueError for logits of another shape.
    """

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        """Scores by name."""
        logits = prediction.predictions[0] if isinstance(prediction.predictions, tuple) else prediction.predictions
        if np.ndim(logits) != 2 or np.shape(logits)[1] < 2:
            raise ValueError(f"logits must have shape (n, classes) with two classes or more, got {np.shape(logits)}")
        predictions, results = np.argmax(logits, axis=-1), {}
        for metric in metrics:
            results |= metric.compute(predictions=predictions, references=prediction.label_ids)
        return results

    return compute
