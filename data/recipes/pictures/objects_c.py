"""Animals, flowers and things seen outdoors, drawn within a circle of radius 1 around the origin of a pen."""

import math

import numpy as np

from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.objects_b import BRIGHT
from pictures.shapes import arc, blob, ellipse, lathe, leaf, moved, ribbon, sausage, smooth, squircle, star

WINDOW: Colour = (60, 76, 96)
FUSELAGE = (
    (-1, -0.14), (-0.6, -0.16), (0.7, -0.16), (0.95, -0.06), (1.0, 0.04), (0.8, 0.12), (-0.5, 0.12), (-0.9, -0.04),
)  # fmt: skip
EYES = (
    np.array([(-0.18, 0.12), (0.18, 0.12), (0, -0.2)]),
    np.array([(-0.2, -0.1), (0.2, 0.05), (0.1, 0.15), (-0.15, 0.12)]),
    ellipse(0.15, n=20),
)


def airliner(pen: Pen) -> None:
    """Draw an airliner from the side."""
    rng = pen.rng
    body, tail = vary(rng, (238, 240, 242), 5), vary(rng, pick(rng, BRIGHT))
    skin = Skin(body, rim=mix(body, (90, 100, 120), 0.35), bulge=0.45, gloss=0.2)
    pen.fill([(-0.75, -0.1), (-0.95, -0.55), (-0.8, -0.56), (-0.45, -0.12)], Skin(tail, bulge=0.3))
    pen.fill([(0.0, -0.05), (-0.35, -0.42), (-0.22, -0.42), (0.25, -0.05)], Skin(mix(body, (90, 100, 120), 0.45)))
    shape = smooth(FUSELAGE, 2)
    pen.fill(shape, skin)
    pen.inside([(-1, 0.02), (1, 0.02), (1, 0.07), (-1, 0.07)], shape, Skin(tail, bulge=0.2))
    for x in np.arange(-0.6, 0.7, 0.11):
        pen.fill(moved(squircle(0.03, 0.035, 4, 10), x, -0.05), Skin(WINDOW, bulge=0))
    pen.fill(moved(squircle(0.06, 0.04, 3, 12), 0.83, -0.07), Skin(WINDOW, bulge=0))
    pen.fill(
        [(0.3, 0.03), (-0.3, 0.55), (-0.5, 0.55), (-0.12, 0.05)],
        Skin(mix(body, (90, 100, 120), 0.25), bulge=0.3),
        shadow=0.03,
    )
    for x, y in ((0.05, 0.2), (-0.22, 0.4)):
        pen.fill(moved(squircle(0.13, 0.065, 3), x, y), Skin(mix(body, tail, 0.5), bulge=0.6))
    pen.fill([(-0.7, -0.05), (-0.98, 0.12), (-0.86, 0.12), (-0.52, -0.03)], Skin(mix(body, (90, 100, 120), 0.25)))


def wheel(pen: Pen, x: float, y: float, radius: float) -> None:
    """Draw a wheel."""
    pen.fill(moved(ellipse(radius), x, y), Skin((38, 38, 42), bulge=0.4))
    pen.fill(moved(ellipse(0.5 * radius, n=20), x, y), Skin((170, 170, 174), bulge=0.4))


