"""Dishes of many pieces: hamburger, spaghetti bolognese and sushi."""

import math

import numpy as np

from pictures.dishes_b import heap
from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.settings import POTTERY, WOODS, bowl
from pictures.shapes import Points, blob, ellipse, hull, moved, ribbon, scatter, smooth, squircle, wander
from pictures.toppings import CHOCOLATE, WHITE, Stage, leaves

FISH = ((244, 132, 84), (196, 50, 62), (246, 222, 214), (250, 206, 90))
BURGERS = (
    ("lettuce", "patty", "cheese"),
    ("patty", "cheese", "tomato", "lettuce"),
    ("lettuce", "tomato", "patty", "cheese"),
    ("patty", "cheese", "patty", "cheese"),
    ("patty", "onion", "lettuce"),
    ("patty", "cheese", "lettuce", "tomato"),
)


def frill(pen: Pen, radius: float, z: float, colour: Colour) -> None:
    """Draw a wavy sheet of lettuce that sticks out of a burger."""
    angles = np.linspace(0, 2 * math.pi, 90, endpoint=False)
    phase = pen.rng.uniform(0, 6, 2)
    wave = np.sin(11 * angles + phase[0]) + 0.6 * np.sin(17 * angles + phase[1])
    edge = np.stack([np.cos(angles), np.sin(angles)], 1) * (radius * (1 + 0.05 * wave))[:, None]
    for drop, share in ((-0.05, 0.35), (-0.02, 0.15), (0.0, 0.0)):
        skin = Skin(mix(colour, (30, 60, 20), share), rim=mix(colour, (230, 240, 170), 0.3), bulge=0.5, soft=0.08)
        pen.fill(edge, skin, z=z + drop + 0.035 * wave)


def cheese(pen: Pen, radius: float, z: float) -> None:
    """Draw a square of cheese whose corners hang down."""
    turned = pen.at(turn=pen.rng.uniform(0, 1.5))
    skin = Skin(vary(pen.rng, (250, 184, 50), 8), rim=(232, 150, 30), bulge=0.3, gloss=0.15, soft=0.1)
    corners = moved(squircle(radius * 1.04, radius * 1.04, 14, 60), turn=turned.turn - pen.turn)
    distance = np.hypot(corners[:, 0], corners[:, 1])
    reach = np.minimum(distance, radius * 1.03)
    drop = np.maximum(distance - radius, 0) * 0.55
    pen.fill(corners * (reach / distance)[:, None], skin, z=z - drop)
    pen.fill(ellipse(radius * 1.01), skin, z=z)


def bun_top(pen: Pen, radius: float, z: float, colour: Colour, seeds: bool) -> None:
    """Draw the domed half of a bun."""
    rng = pen.rng
    high = radius * rng.uniform(0.45, 0.65)
    skin = Skin(
        colour,
        tint=mix(colour, (120, 60, 20), 0.35),
        rim=mix(colour, (120, 60, 20), 0.3),
        bulge=0.5,
        soft=0.4,
        gloss=0.15,
        broad=True,
    )
    pen.dome(radius, high, skin, z=z)
    if not seeds:
        return
    seed = Skin((250, 236, 196), bulge=0.5, grain=0)
    for x, y in scatter(rng, 34, 0.78 * radius, 0.16 * radius):
        share = math.hypot(x, y) / radius
        grain = moved(ellipse(0.045 * radius, 0.026 * radius, 10), x, y, rng.uniform(0, 3))
        if y + pen.tilt * radius > 0.25 * share * radius:
            pen.fill(grain, seed, z=z + high * math.sqrt(1 - share**2) * 0.97, shadow=0.012)


