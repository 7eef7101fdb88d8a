"""Endless stream of drawn pictures of everyday things, under the names of ImageNet-1k, to pretrain a small model."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from pictures import objects_a as fruit
from pictures import objects_b as things
from pictures import objects_c as outdoors
from pictures import objects_d as meals
from pictures.drawing import Canvas, Pen, Skin, clouds, finish, new_canvas, pick, vary
from pictures.settings import BACKGROUNDS, background, cover, lay
from pictures.shapes import blob, leaf, moved

FACTOR = 2
SIZES = (96, 128)
OCCLUSION_RATE = 0.15
CONTEXT_RATE = 0.7


@dataclass(frozen=True)
class Subject:
    """How to draw a class: its usual places, the turn it may take (radians) and how many may be seen together."""

    draw: Callable[[Pen], None]
    places: tuple[str, ...]
    turn: float = math.pi
    number: int = 1


def sky(canvas: Canvas) -> None:
    """Draw a sky with clouds, or at dusk."""
    colour = vary(canvas.rng, pick(canvas.rng, ((120, 170, 220), (150, 190, 226), (200, 206, 212), (240, 180, 140))))
    lay(canvas, colour, np.linspace(0.85, 1.1, canvas.height, dtype=np.float32)[:, None] * np.ones(canvas.width))
    large = clouds(canvas.rng, 6, max(canvas.height, canvas.width))[: canvas.height, : canvas.width]
    share = np.clip(1.6 * large + 0.6 * cover(canvas, canvas.broad) - 0.95, 0, 0.85)[..., None]
    canvas.pixels += (248 - canvas.pixels) * share


def grass(canvas: Canvas) -> None:
    """Draw a lawn."""
    colour = vary(canvas.rng, pick(canvas.rng, ((96, 140, 60), (120, 150, 76), (70, 110, 50))))
    tone = (
        0.7 + 0.35 * cover(canvas, canvas.fine) + 0.2 * cover(canvas, canvas.broad) + 0.12 * cover(canvas, canvas.noise)
    )
    lay(canvas, colour, tone)


def sand(canvas: Canvas) -> None:
    """Draw sand or earth."""
    colour = vary(canvas.rng, pick(canvas.rng, ((224, 200, 156), (206, 180, 140), (130, 100, 76))))
    lay(canvas, colour, 0.85 + 0.2 * cover(canvas, canvas.broad) + 0.13 * cover(canvas, canvas.noise))


def water(canvas: Canvas) -> None:
    """Draw clear water with ripples of light."""
    large = cover(canvas, canvas.broad)
    ripples = 0.35 * np.exp(-np.abs(large - 0.5) / 0.05)
    lay(canvas, vary(canvas.rng, pick(canvas.rng, ((60, 130, 160), (80, 150, 150), (40, 90, 140)))), 0.85 + ripples)


NATURE: dict[str, Callable[[Canvas], None]] = {"sky": sky, "grass": grass, "sand": sand, "water": water}
TABLE = tuple(BACKGROUNDS)
WALL = ("plain", "wood", "tiles", "cloth")
SUBJECTS: dict[str, Subject] = {
    "Granny Smith": Subject(fruit.granny_smith, TABLE, 0.5, 3),
    "acorn": Subject(fruit.acorn, ("grass", "sand", "wood", "slate"), number=3),
    "airliner": Subject(outdoors.airliner, ("sky",), 0.4),
    "analog clock": Subject(things.analog_clock, WALL, 0.2),
    "bagel": Subject(meals.bagel, TABLE, number=3),
    "balloon": Subject(outdoors.balloon, ("sky", "sky", "plain"), 0.2, 3),
    "banana": Subject(fruit.banana, TABLE),
    "basketball": Subject(things.basketball, ("wood", "grass", "speckled", "plain")),
    "bell pepper": Subject(fruit.bell_pepper, TABLE, 0.8, 3),
    "bow tie": Subject(things.bow_tie, ("cloth", "plain", "wood"), 0.5),
    "broccoli": Subject(fruit.broccoli, TABLE, 1.0, 3),
    "candle": Subject(things.candle, ("counter", "counter", "plain"), 0.05),
    "cheeseburger": Subject(meals.cheeseburger, ("counter", "wood", "checkered"), 0.15),
    "cucumber": Subject(fruit.cucumber, TABLE),
    "cup": Subject(things.cup, ("counter", "counter", "wood"), 0.1),
    "daisy": Subject(outdoors.daisy, ("grass", "grass", "sky"), 0.3, 4),
    "envelope": Subject(things.envelope, TABLE, 0.6),
    "fig": Subject(fruit.fig, TABLE, number=3),
    "goldfish": Subject(outdoors.goldfish, ("water", "water", "plain"), 0.6, 3),
    "hotdog": Subject(meals.hotdog, TABLE, number=2),
    "ice cream": Subject(meals.ice_cream, ("counter", "sky", "grass"), 0.4),
    "jack-o'-lantern": Subject(outdoors.jack_o_lantern, ("counter", "grass", "wood"), 0.15),
    "ladybug": Subject(outdoors.ladybug, ("grass", "sand", "plain", "wood"), number=2),
    "lemon": Subject(fruit.lemon, TABLE, number=3),
    "monarch": Subject(outdoors.monarch, ("grass", "sky", "sand"), 0.9),
    "mushroom": Subject(fruit.mushroom, ("grass", "sand", "wood"), 0.3, 3),
    "orange": Subject(fruit.orange, TABLE, number=3),
    "pineapple": Subject(fruit.pineapple, TABLE, 0.6),
    "pizza": Subject(meals.pizza, TABLE),
    "school bus": Subject(outdoors.school_bus, ("street",), 0.05),
    "snail": Subject(outdoors.snail, ("grass", "sand", "wood", "slate"), 0.3),
    "soccer ball": Subject(things.soccer_ball, ("grass", "grass", "sand", "speckled")),
    "starfish": Subject(outdoors.starfish, ("sand", "sand", "water", "slate"), number=2),
    "strawberry": Subject(fruit.strawberry, TABLE, number=4),
    "sunglasses": Subject(things.sunglasses, ("sand", "wood", "plain", "cloth"), 0.6),
    "teapot": Subject(things.teapot, ("counter", "counter", "wood"), 0.1),
    "tennis ball": Subject(things.tennis_ball, ("grass", "sand", "tiles", "plain"), number=3),
    "traffic light": Subject(outdoors.traffic_light, ("sky", "sky", "street"), 0.08),
    "umbrella": Subject(things.umbrella, ("sky", "street", "plain"), 0.4),
    "wine bottle": Subject(things.wine_bottle, ("counter", "counter", "wood"), 0.1),
}
LABELS = tuple(SUBJECTS)


def surroundings(canvas: Canvas, kind: str) -> None:
    """Draw a background: a surface, a counter with a wall, or a street under the sky."""
    rng = canvas.rng
    if kind == "counter":
        background(canvas, pick(rng, TABLE), rng.uniform(0.4, 0.7))
    elif kind == "street":
        sky(canvas)
        edge = int(canvas.height * rng.uniform(0.6, 0.75))
        canvas.pixels[edge:] = np.asarray(vary(rng, (110, 112, 116)), np.float32)
        canvas.pixels[edge:] *= 1 + 0.1 * cover(canvas, canvas.noise)[edge:, :, None]
    elif kind in NATURE:
        NATURE[kind](canvas)
    else:
        background(canvas, kind)


def spots(rng: np.random.Generator, number: int) -> list[tuple[float, float, float]]:
    """Return the place of each copy of a thing as (x, y, radius), in halves of the picture's shorter side."""
    if number == 1:
        x, y = rng.normal(0, 0.13, 2)
        return [(float(x), float(y), float(rng.uniform(0.5, 0.95)))]
    start = rng.uniform(0, 2 * math.pi)
    angles = start + np.arange(number) * 2 * math.pi / number
    far, radius = rng.uniform(0.42, 0.55), rng.uniform(0.36, 0.5)
    placed = [(far * math.cos(angle), far * math.sin(angle), radius * rng.uniform(0.85, 1.15)) for angle in angles]
    return sorted(placed, key=lambda spot: spot[1])


