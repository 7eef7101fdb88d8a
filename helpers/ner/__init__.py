"""Named entities in text: words and BIO labels, windows, scores, training, prediction.

The names that need no torch are here; `helpers.ner.training` and `helpers.ner.predict` hold the others.
"""

from .corpus import convert, read_converted, read_passages, rename_pairs, split_export
from .scores import confusion, evaluate
from .settings import Settings, SettingsError, load_settings
from .windows import encode, stitch
from .words import Alignment, Passage, from_bio, label_list, runs, to_bio, words_of

__all__ = [
    "Alignment", "Passage", "Settings", "SettingsError", "confusion", "convert", "encode", "evaluate", "from_bio",
    "label_list", "load_settings", "read_converted", "read_passages", "rename_pairs", "runs", "split_export", "stitch",
    "to_bio", "words_of",
]  # fmt: skip