def filling(pen: Pen, kind: str, radius: float, z: float) -> float:
    """Draw one layer of a burger at height `z`; return the height of its top."""
    rng = pen.rng
    if kind == "patty":
        meat = vary(rng, pick(rng, ((104, 62, 40), (84, 48, 32), (140, 86, 48))), 8)
        skin = Skin(meat, tint=mix(meat, (20, 10, 5), 0.45), bulge=0.6, soft=0.2, grain=0.22)
        pen.slab(blob(rng, radius * 1.02, 0.02), z + 0.2, skin, skin, z=z)
        return z + 0.2
    if kind == "cheese":
        cheese(pen, radius, z + 0.02)
        return z + 0.03
    if kind == "tomato":
        for x in (-0.3, 0.32):
            red = Skin(vary(rng, (206, 46, 36), 8), bulge=0.5, gloss=0.4)
            pen.at(x * radius, 0.38 * radius).slab(ellipse(radius * 0.58), z + 0.09, red, red, z=z)
        return z + 0.09
    if kind == "onion":
        for x in (-0.25, 0.28):
            ring = Skin((236, 222, 236), rim=(170, 90, 150), bulge=0.3)
            pen.at(x * radius, 0.4 * radius).slab(ellipse(radius * 0.56), z + 0.06, ring, ring, z=z)
        return z + 0.06
    frill(pen, radius * 1.08, z + 0.07, vary(rng, (120, 176, 62), 10))
    return z + 0.07


def burger(pen: Pen, radius: float) -> None:
    """Draw a burger, layer by layer."""
    rng = pen.rng
    crumb = vary(rng, pick(rng, ((214, 148, 72), (190, 116, 50), (226, 176, 104))), 8)
    pen.slab(ellipse(radius), 0.17, Skin(crumb, bulge=0.6, soft=0.3), Skin((240, 214, 160)), shadow=0.12)
    z = 0.17
    for kind in pick(rng, BURGERS):
        z = filling(pen, kind, radius, z)
    bun_top(pen, radius * 1.02, z, crumb, rng.random() < 0.75)


def hamburger(stage: Stage) -> None:
    """Draw one to three burgers, sometimes with chips, from the side or at an angle."""
    rng = stage.rng
    number = int(pick(rng, (1, 1, 1, 2, 3)))
    pen = stage.table(*pick(rng, ((0.2, 0.4), (0.2, 0.4), (0.45, 0.75))), down=0.2)
    pen = pen.at(turn=-pen.turn + rng.normal(0, 0.2))
    if number == 1:
        beside = rng.random() < 0.4
        if beside:
            heap(pen.at(pick(rng, (-0.5, 0.5)), -0.3), 22, 0.35, 0.15)
        burger(pen.at(*rng.normal(0, 0.06, 2), scale=rng.uniform(0.9, 1.15)), 0.66)
    else:
        for x in np.linspace(-0.46, 0.46, 2) if number == 2 else (-0.62, 0.0, 0.62):
            burger(pen.at(x, rng.normal(0, 0.06), scale=0.75 if number == 2 else 0.6), 0.56)


def noodles(pen: Pen, number: int, radius: float, colour: Colour, rise: float, z: float) -> None:
    """Coil noodles into a nest."""
    rng = pen.rng
    pen.fill(blob(rng, 0.85 * radius, 0.05), Skin(mix(colour, (120, 60, 20), 0.45), bulge=0.5), z=z, shadow=0.05)
    for i in range(number):
        far = radius * math.sqrt(rng.uniform(0.02, 1)) * (1 - 0.35 * i / number)
        path = wander(rng, rng.uniform(0.7, 1.5), pick(rng, (-1, 1)) * rng.uniform(2.5, 6))
        path = moved(path - path.mean(0), far * math.cos(i * 2.4), far * math.sin(i * 2.4))
        path *= np.minimum(1, 1.12 * radius / np.maximum(np.hypot(path[:, 0], path[:, 1]), 1e-6))[:, None]
        skin = Skin(vary(rng, colour, 7), rim=mix(colour, (130, 70, 20), 0.45), bulge=0.7, soft=0.4, gloss=0.15)
        pen.fill(
            ribbon(smooth(path, 1, closed=False), 0.05),
            skin,
            z=z + rise * i / number * (1 - far / radius),
            shadow=0.018,
        )


