"""Draw the five pictures of lesson 01: four things that the picture classifier knows, and a dish that it does not.

python data/recipes/build_images.py
"""

from pathlib import Path

import numpy as np

from build_food import TRAIN_KIT, draw_dish
from build_objects import draw_object
from common import DATA

# Name of the file → what to draw, and a seed that draws it well.
KNOWN = {"bus": ("school bus", 4), "coccinelle": ("ladybug", 5), "parapluie": ("umbrella", 4), "theiere": ("teapot", 2)}
STRANGER = {"frites": ("french_fries", 1)}
SIZES = (300, 320)


def build(folder: Path) -> None:
    """Write five JPEGs into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (label, seed) in KNOWN.items():
        draw_object(label, np.random.default_rng(seed), SIZES).save(folder / f"{name}.jpg", quality=88)
    for name, (dish, seed) in STRANGER.items():
        (folder / f"{name}.jpg").write_bytes(draw_dish(dish, TRAIN_KIT, np.random.default_rng(seed)))


if __name__ == "__main__":
    build(DATA / "images")
