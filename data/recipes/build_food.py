"""Synthetic stand-in for `food101`: drawn pictures of ten of its dishes, under their original names.

Some surroundings are kept for the validation split: the slate and tiles backgrounds, the dotted and square plates,
raspberries and chives. They are used there in about half of the pictures, among those of the training split.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image

from pictures import dishes_a, dishes_b, dishes_c
from pictures.drawing import finish, new_canvas, pick, to_jpeg
from pictures.toppings import Kit, Stage

DISHES: dict[str, Callable[[Stage], None]] = {
    "cup_cakes": dishes_a.cup_cakes,
    "donuts": dishes_a.donuts,
    "french_fries": dishes_b.french_fries,
    "hamburger": dishes_c.hamburger,
    "ice_cream": dishes_b.ice_cream,
    "pancakes": dishes_a.pancakes,
    "pizza": dishes_a.pizza,
    "spaghetti_bolognese": dishes_c.spaghetti_bolognese,
    "sushi": dishes_c.sushi,
    "waffles": dishes_a.waffles,
}
NAMES = sorted(DISHES)
PER_CLASS = {"train": 120, "validation": 30}
MAX_BYTES = 3200
TRAIN_KIT = Kit(
    backgrounds=("plain", "speckled", "wood", "wood", "cloth", "checkered", "marble"),
    plates=("round", "coupe", "oval", "tray", "banded", "board", "round board", "paper"),
    fruits=("strawberry", "blueberry", "banana"),
    herbs=("basil", "parsley"),
)
# The kinds that training never shows are repeated, so that they appear in about one picture out of two.
VALIDATION_KIT = Kit(
    backgrounds=(*TRAIN_KIT.backgrounds, *("slate", "tiles") * 2),
    plates=(*TRAIN_KIT.plates, *("dotted", "square") * 2),
    fruits=(*TRAIN_KIT.fruits, "raspberry", "raspberry"),
    herbs=(*TRAIN_KIT.herbs, "chives", "chives"),
)
KITS = {"train": TRAIN_KIT, "validation": VALIDATION_KIT}


def picture_size(rng: np.random.Generator) -> tuple[int, int]:
    """Return a random (width, height) in pixels: landscape, square or portrait, the longer side from 108 to 144."""
    longer = int(rng.integers(108, 145))
    shorter = max(96, round(longer * rng.uniform(0.66, 0.9)))
    return pick(rng, ((longer, shorter), (longer, shorter), (longer, longer), (shorter, longer)))


def draw_dish(name: str, kit: Kit, rng: np.random.Generator) -> bytes:
    """Return one picture of a dish, as JPEG bytes."""
    canvas = new_canvas(rng, picture_size(rng))
    DISHES[name](Stage(canvas, kit))
    return to_jpeg(finish(canvas), int(rng.integers(55, 71)), MAX_BYTES)


def rows(split: str, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the pictures of a split, class by class as in the original."""
    for label, name in enumerate(NAMES):
        for number in range(PER_CLASS[split]):
            rng = np.random.default_rng([seed, list(PER_CLASS).index(split), label, number])
            jpeg = draw_dish(name, KITS[split], rng)
            yield {"image": {"bytes": jpeg, "path": f"{name}_{number + 1:04d}.jpg"}, "label": label}


def build(seed: int = 0) -> DatasetDict:
    """Return the two splits, ordered by class."""
    features = Features({"image": Image(), "label": ClassLabel(names=NAMES)})
    return DatasetDict({split: Dataset.from_list(list(rows(split, seed)), features=features) for split in PER_CLASS})