def spaghetti_bolognese(stage: Stage) -> None:
    """Draw a nest of noodles under a meat sauce, on a plate or in a bowl."""
    rng = stage.rng
    deep = rng.random() < 0.35
    flat = tuple(name for name in stage.kit.plates if "board" not in name and name not in ("paper", "tray"))
    pen = stage.table(0.55, 0.98, ("none",) if deep else flat)
    z = 0.0
    if deep:
        bowl(pen, vary(rng, pick(rng, POTTERY)), 0.32)
        pen, z = pen.at(scale=1.1), 0.2
    mixed = rng.random() < 0.3
    pasta = mix((240, 208, 130), (214, 96, 40), rng.uniform(0.4, 0.7) if mixed else rng.uniform(0, 0.15))
    radius = rng.uniform(0.56, 0.7)
    noodles(pen, int(rng.integers(90, 120)), radius, pasta, 0.2, z)
    sauce = vary(rng, pick(rng, ((158, 48, 22), (136, 38, 18), (176, 66, 30))), 7)
    size = radius * (rng.uniform(0.3, 0.45) if mixed else rng.uniform(0.5, 0.75))
    skin = Skin(sauce, tint=mix(sauce, (60, 20, 10), 0.5), bulge=0.6, soft=0.18, gloss=0.25, grain=0.12)
    pen.fill(blob(rng, size, 0.14, 7, 60), skin, z=z + 0.2, shadow=0.03)
    for x, y in scatter(rng, 60, size * 1.08, 0.035):
        bit = Skin(vary(rng, pick(rng, ((112, 54, 30), (150, 60, 30), (186, 84, 40))), 8), bulge=0.7, gloss=0.2)
        pen.fill(moved(blob(rng, rng.uniform(0.025, 0.06), 0.25), x, y), bit, z=z + 0.22, shadow=0.015)
    garnish = pick(rng, ("cheese", "cheese", "leaves", "leaves", "bare"))
    if garnish == "cheese":
        for x, y in scatter(rng, 40, size * 0.8, 0.03):
            flake = moved(squircle(rng.uniform(0.02, 0.06), 0.012, 6, 12), x, y, rng.uniform(0, 3))
            pen.fill(flake, Skin((252, 240, 200), bulge=0.3), z=z + 0.25)
    elif garnish == "leaves":
        leaves(pen.at(*rng.normal(0, 0.06, 2)), pick(rng, stage.kit.herbs), 0.22, z + 0.25)


def rice(pen: Pen, shape: Points, z: float) -> None:
    """Cover an outline with grains of rice."""
    white = Skin((246, 243, 232), rim=(206, 200, 186), bulge=0.25, soft=0.2)
    pen.fill(shape, white, z=z)
    reach = np.abs(shape).max(0)
    for x, y in pen.rng.uniform(-reach, reach, (34, 2)):
        grain = moved(ellipse(0.035, 0.017, 10), x, y, pen.rng.uniform(0, 3))
        pen.inside(grain, shape, Skin((255, 254, 248), rim=(200, 194, 180), bulge=0.6), z=z)


def maki(pen: Pen, outside: str, core: tuple[Colour, ...], z: float = 0) -> None:
    """Draw one roll of radius 0.2, wrapped in seaweed, or in rice with seeds or roe."""
    rng = pen.rng
    nori = Skin((32, 40, 36), tint=(48, 62, 50), bulge=0.4, gloss=0.1)
    coat = {
        "nori": nori,
        "seeds": Skin((242, 238, 224), bulge=0.4),
        "roe": Skin((238, 120, 40), tint=(250, 170, 70), bulge=0.5),
    }
    pen.slab(ellipse(0.2), z + 0.24, coat[outside], coat[outside], z=z, shadow=0.05)
    rice(pen, ellipse(0.172), z + 0.24)
    if outside != "nori":
        pen.ring(ellipse(0.115), ellipse(0.095), nori, z=z + 0.24)
        beads = (CHOCOLATE, (240, 220, 170)) if outside == "seeds" else ((250, 140, 40), (230, 90, 20))
        for angle in np.arange(0, 6.28, 0.25):
            bead = Skin(pick(rng, beads), bulge=0.6, gloss=0.3)
            spot = pen.at(0.19 * math.cos(angle), 0.19 * math.sin(angle))
            spot.fill(ellipse(0.018, n=8), bead, z=z + 0.06 + rng.uniform(0, 0.19))
    for i, colour in enumerate(core):
        angle = 2 * math.pi * i / len(core) + 0.5
        size = 0.075 if len(core) == 1 else 0.048
        place = pen.at(0.042 * math.cos(angle) * (len(core) > 1), 0.042 * math.sin(angle) * (len(core) > 1))
        place.fill(blob(rng, size, 0.12), Skin(colour, rim=mix(colour, (60, 30, 20), 0.2), gloss=0.2), z=z + 0.24)