def school_bus(pen: Pen) -> None:
    """Draw a yellow school bus from the side, sometimes from the front."""
    rng = pen.rng
    yellow = vary(rng, (244, 180, 36), 7)
    skin, black = Skin(yellow, rim=mix(yellow, (120, 70, 0), 0.3), bulge=0.4, soft=0.15), Skin((40, 38, 40), bulge=0)
    glass = Skin(vary(rng, (110, 140, 160), 10), bulge=0.3, gloss=0.3)
    if rng.random() < 0.25:
        for x in (-0.5, 0.5):
            pen.fill(moved(squircle(0.15, 0.2, 5), x, 0.72), black)
        pen.fill(squircle(0.72, 0.8, 7), skin, shadow=0.1)
        for x in (-0.3, 0.3):
            pen.fill(moved(squircle(0.27, 0.24, 8), x, -0.25), glass)
            pen.fill(moved(ellipse(0.1, n=20), 1.6 * x, 0.5), Skin((250, 246, 220), bulge=0.5, gloss=0.4))
            pen.fill(moved(ellipse(0.06, n=16), 1.7 * x, -0.66), Skin((214, 60, 40)))
        pen.fill(moved(squircle(0.3, 0.16, 6), 0, 0.34), Skin((60, 58, 60), bulge=0.4))
        pen.fill(moved(squircle(0.4, 0.06, 8), 0, -0.64), black)
        pen.fill(moved(squircle(0.76, 0.07, 8), 0, 0.7), black)
        return
    pen.fill(
        smooth([(-1, -0.55), (0.6, -0.55), (0.68, -0.1), (0.98, -0.05), (1, 0.4), (-1, 0.4)], 1), skin, shadow=0.08
    )
    for x in np.linspace(-0.82, 0.28, 5):
        pen.fill(moved(squircle(0.11, 0.13, 6, 20), x, -0.28), glass)
    pen.fill([(0.42, -0.42), (0.57, -0.42), (0.63, -0.1), (0.42, -0.1)], glass)
    for y in (-0.02, 0.14, 0.24):
        pen.fill([(-0.98, y), (0.66, y), (0.66, y + 0.04), (-0.98, y + 0.04)], black)
    wheel(pen, -0.6, 0.42, 0.17)
    wheel(pen, 0.62, 0.42, 0.17)
    pen.fill(moved(ellipse(0.06, n=14), 0.95, 0.1), Skin((250, 246, 220), bulge=0.5))


def traffic_light(pen: Pen) -> None:
    """Draw a traffic light on its pole, with one lamp lit."""
    rng = pen.rng
    case = vary(rng, pick(rng, ((44, 46, 48), (60, 70, 56), (226, 176, 50))), 6)
    pen.fill(np.array([(-0.06, 0.5), (0.06, 0.5), (0.06, 3.0), (-0.06, 3.0)]), Skin((90, 92, 96), bulge=0.5))
    pen.fill(squircle(0.4, 0.95, 9), Skin(case, bulge=0.4, soft=0.15), shadow=0.06)
    lit = int(rng.integers(3))
    for i, lamp in enumerate(((236, 46, 36), (250, 186, 40), (60, 210, 110))):
        y = 0.58 * (i - 1)
        pen.fill(moved(ellipse(0.29), 0, y), Skin(mix(case, (10, 10, 10), 0.6), bulge=-0.3))
        if i == lit:
            for size in (0.55, 0.42):
                pen.fill(moved(ellipse(size), 0, y), Skin(lamp, bulge=0, grain=0), alpha=0.16)
        colour = lamp if i == lit else mix(lamp, (30, 30, 30), 0.72)
        pen.fill(moved(ellipse(0.24), 0, y), Skin(colour, rim=mix(colour, (20, 20, 20), 0.2), bulge=0.3, gloss=0.3))


def balloon(pen: Pen) -> None:
    """Draw a hot-air balloon, or a party balloon on its string."""
    rng = pen.rng
    first, second = (vary(rng, pick(rng, BRIGHT)) for _ in range(2))
    if rng.random() < 0.5:
        pen.fill(
            ribbon(smooth([(0, 0.5), (0.08, 0.7), (-0.06, 0.85), (0.04, 1.1)], closed=False), 0.02),
            Skin((240, 240, 240), bulge=0),
        )
        shape = lathe([(0.0, -0.95), (0.5, -0.9), (0.68, -0.35), (0.4, 0.3), (0.06, 0.52), (0.0, 0.52)])
        pen.fill(shape, Skin(first, rim=mix(first, (20, 10, 20), 0.3), bulge=0.5, gloss=0.6, grain=0.01))
        pen.fill([(-0.08, 0.6), (0.08, 0.6), (0, 0.48)], Skin(mix(first, (20, 10, 20), 0.2)))
        return
    shape = lathe([(0.0, -0.98), (0.5, -0.95), (0.85, -0.35), (0.5, 0.25), (0.18, 0.5), (0.0, 0.5)])
    pen.fill(shape, Skin(first, bulge=0.45, soft=0.5))
    for wide in (0.8, 0.32):
        for side in (-1, 1):
            band = [
                (0, -0.98),
                (wide * side, -0.6),
                (wide * side, -0.2),
                (0.16 * side, 0.5),
                (0.1 * side, 0.5),
                (0.6 * wide * side, -0.3),
                (0.6 * wide * side, -0.6),
            ]
            pen.inside(smooth(band, 2), shape, Skin(second, bulge=0.2))
    for x in (-1, 1):
        pen.fill(ribbon([(0.16 * x, 0.48), (0.13 * x, 0.6), (0.1 * x, 0.75)], 0.02), Skin((70, 60, 50), bulge=0))
    pen.fill(moved(squircle(0.15, 0.11, 5), 0, 0.82), Skin((140, 92, 50), tint=(100, 62, 30), bulge=0.5))


