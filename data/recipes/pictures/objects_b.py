"""Things of the house, of games and of the street, drawn within a circle of radius 1 around the origin of a pen."""

import math

import numpy as np

from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.shapes import Points, arc, blob, ellipse, lathe, moved, ribbon, smooth, squircle, star

BRIGHT: tuple[Colour, ...] = (
    (200, 50, 46), (54, 96, 170), (64, 140, 90), (236, 180, 50), (240, 236, 226),
    (60, 62, 70), (150, 90, 160), (226, 130, 160), (80, 170, 180),
)  # fmt: skip


def ceramic(colour: Colour) -> Skin:
    """Return the skin of glazed pottery."""
    return Skin(colour, rim=mix(colour, (40, 40, 50), 0.3), bulge=0.5, soft=0.4, gloss=0.45, grain=0.015)


def teapot(pen: Pen) -> None:
    """Draw a teapot with its spout, handle and lid."""
    rng = pen.rng
    skin = ceramic(vary(rng, pick(rng, BRIGHT)))
    loop = smooth([(-0.45, -0.3), (-0.95, -0.45), (-1.0, 0.15), (-0.5, 0.35)], closed=False)
    pen.fill(ribbon(loop, 0.12), skin, shadow=0.06)
    pen.fill(
        smooth([(0.35, 0.35), (0.7, 0.1), (0.85, -0.4), (1.02, -0.45), (0.92, -0.1), (0.7, 0.4), (0.4, 0.5)], 2),
        skin,
        shadow=0.06,
    )
    wide = rng.uniform(0.58, 0.7)
    pen.fill(
        lathe([(0.3, -0.45), (wide, -0.2), (wide, 0.35), (0.4, 0.68), (0.36, 0.74), (0.0, 0.74)]), skin, shadow=0.1
    )
    pen.fill(lathe([(0.06, -0.62), (0.2, -0.6), (0.36, -0.44), (0.0, -0.38)]), skin)
    pen.fill(moved(ellipse(0.1, n=20), 0, -0.68), skin)
    if rng.random() < 0.5:
        for x in (-0.3, 0.0, 0.3):
            pen.fill(moved(star(6, 0.12, 0.05), x, 0.1), Skin(vary(rng, pick(rng, BRIGHT)), bulge=0.1))


def cup(pen: Pen) -> None:
    """Draw a cup, with tea or coffee in it, on a saucer at times."""
    rng = pen.rng
    skin = ceramic(vary(rng, pick(rng, BRIGHT)))
    if rng.random() < 0.6:
        pen.fill(moved(ellipse(0.95, 0.2), 0, 0.68), skin, shadow=0.08)
        pen.fill(moved(ellipse(0.6, 0.11), 0, 0.66), Skin(mix(skin.colour, (40, 40, 40), 0.2), bulge=-0.2))
    loop = smooth([(0.5, -0.2), (0.95, -0.3), (0.95, 0.25), (0.4, 0.4)], closed=False)
    pen.fill(ribbon(loop, 0.12), skin, shadow=0.05)
    foot = rng.uniform(0.28, 0.52)
    pen.fill(lathe([(0.62, -0.5), (0.6, 0.0), (foot, 0.6), (foot, 0.7), (0.0, 0.74)]), skin, shadow=0.08)
    pen.fill(moved(ellipse(0.62, 0.17), 0, -0.48), Skin(mix(skin.colour, (255, 255, 255), 0.4), bulge=0.3))
    pen.fill(
        moved(ellipse(0.54, 0.12), 0, -0.46),
        Skin(pick(rng, ((84, 50, 30), (170, 100, 40), (196, 150, 110))), bulge=-0.2),
    )


def wine_bottle(pen: Pen) -> None:
    """Draw a wine bottle with its label and its capsule."""
    rng = pen.rng
    glass = vary(rng, pick(rng, ((40, 66, 44), (70, 30, 34), (120, 130, 60), (34, 36, 44))), 8)
    broad = rng.uniform(0.26, 0.32)
    profile = [(0.1, -1), (0.1, -0.55), (0.13, -0.4), (broad, -0.15), (broad, 0.9), (broad - 0.04, 0.98), (0.0, 0.98)]
    pen.fill(lathe(profile, 3), Skin(glass, rim=mix(glass, (5, 5, 5), 0.4), bulge=0.6, gloss=0.7, soft=0.4), shadow=0.1)
    capsule = Skin(vary(rng, pick(rng, BRIGHT)), bulge=0.6, gloss=0.3)
    pen.fill(lathe([(0.115, -1), (0.115, -0.62), (0.0, -0.62)], 0), capsule)
    label = moved(squircle(broad * 0.99, 0.26, 14), 0, 0.35)
    pen.fill(label, Skin(vary(rng, (240, 232, 210), 8), bulge=0.4, soft=0.4))
    for y, wide in ((0.22, 0.6), (0.34, 0.35), (0.46, 0.7)):
        pen.fill(moved(squircle(wide * broad, 0.03, 8, 16), 0, y), Skin(capsule.colour, bulge=0))


