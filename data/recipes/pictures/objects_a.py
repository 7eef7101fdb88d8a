"""Fruit and vegetables, drawn within a circle of radius 1 around the origin of a pen."""

import math

import numpy as np

from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.shapes import blob, ellipse, lathe, leaf, moved, ribbon, sausage, scatter, smooth

GREEN: Colour = (84, 142, 60)
BROWN: Colour = (110, 74, 44)


def banana(pen: Pen) -> None:
    """Draw one to three bananas joined at the stalk."""
    rng = pen.rng
    ripe = vary(rng, pick(rng, ((244, 208, 66), (226, 200, 80), (196, 200, 84))), 8)
    number = int(rng.integers(1, 4))
    for turn in 0.28 * (np.arange(number) - (number - 1) / 2):
        fruit = pen.at(-0.7, 0.25).at(turn=turn - 0.5).at(0.7, -0.25)
        bend = rng.uniform(0.35, 0.5)
        shape = smooth(
            [
                (-0.95, -0.1),
                (-0.4, bend),
                (0.4, bend),
                (1, -0.25),
                (0.9, -0.32),
                (0.35, 0.02),
                (-0.35, 0.02),
                (-0.85, -0.3),
            ]
        )
        fruit.fill(shape, Skin(ripe, rim=mix(ripe, (120, 90, 10), 0.3), bulge=0.5, gloss=0.1), shadow=0.08)
        fruit.fill(
            ribbon(smooth([(-0.85, -0.15), (-0.3, 0.24), (0.35, 0.24), (0.92, -0.2)], closed=False), 0.03),
            Skin(mix(ripe, BROWN, 0.3), bulge=0),
        )
        fruit.fill(ribbon([(-0.86, -0.18), (-0.93, -0.26), (-0.98, -0.36)], 0.13), Skin(mix(ripe, BROWN, 0.5)))
        fruit.fill(moved(ellipse(0.06, n=12), 0.95, -0.27), Skin((60, 44, 30)))


def citrus(pen: Pen, colour: Colour, outline: np.ndarray, cut: bool) -> None:
    """Draw a citrus fruit whole, or cut across its segments."""
    rng = pen.rng
    skin = Skin(colour, rim=mix(colour, (150, 70, 0), 0.25), bulge=0.55, soft=0.45, gloss=0.15, grain=0.09)
    pen.fill(outline, skin, shadow=0.12)
    if not cut:
        pen.fill(moved(blob(rng, 0.07, 0.3, n=14), *rng.uniform(-0.4, 0.4, 2)), Skin((100, 120, 50)))
        return
    radius = float(np.abs(outline).min(1).max()) * 0.98
    pen.fill(ellipse(0.9 * radius), Skin(mix(colour, (255, 250, 225), 0.75), bulge=0.1))
    flesh = Skin(
        mix(colour, (255, 240, 170), 0.15), tint=mix(colour, (255, 250, 220), 0.35), bulge=0.4, soft=0.15, gloss=0.2
    )
    for angle in np.arange(9) * 2 * math.pi / 9:
        wedge = smooth([(0.1, 0), (0.72, -0.24), (0.8, 0), (0.72, 0.24)], 2) * radius
        pen.fill(moved(wedge, turn=angle), flesh)


def orange(pen: Pen) -> None:
    """Draw an orange."""
    citrus(pen, vary(pen.rng, (244, 142, 30), 8), blob(pen.rng, 0.85, 0.012), pen.rng.random() < 0.35)


def lemon(pen: Pen) -> None:
    """Draw a lemon, or half of one."""
    end = np.array([(1, -0.1), (1, 0.1), (0.75, 0.35), (0.4, 0.62)])
    shape = smooth(np.concatenate([end, (end * (-1, 1))[::-1], -end, (end * (1, -1))[::-1]]), 2)
    cut = pen.rng.random() < 0.35
    colour = vary(pen.rng, pick(pen.rng, ((246, 222, 60), (236, 206, 40))), 8)
    citrus(pen, colour, blob(pen.rng, 0.7, 0.012) if cut else shape, cut)


