"""Metrics that need no download: `evaluate.Metric` classes over scikit-learn, and `compute_metrics` for Trainer."""

from collections.abc import Callable

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