def umbrella(pen: Pen) -> None:
    """Draw an open umbrella seen from the side, or from above."""
    rng = pen.rng
    first, second = (vary(rng, pick(rng, BRIGHT)) for _ in range(2))
    if rng.random() < 0.35:
        around = arc(0.95, 0.95, 0, 2 * math.pi, 9)
        for i in range(8):
            panel = Skin(first if i % 2 else second, bulge=0.35, soft=0.2)
            pen.fill(
                np.array([(0, 0), around[i], (around[i] + around[i + 1]) / 2 * 0.94, around[i + 1]]), panel, shadow=0.03
            )
        pen.fill(ellipse(0.06, n=12), Skin((60, 60, 64)))
        return
    pen.fill(ribbon([(0, -0.9), (0, 0), (0, 0.7)], 0.05), Skin((90, 80, 74), bulge=0.6))
    hook = smooth([(0, 0.6), (0, 0.95), (0.24, 0.98), (0.24, 0.74)], closed=False)
    pen.fill(ribbon(hook, 0.09), Skin(vary(rng, (110, 66, 36)), bulge=0.6), shadow=0.05)
    ribs = np.linspace(-1, 1, 6)
    for i in (0, 4, 1, 3, 2):
        low, high = ribs[i], ribs[i + 1]
        middle = (low + high) / 2
        panel = [(0, -0.85), (0.72 * low, -0.62), (low, 0.1), (middle, 0.0), (high, 0.1), (0.72 * high, -0.62)]
        pen.fill(
            np.array(panel),
            Skin(first if i % 2 else second, rim=mix(first if i % 2 else second, (20, 20, 30), 0.2), bulge=0.4),
        )


def soccer_ball(pen: Pen) -> None:
    """Draw a white ball with dark patches."""
    rng = pen.rng
    ball = ellipse(0.9, n=60)
    pen.fill(ball, Skin((240, 240, 238), rim=(150, 150, 156), bulge=0.45, soft=0.5, gloss=0.15), shadow=0.15)
    ink = Skin(vary(rng, pick(rng, ((34, 34, 38), (34, 34, 38), (40, 60, 130))), 5), bulge=0.3)
    spin = rng.uniform(0, 6)
    pen.fill(moved(ellipse(0.3, n=5), turn=spin), ink)
    for angle in spin + np.arange(5) * 2 * math.pi / 5:
        direction = np.array([math.cos(angle), math.sin(angle)])
        pen.fill(ribbon([0.3 * direction, 0.45 * direction, 0.62 * direction], 0.035), Skin((120, 120, 124), bulge=0))
        flat = moved(ellipse(0.3, n=5) * (0.62, 1), *(0.8 * direction), angle)
        pen.inside(flat, ball, ink)
        side = 0.8 * np.array([math.cos(angle + 0.63), math.sin(angle + 0.63)])
        for near in (-0.32, 0.32):
            corner = 0.66 * np.array([math.cos(angle + 0.63 + near), math.sin(angle + 0.63 + near)])
            pen.fill(ribbon([corner, (corner + 0.66 * side) / 2, 0.66 * side], 0.03), Skin((150, 150, 154), bulge=0))


def tennis_ball(pen: Pen) -> None:
    """Draw a felt ball with its white seam."""
    rng = pen.rng
    ball = ellipse(0.85, n=60)
    felt = vary(rng, (204, 220, 66), 10)
    pen.fill(
        ball,
        Skin(
            felt, tint=mix(felt, (150, 170, 30), 0.4), rim=mix(felt, (70, 90, 10), 0.4), bulge=0.5, soft=0.5, grain=0.13
        ),
        shadow=0.15,
    )
    seam = Skin((240, 242, 226), bulge=0.3)
    curve = moved(arc(0.7, 0.75, -1.3, 1.3), -1.05, 0)
    for side in (-1, 1):
        pen.inside(ribbon(curve * side, 0.07), ball, seam)


def basketball(pen: Pen) -> None:
    """Draw an orange ball with black lines."""
    rng = pen.rng
    ball = ellipse(0.9, n=60)
    colour = vary(rng, (214, 110, 44), 10)
    pen.fill(
        ball, Skin(colour, rim=mix(colour, (80, 30, 0), 0.45), bulge=0.5, soft=0.5, grain=0.1, gloss=0.1), shadow=0.15
    )
    ink = Skin((36, 30, 30), bulge=0)
    bend = rng.uniform(-0.25, 0.25)
    for path in (
        smooth([(-0.95, 0), (0, bend), (0.95, 0)], closed=False),
        smooth([(0, -0.95), (bend, 0), (0, 0.95)], closed=False),
        moved(arc(0.62, 0.8, -1.5, 1.5), -1.0, 0),
        moved(arc(0.62, 0.8, math.pi - 1.5, math.pi + 1.5), 1.0, 0),
    ):
        pen.inside(ribbon(path, 0.05), ball, ink)


