"""Metrics that need no download: `evaluate.Metric` classes over scikit-learn, and `compute_metrics` for Trainer."""

from collections.abc import Callable
from typing import Any

import datasets
import evaluate
import numpy as np
from sklearn.metrics import accuracy_score, f1_score
from transformers import EvalPrediction

_LABELS = datasets.Features({"predictions": datasets.Value("int64"), "references": datasets.Value("int64")})


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
    """Harmonic mean of precision and recall (integers of shape (n,)), by scikit-learn; `average` as there."""

    def _info(self) -> evaluate.MetricInfo:
        """What `evaluate` asks of a metric."""
        return evaluate.MetricInfo(
            description="Harmonic mean of precision and recall.",
            citation="",
            features=_LABELS,
            reference_urls=["https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html"],
        )

    def _compute(self, predictions: list[int], references: list[int], average: str = "binary") -> dict[str, float]:
        """`{"f1": score}`; a class that nobody predicts counts as zero."""
        return {"f1": float(f1_score(references, predictions, average=average, zero_division=0))}


def compute_metrics(*metrics: evaluate.Metric, **settings: Any) -> Callable[[EvalPrediction], dict[str, float]]:
    """A function for `Trainer(compute_metrics=…)`: argmax over logits of shape (n, classes), then every metric.

    `settings` go to each metric that takes them, for example `average="macro"` for F1.
    """

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        """Scores by name."""
        logits = prediction.predictions[0] if isinstance(prediction.predictions, tuple) else prediction.predictions
        results: dict[str, float] = {}
        for metric in metrics:
            accepted = {key: value for key, value in settings.items() if key in metric._compute.__code__.co_varnames}
            results |= metric.compute(
                predictions=np.argmax(logits, axis=-1), references=prediction.label_ids, **accepted
            )
        return results

    return compute