def ladybug(pen: Pen) -> None:
    """Draw a ladybug from above."""
    rng = pen.rng
    red = vary(rng, pick(rng, ((206, 40, 30), (206, 40, 30), (232, 120, 30))), 8)
    dark = Skin((34, 30, 32), bulge=0.5, gloss=0.3)
    for side in (-1, 1):
        for y, reach in ((-0.3, 0.85), (0.1, 0.98), (0.5, 0.85)):
            leg = smooth([(0.4 * side, y), (0.8 * reach * side, y - 0.05), (reach * side, y + 0.2)], closed=False)
            pen.fill(ribbon(leg, 0.07), dark, shadow=0.03)
        pen.fill(
            ribbon(smooth([(0.12 * side, -0.8), (0.25 * side, -0.95), (0.38 * side, -0.98)], closed=False), 0.05), dark
        )
    pen.fill(moved(ellipse(0.36, 0.28), 0, -0.68), dark)
    pen.fill(moved(ellipse(0.55, 0.3), 0, -0.48), dark, shadow=0.05)
    for side in (-1, 1):
        pen.fill(moved(ellipse(0.12, 0.09, 16), 0.34 * side, -0.55), Skin((244, 240, 230)))
    shell = moved(ellipse(0.72, 0.78), 0, 0.14)
    pen.fill(shell, Skin(red, rim=mix(red, (60, 0, 0), 0.4), bulge=0.55, soft=0.45, gloss=0.5), shadow=0.12)
    pen.fill(ribbon([(0, -0.62), (0, 0.1), (0, 0.92)], 0.04), dark)
    for x, y in ((0.3, -0.22), (0.46, 0.22), (0.22, 0.5)):
        for side in (-1, 1):
            pen.inside(moved(ellipse(rng.uniform(0.1, 0.16), n=20), x * side, y), shell, Skin((34, 30, 32), bulge=0.1))


def goldfish(pen: Pen) -> None:
    """Draw a goldfish from the side."""
    rng = pen.rng
    gold = vary(rng, pick(rng, ((240, 130, 30), (246, 160, 50), (226, 90, 40))), 8)
    fin = Skin(mix(gold, (255, 220, 170), 0.3), tint=mix(gold, (255, 230, 190), 0.6), bulge=0.3)
    pen.fill(smooth([(-0.4, 0), (-0.8, -0.5), (-1.05, -0.5), (-0.85, 0), (-1.05, 0.5), (-0.75, 0.5)], 2), fin)
    pen.fill(smooth([(-0.3, -0.3), (-0.2, -0.75), (0.3, -0.6), (0.4, -0.3)], 2), fin)
    pen.fill(smooth([(-0.2, 0.3), (-0.3, 0.65), (0.1, 0.4)], 2), fin)
    plump = rng.uniform(0.36, 0.48)
    body = smooth([(-0.6, 0), (-0.2, -plump), (0.4, -plump), (0.9, -0.1), (0.92, 0.08), (0.4, plump), (-0.2, plump)])
    pen.fill(
        body,
        Skin(
            gold,
            tint=pick(rng, (mix(gold, (255, 210, 120), 0.5), (250, 240, 230))),
            rim=mix(gold, (150, 50, 0), 0.35),
            bulge=0.5,
            gloss=0.35,
        ),
    )
    for x in np.arange(-0.3, 0.4, 0.16):
        for y in np.arange(-0.25, 0.3, 0.14):
            scale = ribbon(moved(arc(0.08, 0.08, 1.8, 4.4, 7), x, y), 0.015)
            pen.inside(scale, body, Skin(mix(gold, (150, 60, 0), 0.5), bulge=0))
    pen.fill(smooth([(0.3, 0.05), (0.02, 0.3), (0.02, 0.02)], 2), fin, shadow=0.02)
    pen.fill(moved(ellipse(0.1, n=20), 0.64, -0.1), Skin((250, 246, 236)))
    pen.fill(moved(ellipse(0.06, n=14), 0.66, -0.1), Skin((20, 20, 24), bulge=0))