def strawberry(pen: Pen) -> None:
    """Draw a strawberry with its seeds and leaves."""
    shape = smooth([(-0.75, -0.45), (-0.3, -0.75), (0.3, -0.75), (0.75, -0.45), (0.62, 0.3), (0, 1.05), (-0.62, 0.3)])
    red = vary(pen.rng, (208, 36, 40), 10)
    pen.fill(shape, Skin(red, rim=mix(red, (90, 0, 10), 0.4), bulge=0.6, gloss=0.35), shadow=0.12)
    for x, y in scatter(pen.rng, 20, 0.6, 0.2):
        pen.fill(moved(ellipse(0.03, 0.05, 8), x * (1 - 0.35 * y), y * 1.15), Skin((248, 214, 110), bulge=0, grain=0))
    for angle in np.linspace(-3.3, 0.15, 7):
        pen.fill(
            moved(leaf(0.55, 0.2), 0.26 * math.cos(angle), -0.66 + 0.12 * math.sin(angle), angle),
            Skin(vary(pen.rng, GREEN, 8), bulge=0.5),
        )


def pineapple(pen: Pen) -> None:
    """Draw a pineapple: a diamond pattern under a crown of leaves."""
    rng = pen.rng
    gold = vary(rng, pick(rng, ((206, 150, 50), (170, 130, 50), (220, 170, 70))), 8)
    for angle in np.concatenate([np.linspace(-2.7, -0.45, 8), np.linspace(-2.2, -0.95, 5)]):
        blade = moved(
            leaf(0.75, 0.17, rng.normal(0, 0.08)), 0.33 * math.cos(angle), -0.3 + 0.42 * math.sin(angle), angle
        )
        pen.fill(blade, Skin(vary(rng, (88, 130, 70), 12), bulge=0.5), shadow=0.03)
    body = moved(blob(rng, 1, 0.01) * (0.5, 0.62), 0, 0.36)
    pen.fill(body, Skin(gold, rim=mix(gold, (80, 50, 10), 0.45), bulge=0.5), shadow=0.1)
    line = Skin(mix(gold, (90, 50, 10), 0.7), bulge=0)
    for offset in np.arange(-1.2, 1.3, 0.3):
        for lean in (-0.75, 0.75):
            pen.inside(
                ribbon([(offset - lean, -0.35), (offset, 0.36), (offset + lean, 1.07)], 0.035), body, line, alpha=0.8
            )


def fig(pen: Pen) -> None:
    """Draw a fig whole, or cut in two."""
    rng = pen.rng
    shape = lathe([(0.06, -0.85), (0.1, -0.6), (0.45, -0.2), (0.66, 0.3), (0.5, 0.7), (0.1, 0.85), (0.0, 0.85)])
    purple = vary(rng, pick(rng, ((84, 50, 84), (104, 62, 80), (112, 126, 70))), 8)
    pen.fill(shape, Skin(purple, tint=mix(purple, (150, 130, 140), 0.4), bulge=0.6, gloss=0.1), shadow=0.12)
    if rng.random() < 0.55:
        pen.fill(shape * 0.9 + (0, 0.02), Skin((240, 224, 196), bulge=0.1))
        pulp = moved(blob(rng, 0.46, 0.05) * (1, 1.1), 0, 0.24)
        pen.fill(pulp, Skin((196, 74, 80), tint=(226, 130, 110), bulge=0.4))
        for x, y in scatter(rng, 16, 0.38, 0.1):
            pen.fill(moved(ellipse(0.03, n=8), x, y + 0.24), Skin((244, 220, 160)))
    else:
        for x in (-0.4, -0.15, 0.15, 0.4):
            pen.fill(
                ribbon(smooth([(0.1 * x, -0.6), (x, 0.2), (0.3 * x, 0.8)], closed=False), 0.025),
                Skin(mix(purple, (30, 10, 30), 0.4), bulge=0),
            )


