"""Dishes that stand up or pile up: French fries and ice cream."""

import math

import numpy as np

from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.settings import CHECKS, POTTERY, bowl
from pictures.shapes import Points, blob, ellipse, moved, ribbon, scatter, smooth, squircle
from pictures.toppings import CHOCOLATE, SPRINKLES, WHITE, Stage, cherry, cream, dots, drizzle, fruits, leaves

SAUCES = ((190, 30, 24), (246, 232, 180), (226, 178, 50))
FLAVOURS = (
    (250, 238, 206), (112, 70, 46), (240, 160, 180), (182, 214, 160), (246, 200, 110), (170, 40, 70), (190, 150, 110),
)  # fmt: skip
# A scoop of radius 1 covered by a sauce that drips in five places.
SAUCE_CAP = (
    (-0.95, 0.05), (-0.7, -0.7), (0, -1.03), (0.7, -0.7), (0.95, 0.05), (0.6, -0.1), (0.45, 0.4), (0.2, -0.15),
    (-0.1, 0.25), (-0.35, -0.1), (-0.6, 0.35), (-0.75, -0.15),
)  # fmt: skip


def fry(pen: Pen, length: float, width: float, z: float) -> None:
    """Draw one chip as a lit top and a darker side."""
    rng = pen.rng
    gold = vary(rng, pick(rng, ((238, 194, 92), (228, 174, 70), (244, 210, 120))), 8)
    bend = rng.normal(0, 0.06) * length
    path = np.array([(-length / 2, 0), (-length / 6, bend), (length / 6, bend), (length / 2, 0)])
    shape = ribbon(path, width)
    pen.fill(shape, Skin(mix(gold, (130, 70, 10), 0.45), bulge=0.2), z=z - 0.5 * width, shadow=0.03)
    pen.fill(shape, Skin(gold, rim=mix(gold, (170, 100, 20), 0.45), bulge=0.4, soft=0.25, grain=0.05), z=z)


def heap(pen: Pen, number: int, radius: float, rise: float, z: float = 0) -> None:
    """Pile chips up, the highest in the middle."""
    rng = pen.rng
    spots = scatter(rng, number, radius, 0.01)
    for i, (x, y) in enumerate(spots):
        high = z + 0.05 + rise * (1 - math.hypot(x, y) / radius) * i / number
        fry(pen.at(x, y, turn=rng.uniform(0, 3.1)), rng.uniform(0.4, 0.8), rng.uniform(0.07, 0.1), high)


def dip(pen: Pen, size: float) -> None:
    """Draw a small bowl of sauce."""
    place = pen.at(scale=size)
    bowl(place, vary(pen.rng, pick(pen.rng, POTTERY)), 0.5)
    sauce = vary(pen.rng, pick(pen.rng, SAUCES), 6)
    place.fill(blob(pen.rng, 0.82, 0.02), Skin(sauce, bulge=0.3, gloss=0.5, soft=0.3), z=0.45)


def fries_in_box(stage: Stage) -> None:
    """Draw chips standing in a paper box or a cone."""
    rng = stage.rng
    pen = stage.counter(1.0, rng.uniform(0.36, 0.46), low=0.1).at(turn=rng.normal(0, 0.1))
    cone = rng.random() < 0.4
    foot = 0.1 if cone else rng.uniform(0.34, 0.46)
    colour = vary(rng, pick(rng, (*CHECKS, WHITE, (206, 170, 120))))
    pen.shade(moved(ellipse(foot + 0.1, 0.08), 0, 0.86), 0.08)
    skin = Skin(colour, bulge=0.25, soft=0.25, gloss=0.05)
    pen.fill(
        smooth([(-0.55, -0.2), (0, -0.34), (0.55, -0.2), (0.4, 0.3), (-0.4, 0.3)], 2),
        Skin(mix(colour, (40, 30, 30), 0.35)),
    )
    for x in rng.permutation(np.linspace(-0.5, 0.5, int(rng.integers(26, 38)))):
        stick = pen.at(
            x, -0.28 + rng.uniform(-0.28, 0.22) + 0.3 * x * x, turn=math.pi / 2 + 0.6 * x + rng.normal(0, 0.1)
        )
        fry(stick, rng.uniform(0.65, 0.95), rng.uniform(0.08, 0.1), 0)
    front = smooth([(-0.62, -0.06), (-0.3, 0.05), (0, 0.09), (0.3, 0.05), (0.62, -0.06)], 2, closed=False)
    face = np.concatenate([front, [(foot, 0.9), (-foot, 0.9)]])
    pen.fill(face, skin)
    decorate_box(pen, face, foot, colour)