def starfish(pen: Pen) -> None:
    """Draw a starfish with five rough arms."""
    rng = pen.rng
    colour = vary(rng, pick(rng, ((222, 120, 60), (196, 70, 60), (226, 186, 120), (150, 90, 140))), 8)
    shape = smooth(star(5, 1.12, rng.uniform(0.3, 0.42)) * rng.uniform(0.95, 1.05, (10, 1)), 2)
    pen.fill(
        shape,
        Skin(colour, tint=mix(colour, (255, 230, 200), 0.3), rim=mix(colour, (90, 30, 20), 0.3), bulge=0.6, grain=0.12),
        shadow=0.12,
    )
    bead = Skin(mix(colour, (255, 240, 220), 0.5), bulge=0.5)
    for angle in -math.pi / 2 + np.arange(5) * 2 * math.pi / 5:
        for far in (0.18, 0.36, 0.54, 0.7):
            pen.fill(moved(ellipse(0.06 - 0.03 * far, n=10), far * math.cos(angle), far * math.sin(angle)), bead)


def snail(pen: Pen) -> None:
    """Draw a snail with its coiled shell."""
    rng = pen.rng
    flesh, shell = (
        vary(rng, (176, 156, 120), 8),
        vary(rng, pick(rng, ((170, 110, 60), (214, 170, 100), (120, 80, 60))), 8),
    )
    skin = Skin(flesh, tint=mix(flesh, (110, 90, 70), 0.4), bulge=0.5, gloss=0.2)
    for x in (0.72, 0.88):
        pen.fill(ribbon([(0.7, 0.1), (x, -0.25), (x + 0.08, -0.5)], 0.05), skin)
        pen.fill(moved(ellipse(0.06, n=12), x + 0.08, -0.52), skin)
    foot = smooth([(-1, 0.7), (-0.5, 0.5), (0.3, 0.45), (0.6, 0.0), (0.85, 0.0), (0.92, 0.25), (0.75, 0.68), (0, 0.74)])
    pen.fill(foot, skin, shadow=0.1)
    coil = moved(ellipse(0.64), -0.12, -0.02)
    pen.fill(coil, Skin(shell, rim=mix(shell, (50, 20, 0), 0.35), bulge=0.5, gloss=0.35), shadow=0.06)
    turns = np.linspace(0.5, 4.6 * math.pi, 70)
    spiral = np.stack([np.cos(turns), np.sin(turns)], 1) * (0.043 * turns)[:, None] + (-0.12, -0.02)
    pen.inside(ribbon(spiral, 0.07), coil, Skin(mix(shell, (60, 30, 10), 0.65), bulge=0.3))


def daisy(pen: Pen) -> None:
    """Draw a daisy: white petals about a yellow heart."""
    rng = pen.rng
    if rng.random() < 0.5:
        pen.fill(
            ribbon(smooth([(0, 0), (0.1, 0.9), (0.0, 2.0)], closed=False), 0.07),
            Skin(vary(rng, (90, 140, 60)), bulge=0.6),
        )
    number = int(rng.integers(13, 20))
    petal = Skin(
        vary(rng, pick(rng, ((250, 250, 248), (250, 250, 248), (246, 226, 236))), 4), rim=(206, 206, 216), bulge=0.4
    )
    for angle in np.arange(number) * 2 * math.pi / number + rng.normal(0, 0.05, number):
        length = rng.uniform(0.62, 0.72)
        pen.fill(
            moved(leaf(length, 0.24), 0.55 * math.cos(angle), 0.55 * math.sin(angle), angle + math.pi),
            petal,
            shadow=0.03,
        )
    pen.fill(
        blob(rng, 0.26, 0.03),
        Skin(vary(rng, (244, 194, 40), 6), tint=(226, 150, 20), rim=(200, 130, 20), bulge=0.6, grain=0.2),
        shadow=0.03,
    )