def analog_clock(pen: Pen) -> None:
    """Draw a round clock with its marks and hands."""
    rng = pen.rng
    frame = vary(rng, pick(rng, (*BRIGHT, (130, 86, 50))))
    face = vary(rng, pick(rng, ((248, 246, 240), (238, 228, 200), (44, 46, 54))), 5)
    ink: Colour = (30, 30, 34) if sum(face) > 300 else (236, 236, 230)
    shape = pick(rng, (ellipse(1.0, n=60), ellipse(1.0, n=60), squircle(0.9, 0.9, 8)))
    pen.fill(shape * 0.95, Skin(frame, bulge=0.5, soft=0.12, gloss=0.3), shadow=0.12)
    pen.fill(shape * 0.8, Skin(face, bulge=-0.15, soft=0.08))
    dark = Skin(ink, bulge=0, grain=0)
    for hour in range(12):
        angle = hour * math.pi / 6
        size = 0.09 if hour % 3 == 0 else 0.05
        mark = moved(squircle(size, 0.028, 8, 12), 0.66 * math.cos(angle), 0.66 * math.sin(angle), angle)
        pen.fill(mark, dark)
    for length, width in ((0.36, 0.09), (0.56, 0.06)):
        pen.fill(
            moved(ribbon([(-0.1, 0), (0.1, 0), (length, 0)], width, 0.4), turn=rng.uniform(0, 6.28)), dark, shadow=0.02
        )
    if rng.random() < 0.5:
        pen.fill(
            moved(ribbon([(-0.15, 0), (0.2, 0), (0.6, 0)], 0.025), turn=rng.uniform(0, 6.28)),
            Skin((200, 40, 40), bulge=0),
        )
    pen.fill(ellipse(0.06, n=14), dark)


def candle(pen: Pen) -> None:
    """Draw a lit candle."""
    rng = pen.rng
    wax = vary(rng, pick(rng, ((246, 240, 222), (200, 60, 56), (232, 196, 120), (150, 170, 200), (120, 140, 100))), 8)
    wide, top = rng.uniform(0.14, 0.42), rng.uniform(-0.3, 0.05)
    if rng.random() < 0.5:
        pen.fill(
            moved(ellipse(wide + 0.28, 0.14), 0, 0.9),
            Skin(vary(rng, (170, 150, 110)), bulge=0.5, gloss=0.4),
            shadow=0.06,
        )
    body = [(-wide, top), (wide, top), (wide, 0.9), (0, 0.97), (-wide, 0.9)]
    pen.fill(np.array(body), Skin(wax, rim=mix(wax, (60, 30, 20), 0.25), bulge=0.5, soft=0.6), shadow=0.08)
    pen.fill(moved(ellipse(wide, 0.25 * wide + 0.02), 0, top), Skin(mix(wax, (255, 240, 180), 0.5), bulge=-0.2))
    pen.fill(ribbon([(0, top), (0.01, top - 0.07), (0.02, top - 0.14)], 0.035), Skin((40, 34, 30)))
    flame = lathe([(0.0, -0.52), (0.05, -0.35), (0.13, -0.1), (0.09, 0.03), (0.0, 0.06)])
    for size in (3.4, 2.6, 1.9):
        pen.fill(moved(ellipse(0.2 * size, n=24), 0, top - 0.3), Skin((255, 214, 120), bulge=0, grain=0), alpha=0.1)
    pen.fill(moved(flame, 0.02, top - 0.12), Skin((255, 190, 50), rim=(250, 130, 30), bulge=0, grain=0))
    pen.fill(moved(flame, 0.02, top - 0.13, scale=0.55), Skin((255, 246, 200), bulge=0, grain=0))


