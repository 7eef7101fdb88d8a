"""Prepared food, drawn within a circle of radius 1 around the origin of a pen."""

import math

import numpy as np

from pictures.drawing import Pen, Skin, mix, pick, vary
from pictures.objects_a import BROWN
from pictures.shapes import blob, ellipse, moved, ribbon, sausage, scatter, smooth


def bagel(pen: Pen) -> None:
    """Draw a bagel with seeds."""
    rng = pen.rng
    crust = vary(rng, pick(rng, ((200, 138, 70), (176, 112, 56), (216, 164, 96))), 8)
    hole = moved(blob(rng, rng.uniform(0.14, 0.24), 0.12), *rng.normal(0, 0.03, 2))
    skin = Skin(
        crust,
        tint=mix(crust, (110, 60, 20), 0.5),
        rim=mix(crust, (120, 70, 30), 0.4),
        bulge=0.6,
        soft=0.25,
        gloss=0.15,
        broad=True,
    )
    pen.shade(ellipse(0.9), 0.12)
    pen.ring(blob(rng, 0.9, 0.025), hole, skin)
    seed = Skin(pick(rng, ((250, 238, 206), (50, 44, 50))), bulge=0.4)
    for x, y in scatter(rng, pick(rng, (0, 24, 36)) + 1, 0.75, 0.12):
        if math.hypot(x, y) > 0.34:
            pen.fill(moved(ellipse(0.045, 0.025, 8), x, y, rng.uniform(0, 3)), seed)


def pizza(pen: Pen) -> None:
    """Draw a pizza with a few toppings."""
    rng = pen.rng
    pen.fill(
        blob(rng, 0.95, 0.02), Skin(vary(rng, (216, 158, 88)), tint=(160, 96, 48), bulge=0.5, soft=0.12), shadow=0.1
    )
    pen.fill(blob(rng, 0.82, 0.02), Skin((186, 60, 30)))
    pen.fill(blob(rng, 0.78, 0.03), Skin(vary(rng, (242, 202, 112), 7), tint=(222, 126, 56), bulge=0.4, soft=0.05))
    topping = pick(rng, ((176, 48, 34), (50, 44, 46), (80, 140, 54), (224, 200, 170)))
    size = 0.13 if topping[0] == 176 else 0.08
    for x, y in scatter(rng, 11, 0.66, 0.26):
        pen.fill(
            moved(blob(rng, size, 0.05, n=20), x, y), Skin(vary(rng, topping, 6), rim=mix(topping, (40, 10, 0), 0.3))
        )


def cheeseburger(pen: Pen) -> None:
    """Draw a cheeseburger from the side."""
    rng = pen.rng
    bun = vary(rng, pick(rng, ((212, 146, 70), (190, 116, 50))), 8)
    pen.fill(smooth([(-0.85, 0.4), (0.85, 0.4), (0.8, 0.8), (-0.8, 0.8)]), Skin(bun, bulge=0.5), shadow=0.12)
    pen.fill(moved(ellipse(0.94, 0.2), 0, 0.34), Skin((92, 54, 36), tint=(50, 28, 18), bulge=0.5, grain=0.2))
    waves = np.linspace(-0.95, 0.95, 24)
    if rng.random() < 0.5:
        pen.fill(moved(ellipse(0.88, 0.1), 0, 0.2), Skin((206, 46, 36), gloss=0.3))
    pen.fill(
        [(-0.93, 0.12), (0.93, 0.12), (0.6, 0.22), (0.35, 0.44), (0.0, 0.2), (-0.4, 0.42), (-0.62, 0.2)],
        Skin(vary(rng, (250, 186, 50), 8)),
    )
    frill = np.stack([waves, 0.07 + 0.05 * np.sin(14 * waves + rng.uniform(0, 6))], 1)
    pen.fill(ribbon(frill, 0.14), Skin(vary(rng, (124, 178, 66), 8), bulge=0.5))
    dome = smooth([(-0.95, 0.05), (-0.85, -0.4), (-0.4, -0.72), (0.4, -0.72), (0.85, -0.4), (0.95, 0.05)])
    pen.fill(dome, Skin(bun, rim=mix(bun, (120, 60, 20), 0.35), bulge=0.45, gloss=0.15))
    for x, y in scatter(rng, pick(rng, (0, 16)) + 1, 0.62, 0.15):
        pen.fill(moved(ellipse(0.045, 0.025, 8), x, -0.36 + 0.4 * y, rng.uniform(0, 3)), Skin((250, 236, 196)))


def ice_cream(pen: Pen) -> None:
    """Draw one or two scoops in a cone."""
    rng = pen.rng
    gold = vary(rng, (214, 158, 84), 8)
    shape = np.array([(-0.4, -0.1), (0.4, -0.1), (0.03, 0.98), (-0.03, 0.98)])
    pen.fill(shape, Skin(gold, bulge=0.4), shadow=0.08)
    for offset in np.arange(-0.9, 1, 0.2):
        for lean in (-0.5, 0.5):
            pen.inside(
                ribbon([(offset - lean, -0.1), (offset, 0.45), (offset + lean, 1.0)], 0.03),
                shape,
                Skin(mix(gold, BROWN, 0.6), bulge=0),
            )
    flavours = ((250, 238, 206), (112, 70, 46), (240, 160, 180), (182, 214, 160), (170, 40, 70))
    for y in (-0.2, -0.6)[: int(rng.integers(1, 3))]:
        colour = vary(rng, pick(rng, flavours), 6)
        skin = Skin(
            colour, tint=mix(colour, (255, 255, 255), 0.3), rim=mix(colour, (80, 40, 40), 0.2), bulge=0.5, grain=0.06
        )
        for x in np.linspace(-0.4, 0.4, 5):
            pen.fill(moved(blob(rng, 0.12, 0.15, n=16), x, y + 0.2 - 0.25 * abs(x)), skin)
        pen.fill(moved(blob(rng, 0.43, 0.02), 0, y), skin)


def hotdog(pen: Pen) -> None:
    """Draw a sausage in a long bun under a line of sauce."""
    rng = pen.rng
    bun = vary(rng, pick(rng, ((214, 152, 78), (226, 178, 110))), 8)
    path = np.array([(-0.75, 0.0), (-0.25, 0.0), (0.25, 0.0), (0.75, 0.0)])
    skin = Skin(bun, rim=mix(bun, (130, 70, 30), 0.35), bulge=0.5, gloss=0.1)
    pen.fill(sausage(moved(path, 0, -0.16), 0.36), skin, shadow=0.1)
    pen.fill(sausage(path * 1.1, 0.28), Skin(vary(rng, (176, 72, 46), 8), bulge=0.6, gloss=0.4))
    pen.fill(sausage(moved(path, 0, 0.22), 0.34), skin, shadow=0.03)
    x = np.linspace(-0.72, 0.72, 40)
    wave = np.stack([x, 0.05 * np.sin(16 * x + rng.uniform(0, 6))], 1)
    pen.fill(ribbon(wave, 0.06), Skin(pick(rng, ((244, 196, 40), (190, 26, 20))), bulge=0.5, gloss=0.4))