def monarch(pen: Pen) -> None:
    """Draw a monarch butterfly with its wings open."""
    rng = pen.rng
    orange = vary(rng, (236, 130, 34), 8)
    black = Skin((32, 28, 28), bulge=0.2)
    upper = smooth([(0, -0.15), (0.45, -0.7), (0.95, -0.85), (0.98, -0.5), (0.7, 0.0), (0.2, 0.1)], 2)
    lower = smooth([(0, 0.0), (0.55, 0.05), (0.8, 0.35), (0.6, 0.75), (0.25, 0.65), (0.05, 0.25)], 2)
    for side in (-1, 1):
        for wing in (lower, upper):
            pen.fill(wing * (side, 1), black, shadow=0.06)
            centre = wing.mean(0)
            inner = (wing - centre) * 0.78 + centre * 0.95
            pen.fill(inner * (side, 1), Skin(orange, tint=mix(orange, (255, 190, 80), 0.4), bulge=0.15))
            for target in wing[:: max(1, len(wing) // 9)]:
                vein = np.array([centre * 0.35, (centre * 0.35 + target) / 2, target]) * (side, 1)
                pen.fill(ribbon(vein, 0.03), black)
            for target in wing[:: max(1, len(wing) // 12)]:
                pen.fill(
                    moved(ellipse(0.025, n=8), *(((target - centre) * 0.9 + centre) * (side, 1))),
                    Skin((250, 248, 240), bulge=0),
                )
        pen.fill(
            ribbon(smooth([(0.02 * side, -0.3), (0.1 * side, -0.55), (0.25 * side, -0.7)], closed=False), 0.025), black
        )
    pen.fill(sausage([(0, -0.28), (0, 0.0), (0, 0.42)], 0.12), black)


def jack_o_lantern(pen: Pen) -> None:
    """Draw a carved pumpkin lit from inside."""
    rng = pen.rng
    colour = vary(rng, (232, 124, 30), 8)
    pen.fill(
        ribbon(smooth([(0, -0.6), (0.02, -0.85), (0.15, -0.98)], closed=False), 0.16), Skin((104, 116, 56), bulge=0.6)
    )
    for x in (-0.56, 0.56, -0.3, 0.3, 0.0):
        lobe = Skin(colour, rim=mix(colour, (120, 40, 0), 0.35), bulge=0.5, gloss=0.15)
        pen.fill(moved(ellipse(0.42, 0.74 - 0.12 * abs(x)), x, 0.08), lobe, shadow=0.06 if abs(x) > 0.5 else 0)
    glow = (
        Skin((255, 214, 80), rim=(250, 150, 30), bulge=0, grain=0)
        if rng.random() < 0.7
        else Skin((40, 24, 20), bulge=0)
    )
    carve(pen, glow)


def carve(pen: Pen, glow: Skin) -> None:
    """Cut the eyes, the nose and the toothed mouth of a pumpkin."""
    eye = pick(pen.rng, EYES)
    for side in (-1, 1):
        pen.fill(moved(eye * (-side, 1), 0.36 * side, -0.14), glow)
    pen.fill([(-0.08, 0.18), (0.08, 0.18), (0, 0.04)], glow)
    x = np.linspace(-0.6, 0.6, 9)
    teeth = np.where(np.arange(9) % 4 == 2, 0.14, 0.0)
    smile = 1 - (x / 0.6) ** 2
    upper, lower = 0.3 + 0.1 * smile + teeth, 0.3 + 0.4 * smile - 0.8 * np.roll(teeth, 2)
    pen.fill(np.concatenate([np.stack([x, upper], 1), np.stack([x, lower], 1)[::-1]]), glow)
