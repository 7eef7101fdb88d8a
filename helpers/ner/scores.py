"""How good predicted BIO labels are: words by scikit-learn, entities by seqeval, boundaries and types by nervaluate."""

import warnings
from collections.abc import Sequence
from typing import Any

from nervaluate import Evaluator
from seqeval.metrics import classification_report
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from .words import OUTSIDE, runs

SEQEVAL = {"precision": "precision", "recall": "recall", "f1": "f1-score"}  # our names and seqeval's
SCORES = tuple(SEQEVAL)
SCHEMES = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
Labels = Sequence[Sequence[str]]


def evaluate(truth: Labels, guess: Labels, labels: Sequence[str]) -> dict[str, Any]:
    """Everything one may ask of predicted BIO labels: `truth[passage][word]`, `guess[passage][word]`.

    `token`: accuracy over all words; precision, recall and F1 over the words of entities, by type and together, B- and
    I- counting alike. `entity`: the same over whole entities, right when type and both ends are. `schemes`:
    nervaluate's strict (type and ends), exact (ends), partial (ends, half a point for an overlap), type (any overlap).
    `counts`: passages, words, entities. Raises ValueError when truth and guess have not the same passages and words.
    """
    if [len(row) for row in truth] != [len(row) for row in guess]:
        raise ValueError("truth and guess must have the same passages and the same number of words in each")
    entities = [[runs(row) for row in side] for side in (truth, guess)]
    return {
        "token": _token(truth, guess, labels),
        "entity": _entity(truth, guess, labels),
        "schemes": _schemes(*entities, labels),
        "counts": {
            "passages": len(truth),
            "words": sum(map(len, truth)),
            "entities": sum(map(len, entities[0])),
            "predicted": sum(map(len, entities[1])),
            "by_type": {label: sum(kind == label for row in entities[0] for *_, kind in row) for label in labels},
        },
    }


def confusion(truth: Labels, guess: Labels, labels: Sequence[str]) -> list[list[float]]:
    """Shares of the words of each true type (rows) by predicted type (columns), `labels` then O; rows sum to 1."""
    flat = [[_kind(label) for row in side for label in row] for side in (truth, guess)]
    return confusion_matrix(*flat, labels=[*labels, OUTSIDE], normalize="true").tolist()


def _kind(label: str) -> str:
    """The type of a BIO label, or O."""
    return label.partition("-")[2] or OUTSIDE


def _token(truth: Labels, guess: Labels, labels: Sequence[str]) -> dict[str, Any]:
    """Scores over words."""
    kinds = [[_kind(label) for row in side for label in row] for side in (truth, guess)]
    together = precision_recall_fscore_support(*kinds, labels=list(labels), average="micro", zero_division=0)
    by_type = zip(*precision_recall_fscore_support(*kinds, labels=list(labels), zero_division=0), strict=True)
    return {
        "accuracy": float(accuracy_score(*kinds)) if kinds[0] else 0.0,
        **dict(zip(SCORES, map(float, together), strict=False)),
        "by_type": {label: _row(*row) for label, row in zip(labels, by_type, strict=True)},
    }


def _entity(truth: Labels, guess: Labels, labels: Sequence[str]) -> dict[str, Any]:
    """Scores over whole entities."""
    with warnings.catch_warnings():  # a type that no passage has scores 0
        warnings.simplefilter("ignore")
        report = classification_report(list(map(list, truth)), list(map(list, guess)), output_dict=True, digits=6)
    micro = report.get("micro avg", {})
    keys = (*SEQEVAL.values(), "support")
    empty = dict.fromkeys(keys, 0)
    return {
        **{name: float(micro.get(key, 0.0)) for name, key in SEQEVAL.items()},
        "by_type": {label: _row(*(report.get(label, empty)[key] for key in keys)) for label in labels},
    }


def _row(precision: float, recall: float, f1: float, support: int) -> dict[str, float]:
    """Scores of one type."""
    return {"precision": float(precision), "recall": float(recall), "f1": float(f1), "support": int(support)}


def _schemes(truth: list, guess: list, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """Scores and counts of nervaluate's four schemes."""
    sides = [
        [[{"label": kind, "start": first, "end": last} for first, last, kind in row] for row in side]
        for side in (truth, guess)
    ]
    found = Evaluator(*sides, tags=list(labels), loader="dict").evaluate()["overall"]
    kept = (*SCORES, "correct", "incorrect", "partial", "missed", "spurious")
    return {name: {key: getattr(found[theirs], key) for key in kept} for name, theirs in SCHEMES.items()}
