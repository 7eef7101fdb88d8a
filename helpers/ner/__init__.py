"""Named entities in text: words and BIO labels, windows, scores, training, prediction.

What needs no torch is here; `helpers.ner.scores`, `helpers.ner.predict` and `helpers.ner.training` hold the rest.
"""

from .corpus import convert, read_converted, read_passages, rename_pairs, split_export
from .settings import Settings, SettingsError, load_settings
from .windows import IGNORED, encode, stitch
from .words import Alignment, Passage, label_list, runs, to_bio, words_of

__all__ = [
    "IGNORED", "Alignment", "Passage", "Settings", "SettingsError", "convert", "encode", "label_list",
    "load_settings", "read_converted", "read_passages", "rename_pairs", "runs", "split_export", "stitch", "to_bio",
    "words_of",
]  # fmt: skip