def granny_smith(pen: Pen) -> None:
    """Draw a green apple."""
    rng = pen.rng
    shape = lathe([(0.0, -0.6), (0.25, -0.75), (0.75, -0.65), (0.88, -0.1), (0.68, 0.55), (0.3, 0.8), (0.0, 0.7)])
    green = vary(rng, (146, 190, 62), 8)
    pen.fill(
        shape,
        Skin(green, tint=mix(green, (210, 220, 120), 0.4), rim=mix(green, (50, 90, 20), 0.35), bulge=0.55, gloss=0.4),
        shadow=0.12,
    )
    pen.fill(moved(ellipse(0.22, 0.09), 0, -0.6), Skin(mix(green, (60, 70, 20), 0.5), bulge=-0.4))
    pen.fill(ribbon(smooth([(0, -0.58), (0.04, -0.8), (0.14, -0.98)], closed=False), 0.07), Skin(BROWN))
    if rng.random() < 0.5:
        pen.fill(moved(leaf(0.5, 0.22, 0.06), 0.35, -0.85, -0.3), Skin(vary(rng, GREEN), bulge=0.5), shadow=0.04)


def mushroom(pen: Pen) -> None:
    """Draw a mushroom from the side: a cap over a stalk."""
    rng = pen.rng
    cap = vary(rng, pick(rng, ((226, 206, 180), (160, 110, 74), (196, 50, 40), (206, 160, 100))), 8)
    stalk = lathe([(0.2, -0.2), (0.17, 0.2), (0.24, 0.75), (0.2, 0.92), (0.0, 0.94)])
    pen.fill(stalk, Skin((240, 230, 210), tint=(214, 200, 174), bulge=0.5), shadow=0.1)
    gills = smooth([(-0.9, -0.1), (0.9, -0.1), (0.5, 0.12), (0, 0.18), (-0.5, 0.12)], 2)
    pen.fill(gills, Skin((190, 160, 130), bulge=0.3))
    high = rng.uniform(-0.95, -0.7)
    top = smooth(
        [(-0.98, 0.0), (-0.85, -0.4), (-0.4, high), (0.4, high), (0.85, -0.4), (0.98, 0.0), (0.5, -0.06), (-0.5, -0.06)]
    )
    pen.fill(top, Skin(cap, rim=mix(cap, (60, 30, 10), 0.25), bulge=0.5, gloss=0.15))
    if cap[1] < 90:
        for x, y in scatter(rng, 9, 0.6, 0.25):
            pen.inside(moved(ellipse(0.1, 0.07, 12), x, -0.4 + 0.5 * y), top, Skin((250, 246, 236), bulge=0.4))


def broccoli(pen: Pen) -> None:
    """Draw a floret of broccoli."""
    rng = pen.rng
    pale, dark = vary(rng, (150, 180, 96), 8), vary(rng, (66, 116, 50), 8)
    pen.fill(lathe([(0.4, -0.1), (0.2, 0.3), (0.2, 0.9), (0.0, 0.95)]), Skin(pale, bulge=0.5), shadow=0.1)
    for lean in (-0.35, 0.0, 0.35):
        pen.fill(ribbon([(0.2 * lean, 0.4), (0.7 * lean, 0.15), (1.2 * lean, -0.2)], 0.2), Skin(pale, bulge=0.5))
    spots = [
        (-0.55, -0.05),
        (0.55, -0.05),
        (-0.62, -0.35),
        (0.62, -0.35),
        (-0.3, -0.62),
        (0.32, -0.6),
        (0, -0.2),
        (0, -0.5),
    ]
    for x, y in spots:
        skin = Skin(vary(rng, dark, 7), tint=mix(dark, (130, 170, 90), 0.5), bulge=0.55, grain=0.3)
        pen.fill(moved(blob(rng, 0.34, 0.07, 9), x, y), skin, shadow=0.04)