def decorate_box(pen: Pen, face: Points, foot: float, colour: Colour) -> None:
    """Print stripes, a disc or nothing on a box of chips."""
    rng = pen.rng
    ink = Skin(WHITE if sum(colour) < 520 else vary(rng, pick(rng, CHECKS)), bulge=0.1)
    kind = pick(rng, ("stripes", "disc", "bare"))
    if kind == "stripes":
        for share in np.arange(-0.85, 1, 0.34):
            stripe = [
                (share * 0.62 - 0.05, -0.2),
                (share * 0.62 + 0.05, -0.2),
                (share * foot + 0.04, 0.95),
                (share * foot - 0.04, 0.95),
            ]
            pen.inside(stripe, face, ink)
    elif kind == "disc":
        pen.inside(moved(ellipse(0.17), 0, 0.45), face, ink)


def french_fries(stage: Stage) -> None:
    """Draw chips on a plate, in a bowl or in a box."""
    rng = stage.rng
    kind = pick(rng, ("plate", "plate", "bowl", "box", "box"))
    if kind == "box":
        fries_in_box(stage)
        return
    pen = stage.table(0.5, 0.95, None if kind == "plate" else ("none",))
    if kind == "bowl":
        bowl(pen, vary(rng, pick(rng, (*POTTERY, (90, 92, 96)))), 0.35)
        heap(pen, 55, 0.62, 0.35, 0.3)
    else:
        sauce = rng.random() < 0.5
        heap(pen.at(-0.12 if sauce else 0, 0), int(rng.integers(40, 65)), rng.uniform(0.45, 0.6), 0.3)
        if sauce:
            dip(pen.at(0.62 * math.cos(-pen.turn), 0.62 * math.sin(-pen.turn)), 0.27)
    if rng.random() < 0.4:
        leaves(pen.at(*rng.normal(0, 0.15, 2)), pick(rng, stage.kit.herbs), 0.15, 0.4)


def scoop(pen: Pen, radius: float, colour: Colour) -> None:
    """Draw a scoop of ice cream with its ragged skirt."""
    rng = pen.rng
    kind = pick(rng, ("smooth", "chips", "swirl"))
    tint = {"smooth": mix(colour, WHITE, 0.3), "chips": None, "swirl": pick(rng, (CHOCOLATE, (190, 40, 70), WHITE))}[
        kind
    ]
    skin = Skin(colour, tint=tint, rim=mix(colour, (80, 40, 40), 0.2), bulge=0.5, soft=0.45, grain=0.06)
    for x in np.linspace(-0.9, 0.9, 9):
        lump = moved(blob(rng, 0.22 * radius, 0.15), x * radius, radius * (0.55 - 0.25 * abs(x)))
        pen.fill(lump, skin)
    pen.fill(blob(rng, radius, 0.02, n=48), skin)
    if kind == "chips":
        for x, y in scatter(rng, 14, 0.85 * radius, 0.2 * radius):
            pen.fill(moved(blob(rng, 0.06 * radius, 0.3), x, y), Skin(CHOCOLATE))


def cone(pen: Pen, width: float, length: float) -> None:
    """Draw a wafer cone that hangs from the origin, with its crossed lines."""
    rng = pen.rng
    gold = vary(rng, (214, 158, 84), 10)
    shape = np.array([(-width, 0), (width, 0), (0.06 * width, length), (-0.06 * width, length)])
    pen.fill(shape, Skin(gold, bulge=0.4, soft=0.4), shadow=0.05)
    line = Skin(mix(gold, (110, 60, 20), 0.6), bulge=0.3)
    for offset in np.arange(-3, 3, 0.42) * width:
        for lean in (-0.55, 0.55):
            stroke = ribbon([(offset - lean * length, 0), (offset, length / 2), (offset + lean * length, length)], 0.03)
            pen.inside(stroke, shape, line)
    pen.fill(moved(squircle(width * 1.05, 0.07, 5), 0, 0.03), Skin(gold, bulge=0.5))


def ice_cream_toppings(pen: Pen, stage: Stage, radius: float) -> None:
    """Put on the highest scoop a sauce, sprinkles or a fruit."""
    rng = stage.rng
    kind = pick(rng, ("sauce", "sprinkles", "cherry", "fruit", "bare", "bare"))
    if kind == "sauce":
        cap = smooth(SAUCE_CAP, 2) * radius
        pen.fill(cap, Skin(pick(rng, (CHOCOLATE, (170, 20, 50), (190, 110, 30))), bulge=0.4, gloss=0.5, soft=0.2))
    elif kind == "sprinkles":
        dots(pen, 0.85 * radius, 30, SPRINKLES, 0.022)
    elif kind == "cherry":
        cherry(pen.at(0, -radius * 0.85), 0.14)
    elif kind == "fruit":
        fruits(pen.at(0, -0.8 * radius), stage.kit.fruits, 0.01, 1, 0.13)


def wafer(pen: Pen, radius: float) -> None:
    """Stick a wafer behind the scoops."""
    stick = pen.at(0.5 * radius, -0.9 * radius, turn=pen.rng.normal(0.5, 0.2))
    stick.fill(squircle(0.07, 0.42, 12), Skin((208, 150, 80), tint=(160, 100, 50), bulge=0.4))