def occlude(pen: Pen) -> None:
    """Hide a part of the picture behind a leaf or a blurred shape at its edge."""
    rng = pen.rng
    angle = rng.uniform(0, 2 * math.pi)
    shape = leaf(1.3, 0.6) if rng.random() < 0.5 else blob(rng, 0.5, 0.15)
    shape = moved(shape, 0.95 * math.cos(angle), 0.95 * math.sin(angle), angle + rng.normal(0, 0.6))
    colour = vary(rng, pick(rng, ((80, 130, 60), (60, 60, 66), (206, 180, 150), (150, 60, 60))))
    pen.fill(shape, Skin(colour, bulge=0.4), shadow=0.08)


def draw_object(label: str, rng: np.random.Generator, sizes: tuple[int, int] = SIZES) -> Image.Image:
    """Return one picture of a class; its longer side is between the `sizes`, in pixels."""
    subject = SUBJECTS[label]
    longer = int(rng.integers(sizes[0], sizes[1] + 1))
    shorter = int(longer * rng.uniform(0.8, 1))
    canvas = new_canvas(rng, pick(rng, ((longer, shorter), (shorter, longer), (longer, longer))), FACTOR)
    surroundings(canvas, pick(rng, subject.places if rng.random() < CONTEXT_RATE else (*TABLE, *NATURE)))
    half = min(canvas.width, canvas.height) / 2
    pen = Pen(canvas, (canvas.width / 2, canvas.height / 2), half)
    number = int(rng.integers(1, subject.number + 1)) if rng.random() < 0.5 else 1
    for x, y, radius in spots(rng, number):
        turn = rng.uniform(-subject.turn, subject.turn)
        subject.draw(pen.at(x, y, turn=turn, scale=radius))
    if rng.random() < OCCLUSION_RATE:
        occlude(pen)
    picture = finish(canvas)
    return ImageOps.mirror(picture) if rng.random() < 0.5 else picture


def objects(seed: int = 0) -> Iterator[tuple[Image.Image, int]]:
    """Yield endless (picture, index in `LABELS`) pairs, the classes in random order."""
    rng = np.random.default_rng(seed)
    while True:
        for label in rng.permutation(len(LABELS)):
            yield draw_object(LABELS[int(label)], rng), int(label)
