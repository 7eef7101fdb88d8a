"""How well a page was read, by characters."""

from collections.abc import Sequence

import numpy as np

from .boxes import overlaps
from .records import Word

# Marks that look alike and mean the same: apostrophes, then dashes.
ALIKE = str.maketrans("’‘–—−", "''---")


def character_accuracy(read: Sequence[Word], true: Sequence[Word]) -> float:
    """Share of the true characters that were read right, 0 at the least; 1 for a page that is and was read empty."""
    errors, characters = character_errors(read, true)
    return max(0.0, 1 - errors / characters) if characters else float(not read)


def character_errors(read: Sequence[Word], true: Sequence[Word]) -> tuple[int, int]:
    """Characters to insert, delete or replace to mend a reading, and how many characters are true.

    Words are compared where they stand, so that an order of reading costs nothing: those that lie on each other form
    a group, whose letters are joined on either side. A space too few or too many costs nothing either, nor does a
    straight apostrophe for a curved one, or a hyphen for a dash.
    """
    errors = sum(
        distance(_joined([read[i] for i in mine]), _joined([true[j] for j in theirs]))
        for mine, theirs in groups(read, true)
    )
    return errors, sum(len(word.text) for word in true)


def _joined(words: Sequence[Word]) -> str:
    """The letters of some words, marks that look alike being one."""
    return "".join(word.text for word in words).translate(ALIKE)


def groups(read: Sequence[Word], true: Sequence[Word], share: float = 0.5) -> list[tuple[list[int], list[int]]]:
    """Words that lie on each other: ranks among `read` and among `true`; either is empty for a word alone."""
    _, shares = overlaps([word.box for word in read], [word.box for word in true])
    names = np.arange(len(read) + len(true))
    for i, j in np.argwhere(shares >= share).tolist():
        names[names == names[len(read) + j]] = names[i]
    held: dict[int, tuple[list[int], list[int]]] = {}
    for rank, name in enumerate(names.tolist()):
        mine, theirs = held.setdefault(name, ([], []))
        (mine if rank < len(read) else theirs).append(rank if rank < len(read) else rank - len(read))
    return list(held.values())


def distance(first: str, second: str) -> int:
    """Levenshtein's distance: the fewest insertions, deletions and replacements from one text to the other."""
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        corner, row[0] = row[0], i
        for j, other in enumerate(second, start=1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (letter != other))
    return row[-1]