def ice_cream_cone(stage: Stage) -> None:
    """Draw a cone with one to three scoops, or with a swirl of soft ice."""
    rng = stage.rng
    pen = stage.counter(1.0, rng.uniform(0.44, 0.56), low=-0.04).at(turn=rng.normal(0, 0.15))
    radius = rng.uniform(0.38, 0.46)
    if rng.random() < 0.3:
        cone(pen.at(0, 0.05), radius * 0.85, 0.95)
        soft = Pen(pen.canvas, tuple(pen.project([(0, 0.08)])[0]), pen.unit, 0.3, turn=pen.turn)
        cream(soft, radius * 1.02, vary(rng, pick(rng, FLAVOURS), 6), 4, steep=1.5)
        return
    number = int(pick(rng, (1, 1, 2, 3)))
    pen = pen.at(0, 0.12 * (number - 1), scale=(1.1, 0.95, 0.9)[number - 1])
    if rng.random() < 0.25:
        wafer(pen.at(0, -radius * 1.1 * number), radius)
    cone(pen.at(0, 0.1), radius * 0.9, 1.0)
    spots = [(-0.24, -0.1), (0.24, -0.1), (0.0, -0.5)] if number == 3 else [(0, -0.12 - 0.5 * i) for i in range(number)]
    for x, y in spots:
        scoop(pen.at(x, y), radius, vary(rng, pick(rng, FLAVOURS), 6))
    ice_cream_toppings(pen.at(*spots[-1]), stage, radius)


def ice_cream_cup(stage: Stage) -> None:
    """Draw scoops in a paper cup or a glass, from the side."""
    rng = stage.rng
    pen = stage.counter(1.0, rng.uniform(0.5, 0.62), low=0.06).at(turn=rng.normal(0, 0.06))
    glass = rng.random() < 0.5
    colour = (214, 226, 232) if glass else vary(rng, pick(rng, (*CHECKS, *SPRINKLES, WHITE)))
    pen.shade(moved(ellipse(0.4, 0.07), 0, 0.75), 0.08)
    if rng.random() < 0.35:
        wafer(pen.at(0, -0.35), 0.4)
    spots = pick(rng, ([(0, -0.2)], [(-0.26, -0.14), (0.26, -0.16)], [(-0.28, -0.14), (0.28, -0.12), (0, -0.48)]))
    for x, y in spots:
        scoop(pen.at(x, y), 0.34 if len(spots) > 1 else 0.44, vary(rng, pick(rng, FLAVOURS), 6))
    ice_cream_toppings(pen.at(*spots[-1]), stage, 0.34)
    skin = Skin(colour, rim=mix(colour, (60, 60, 70), 0.3), bulge=0.4, soft=0.3, gloss=0.4 if glass else 0.05)
    if glass:
        pen.fill([(-0.06, 0.4), (0.06, 0.4), (0.08, 0.72), (0.34, 0.78), (-0.34, 0.78), (-0.08, 0.72)], skin)
        pen.fill(smooth([(-0.6, 0), (0.6, 0), (0.5, 0.35), (0.1, 0.5), (-0.1, 0.5), (-0.5, 0.35)], 2), skin, alpha=0.8)
    else:
        face = np.array([(-0.58, 0), (0.58, 0), (0.42, 0.75), (-0.42, 0.75)])
        pen.fill(face, skin)
        decorate_box(pen.at(0, 0, scale=0.9), face / 0.9, 0.45, colour)
    pen.fill(moved(squircle(0.62, 0.035, 4), 0, 0.01), skin)


def ice_cream(stage: Stage) -> None:
    """Draw ice cream in a cone, a cup or a bowl."""
    rng = stage.rng
    kind = pick(rng, ("cone", "cone", "cup", "bowl"))
    if kind == "cone":
        ice_cream_cone(stage)
    elif kind == "cup":
        ice_cream_cup(stage)
    else:
        pen = stage.table(0.55, 0.9, ("none",))
        pen = pen.at(scale=0.88)
        bowl(pen, vary(rng, pick(rng, POTTERY)), 0.45)
        number = int(rng.integers(2, 5))
        for angle in sorted(np.arange(number) * 6.28 / number, key=lambda a: math.sin(a + pen.turn)):
            top = pen.project([(0.42 * math.cos(angle), 0.42 * math.sin(angle))], 0.62)[0]
            scoop(
                Pen(pen.canvas, tuple(top), pen.unit, turn=rng.normal(0, 0.2)), 0.42, vary(rng, pick(rng, FLAVOURS), 6)
            )
        if rng.random() < 0.5:
            drizzle(pen, 0.55, pick(rng, (CHOCOLATE, (170, 20, 50), (200, 120, 40))), 0.9, 0.045)
        if rng.random() < 0.5:
            fruits(pen, stage.kit.fruits, 0.4, 3, 0.14, 0.85)