def cucumber(pen: Pen) -> None:
    """Draw a cucumber, with slices in front of it at times."""
    rng = pen.rng
    green = vary(rng, (66, 116, 52), 8)
    path = smooth([(-0.85, 0.06), (-0.3, -0.08), (0.3, -0.08), (0.85, 0.06)], closed=False)
    pen.fill(sausage(path, 0.4), Skin(green, tint=mix(green, (130, 170, 90), 0.5), bulge=0.6, gloss=0.2), shadow=0.1)
    for y in (-0.1, 0.0, 0.1):
        pen.fill(ribbon(moved(path, 0, y), 0.02), Skin(mix(green, (190, 210, 130), 0.5), bulge=0), alpha=0.6)
    for x in (-0.4, 0.0, 0.4)[: int(rng.integers(0, 4))]:
        cut = pen.at(x, 0.42, scale=0.3)
        cut.fill(ellipse(1.0), Skin(green), shadow=0.1)
        cut.fill(ellipse(0.88), Skin((214, 228, 166), rim=(180, 206, 120), bulge=0.1))
        for angle in np.arange(6) * math.pi / 3:
            cut.fill(moved(leaf(0.3, 0.12), 0.4 * math.cos(angle), 0.4 * math.sin(angle), angle), Skin((244, 244, 214)))


def bell_pepper(pen: Pen) -> None:
    """Draw a bell pepper: swollen lobes under a green stalk."""
    rng = pen.rng
    colour = vary(rng, pick(rng, ((206, 38, 34), (240, 190, 40), (80, 146, 54), (236, 130, 40))), 8)
    skin = Skin(colour, rim=mix(colour, (40, 10, 0), 0.3), bulge=0.6, gloss=0.5)
    lobe = lathe([(0.0, -0.6), (0.25, -0.66), (0.4, -0.3), (0.34, 0.4), (0.18, 0.78), (0.0, 0.72)])
    for x in (-0.4, 0.4, 0.0):
        pen.fill(moved(lobe, x, -0.04 * (x == 0), -0.25 * x), skin, shadow=0.08 if x else 0.0)
    pen.fill(moved(ellipse(0.3, 0.12), 0, -0.6), Skin(mix(colour, GREEN, 0.7), bulge=-0.3))
    pen.fill(
        ribbon(smooth([(0, -0.55), (0.02, -0.8), (0.14, -0.98)], closed=False), 0.15), Skin(vary(rng, GREEN), bulge=0.6)
    )


def acorn(pen: Pen) -> None:
    """Draw an acorn in its scaly cup."""
    rng = pen.rng
    nut = vary(rng, pick(rng, ((172, 116, 58), (140, 90, 46), (150, 150, 70))), 8)
    shape = lathe([(0.5, -0.25), (0.56, 0.2), (0.35, 0.7), (0.08, 0.86), (0.03, 0.98), (0.0, 0.98)])
    pen.fill(shape, Skin(nut, rim=mix(nut, (50, 20, 0), 0.35), bulge=0.6, gloss=0.4), shadow=0.12)
    cap = smooth(
        [
            (-0.7, -0.12),
            (-0.6, -0.5),
            (-0.2, -0.75),
            (0.2, -0.75),
            (0.6, -0.5),
            (0.7, -0.12),
            (0.3, -0.05),
            (-0.3, -0.05),
        ]
    )
    scales = vary(rng, (124, 92, 60), 8)
    pen.fill(cap, Skin(scales, bulge=0.5))
    for row, y in enumerate((-0.56, -0.38, -0.2)):
        for x in np.linspace(-1, 1, 5 + row) * (0.34, 0.5, 0.6)[row]:
            pen.inside(
                moved(ellipse(0.13, 0.1, 12), x, y),
                cap,
                Skin(vary(rng, scales, 5), rim=mix(scales, (30, 20, 10), 0.5), bulge=0.6),
            )
    pen.fill(ribbon([(0, -0.7), (0.03, -0.85), (0.08, -0.98)], 0.12), Skin(BROWN))