def nigiri(pen: Pen, colour: Colour, wrapped: bool) -> None:
    """Draw a slice of fish, shrimp or egg over an oblong of rice."""
    rng = pen.rng
    pad = squircle(0.3, 0.14, 3)
    pen.slab(pad, 0.13, Skin((240, 236, 224), rim=(200, 194, 180), bulge=0.4, grain=0.06), Skin(WHITE), shadow=0.05)
    rice(pen, pad, 0.1)
    top = smooth([(-0.37, -0.09), (0, -0.16), (0.36, -0.1), (0.39, 0.1), (0, 0.16), (-0.37, 0.11)], 2)
    pen.fill(top, Skin(mix(colour, (90, 20, 10), 0.3), bulge=0.3), z=0.13)
    pen.fill(top, Skin(colour, bulge=0.45, soft=0.35, gloss=0.4), z=0.19)
    pale = Skin(mix(colour, WHITE, 0.6), bulge=0, grain=0)
    for x in np.arange(-0.4, 0.4, 0.1):
        curve = [(x, -0.18), (x + 0.05, 0), (x + 0.03, 0.18)]
        pen.inside(ribbon(smooth(curve, 2, closed=False), 0.02), top * 0.95, pale, z=0.19, alpha=0.8)
    if wrapped:
        band = np.array([(-0.05, -0.17), (0.05, -0.17), (0.05, 0.17), (-0.05, 0.17)])
        wall = hull(np.concatenate([pen.project(band, 0.2), pen.project(band * (1, 1.0), 0.03)]))
        Pen(pen.canvas, (0, 0), 1).fill(wall, Skin((32, 40, 36), bulge=0.3))
    if rng.random() < 0.2:
        pen.fill(blob(rng, 0.04, 0.2), Skin((120, 160, 70)), z=0.2)


def sushi(stage: Stage) -> None:
    """Draw rows of rolls, of rice balls under fish, or of both."""
    rng = stage.rng
    plates = tuple(name for name in stage.kit.plates if name in ("tray", "board", "square", "coupe", "round", "oval"))
    pen = stage.table(0.5, 0.92, plates)
    pen = pen.at(turn=-pen.turn + rng.normal(0, 0.4), scale=rng.uniform(0.98, 1.2))
    kind = pick(rng, ("maki", "maki", "nigiri", "both"))
    outside = pick(rng, ("nori", "nori", "seeds", "roe"))
    core = tuple(pick(rng, (*FISH[:2], (150, 186, 90), FISH[3])) for _ in range(int(rng.integers(1, 4))))
    fish = vary(rng, pick(rng, FISH), 6)
    rows = {"maki": (-0.42, 0.02, 0.46), "nigiri": (-0.36, 0.04, 0.44), "both": (-0.36, 0.04, 0.44)}[kind]
    for i, y in enumerate(rows[: int(rng.integers(2, 4))] if rng.random() < 0.8 else (0.0,)):
        if kind == "nigiri" or (kind == "both" and i != 1):
            for x in (-0.4, 0.4):
                fish = vary(rng, pick(rng, FISH), 6) if rng.random() < 0.4 else fish
                nigiri(pen.at(x, y, turn=rng.normal(0, 0.12)), fish, rng.random() < 0.2)
        else:
            for x in np.linspace(-0.63, 0.63, 4) if rng.random() < 0.5 else (-0.45, 0.0, 0.45):
                maki(pen.at(x, y + rng.normal(0, 0.02), turn=rng.normal(0, 0.5)), outside, core)
    extras(pen)


def extras(pen: Pen) -> None:
    """Put wasabi, ginger or chopsticks beside the sushi."""
    rng = pen.rng
    if rng.random() < 0.4:
        pen.at(0.85, 0.1).dome(0.1, 0.1, Skin((150, 182, 84), bulge=0.5, grain=0.1))
    if rng.random() < 0.4:
        for _ in range(5):
            petal = moved(blob(rng, 0.09, 0.2), -0.85 + rng.normal(0, 0.05), rng.normal(0, 0.06))
            pen.fill(petal, Skin((246, 190, 180), rim=(230, 150, 140), bulge=0.4), z=0.03, shadow=0.02)
    if rng.random() < 0.5:
        colour = pick(rng, (*WOODS, (150, 30, 30), (40, 36, 36)))
        for y in (0.78, 0.86):
            stick = ribbon([(-1.2, y), (0, y - 0.04), (1.2, y - 0.1)], 0.055, 0.5)
            pen.fill(stick, Skin(colour, bulge=0.6, gloss=0.2), z=0.05, shadow=0.05)