def envelope(pen: Pen) -> None:
    """Draw an envelope, front or back."""
    rng = pen.rng
    paper = vary(rng, pick(rng, ((244, 240, 228), (206, 170, 120), (220, 190, 200), (180, 204, 220))), 6)
    high = rng.uniform(0.55, 0.66)
    sheet = np.array([(-0.95, -high), (0.95, -high), (0.95, high), (-0.95, high)])
    pen.fill(sheet, Skin(paper, bulge=0.15, soft=0.04), shadow=0.1)
    fold = Skin(mix(paper, (60, 50, 40), 0.35), bulge=0)
    if rng.random() < 0.65:
        for x in (-0.95, 0.95):
            pen.fill(ribbon([(x, high), (x / 2, high / 2 + 0.02), (0, 0.05)], 0.025), fold)
        flap = np.array([(-0.95, -high), (0.95, -high), (0.05, 0.16), (-0.05, 0.16)])
        pen.fill(flap, Skin(mix(paper, (80, 70, 60), 0.06), bulge=0.15, soft=0.04), shadow=0.05)
        if rng.random() < 0.4:
            pen.fill(moved(blob(rng, 0.14, 0.06), 0, 0.12), Skin((170, 30, 36), bulge=0.6, gloss=0.4))
    else:
        stamp = Skin(vary(rng, pick(rng, BRIGHT)), rim=(240, 240, 236), bulge=0.1)
        pen.fill(moved(squircle(0.16, 0.19, 12), 0.7, -high + 0.28), stamp)
        for y, wide in ((0.0, 0.4), (0.16, 0.34), (0.32, 0.24)):
            pen.fill(moved(squircle(wide, 0.02, 8, 12), 0.1, y), Skin((70, 70, 90), bulge=0))


def sunglasses(pen: Pen) -> None:
    """Draw a pair of sunglasses."""
    rng = pen.rng
    frame = vary(rng, pick(rng, ((36, 34, 36), (120, 70, 40), (200, 50, 60), (190, 160, 90), (240, 240, 236))), 6)
    lens = vary(rng, pick(rng, ((44, 46, 54), (84, 60, 44), (60, 84, 96), (110, 70, 110))), 6)
    shape = pick(
        rng,
        (
            ellipse(0.42, 0.38),
            squircle(0.43, 0.33, 4),
            smooth([(-0.44, -0.3), (0.42, -0.3), (0.36, 0.2), (0, 0.42), (-0.36, 0.2)]),
        ),
    )
    rim = Skin(frame, bulge=0.5, soft=0.1, gloss=0.3)
    for side in (-1, 1):
        arm = smooth([(0.9 * side, -0.15), (1.0 * side, -0.5), (0.72 * side, -0.75)], closed=False)
        pen.fill(ribbon(arm, 0.07), rim, shadow=0.05)
    pen.fill(ribbon(smooth([(-0.15, -0.08), (0, -0.16), (0.15, -0.08)], closed=False), 0.09), rim)
    for side in (-1, 1):
        outline = shape * (side, 1)
        pen.fill(moved(outline * 1.13, 0.52 * side, 0), rim, shadow=0.1)
        glass = moved(outline * 0.94, 0.52 * side, 0)
        pen.fill(glass, Skin(lens, tint=mix(lens, (170, 180, 190), 0.25), bulge=0.25, soft=0.3, gloss=0.3, broad=True))
        glint = ribbon([(0.52 * side - 0.22, 0.2), (0.52 * side, -0.06), (0.52 * side + 0.2, -0.3)], 0.09)
        pen.inside(glint, glass, Skin((255, 255, 255), bulge=0, grain=0), alpha=0.25)


def wing_pattern(pen: Pen, wing: Points, side: int, pattern: str) -> None:
    """Print dots or stripes on one wing of a bow tie."""
    ink = Skin(vary(pen.rng, pick(pen.rng, BRIGHT)), bulge=0)
    if pattern == "dots":
        for x, y in ((0.35, -0.15), (0.35, 0.15), (0.58, 0.0), (0.58, 0.3), (0.58, -0.3), (0.8, 0.18), (0.8, -0.18)):
            pen.fill(moved(ellipse(0.06, n=12), x * side, y), ink)
    elif pattern == "stripes":
        for x in (0.4, 0.6, 0.8):
            stripe = np.array([(x, -0.7), (x + 0.05, 0), (x + 0.1, 0.7)]) * (side, 1)
            pen.inside(ribbon(stripe, 0.07), wing, ink)


def bow_tie(pen: Pen) -> None:
    """Draw a bow tie: two wings about a knot."""
    rng = pen.rng
    colour = vary(rng, pick(rng, BRIGHT))
    skin = Skin(colour, rim=mix(colour, (20, 10, 20), 0.3), bulge=0.5, soft=0.2)
    high = rng.uniform(0.38, 0.55)
    pattern = pick(rng, ("plain", "dots", "stripes"))
    half = [(0.05, -0.12), (0.5, -0.8), (0.95, -1), (0.9, 0), (0.95, 1), (0.5, 0.8), (0.05, 0.12)]
    crease = np.array([(0.1, 0), (0.3, 0.05), (0.5, 0.06)])
    for side in (-1, 1):
        wing = smooth(half, 2) * (side, high)
        pen.fill(wing, skin, shadow=0.1)
        wing_pattern(pen, wing, side, pattern)
        pen.fill(ribbon(crease * (side, 1), 0.05, 1), Skin(mix(colour, (0, 0, 0), 0.5), bulge=0))
    pen.fill(squircle(0.16, 0.2, 5), skin, shadow=0.05)
