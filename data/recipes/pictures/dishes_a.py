"""Flat or round dishes: pancakes, waffles, pizza, donuts and cup cakes."""

import math

import numpy as np

from pictures.drawing import Colour, Pen, Skin, mix, pick, vary
from pictures.shapes import Points, blob, ellipse, moved, ribbon, scatter, smooth, squircle, star
from pictures.toppings import (
    CHOCOLATE,
    CREAMS,
    SPRINKLES,
    WHITE,
    Stage,
    butter,
    cherry,
    cream,
    dots,
    drizzle,
    fruits,
    leaves,
    pool,
    powder,
)

SYRUPS = ((186, 104, 24), (150, 76, 18), CHOCOLATE, (150, 20, 40))


def batter_toppings(pen: Pen, stage: Stage, radius: float, z: float) -> None:
    """Put on pancakes or waffles the sweet things they share."""
    rng = stage.rng
    if rng.random() < 0.5:
        pool(pen, radius * rng.uniform(0.45, 0.75), pick(rng, SYRUPS), z, rng.uniform(0.6, 0.9))
    if rng.random() < 0.25:
        powder(pen, radius * 0.9, z)
    if rng.random() < 0.2:
        drizzle(pen, radius * 0.8, pick(rng, SYRUPS), z)
    choice = rng.random()
    if choice < 0.3:
        butter(pen.at(*rng.normal(0, 0.04, 2)), rng.uniform(0.1, 0.15), z)
    elif choice < 0.65:
        fruits(pen, stage.kit.fruits, radius * 0.45, int(rng.integers(2, 8)), rng.uniform(0.12, 0.18), z)
        if rng.random() < 0.3:
            leaves(pen, "mint", 0.16, z)
    elif choice < 0.8:
        cream(pen, radius * 0.3, tiers=2, z=z)


def pancake(pen: Pen, radius: float, z: float, thick: float) -> None:
    """Draw one pancake: pale sides and a browned face with a pale edge."""
    rng = pen.rng
    brown = vary(rng, (196, 122, 56), 10)
    face = Skin(brown, tint=mix(brown, (240, 190, 110), 0.5), rim=(238, 200, 130), bulge=0.3, soft=0.14, broad=True)
    side = Skin(vary(rng, (236, 200, 132), 5), tint=(214, 160, 90), bulge=0.5)
    pen.slab(blob(rng, radius, 0.022, n=48), z + thick, side, face, z=z, shadow=0.05)


def pancakes(stage: Stage) -> None:
    """Draw a stack, a fan or a single pancake."""
    rng = stage.rng
    kind = pick(rng, ("stack", "stack", "stack", "fan", "few"))
    pen = stage.table(*((0.42, 0.68) if kind == "stack" else (0.62, 0.98)), down=0.1)
    radius, thick, z = rng.uniform(0.56, 0.74), rng.uniform(0.09, 0.14), 0.0
    if kind == "stack":
        pen = pen.at(scale=0.95)
        for _ in range(int(rng.integers(3, 8))):
            pancake(pen.at(*rng.normal(0, 0.025, 2)), radius, z, thick)
            z += thick
    elif kind == "fan":
        for x in np.linspace(-0.36, 0.3, int(rng.integers(3, 5))):
            pancake(pen.at(x, 0.1 * x), radius * 0.75, z, 0.06)
            z += 0.05
    else:
        for _ in range(int(rng.integers(1, 4))):
            pancake(pen.at(*rng.normal(0, 0.07, 2)), radius * 1.1, z, 0.06)
            z += 0.06
    batter_toppings(pen, stage, radius * (0.7 if kind == "fan" else 0.95), z)


def heart(size: float) -> Points:
    """Return a heart."""
    half = np.array([(0.0, -0.4), (0.15, -0.8), (0.5, -1.0), (0.9, -0.85), (1.05, -0.4), (0.8, 0.2), (0.0, 1.1)])
    return smooth(np.concatenate([half, half[-2:0:-1] * (-1, 1)]), 2) * size


def waffle(pen: Pen, outline: Points, z: float, cells: int) -> None:
    """Draw one waffle: a thick golden shape with a grid of hollows."""
    rng = pen.rng
    gold = vary(rng, (216, 152, 74), 10)
    top = Skin(gold, tint=mix(gold, (170, 100, 40), 0.6), bulge=0.45, soft=0.07, broad=True)
    pen.pile(outline, z + 0.12, Skin(mix(gold, (130, 70, 30), 0.35), bulge=0.5), top, z=z, shadow=0.06)
    reach = float(np.abs(outline).max())
    step = 2 * reach / cells
    hollow = Skin(mix(gold, (120, 62, 20), 0.5), rim=mix(gold, (90, 45, 15), 0.65), bulge=-0.7, soft=0.45)
    inner = outline * 0.9
    for x in np.arange(-reach + step / 2, reach, step):
        for y in np.arange(-reach + step / 2, reach, step):
            pen.inside(moved(squircle(0.36 * step, 0.36 * step, 8, 16), x, y), inner, hollow, z=z + 0.12)


def waffles(stage: Stage) -> None:
    """Draw one to three waffles: round, square, heart-shaped or in quarters."""
    rng = stage.rng
    pen = stage.table(0.5, 0.98)
    size = rng.uniform(0.66, 0.84)
    shapes = (blob(rng, size, 0.015, n=60), squircle(0.9 * size, 0.9 * size, 9), squircle(size * 1.1, 0.75 * size, 9))
    quarter = smooth([(-0.8, -0.8), (0.9, -0.7), (0.75, 0.45), (0.4, 0.75), (-0.7, 0.9)], 2) * size
    outline = pick(rng, (*shapes, heart(size * 0.95), quarter))
    cells, z = int(rng.integers(5, 8)), 0.0
    for _ in range(int(rng.integers(1, 4))):
        waffle(pen.at(*rng.normal(0, 0.06, 2), turn=rng.normal(0, 0.3)), outline, z, cells)
        z += 0.13
    batter_toppings(pen, stage, size * 0.66, z)


def sector(outline: Points, start: float, end: float) -> Points:
    """Return the part of a closed curve about the origin between two angles, closed by the origin."""
    angles = np.arctan2(outline[:, 1], outline[:, 0]) % (2 * math.pi)
    offsets = (angles - start) % (2 * math.pi)
    order = np.argsort(offsets)
    kept = [i for i in order if offsets[i] <= end - start]
    return np.concatenate([[(0.0, 0.0)], outline[kept]])


def round_topping(pen: Pen, kind: str, bounds: Points, z: float) -> None:
    """Put one round or long topping on a pizza."""
    rng = pen.rng
    if kind == "pepperoni":
        size = rng.uniform(0.09, 0.12)
        pen.inside(blob(rng, size, 0.03), bounds, Skin(vary(rng, (176, 48, 34)), (204, 84, 60), (130, 26, 20)), z=z)
    elif kind == "olive":
        pen.inside(ellipse(0.055), bounds, Skin((44, 40, 42), bulge=0.6, gloss=0.3), z=z)
        pen.inside(ellipse(0.022, n=12), bounds, Skin((226, 180, 100), bulge=-0.2), z=z)
    elif kind == "mushroom":
        cap = smooth(
            [(-0.1, 0), (-0.08, -0.08), (0.08, -0.08), (0.1, 0), (0.03, 0.0), (0.03, 0.1), (-0.03, 0.1), (-0.03, 0)]
        )
        pen.inside(cap, bounds, Skin(vary(rng, (228, 206, 172), 6), rim=(160, 124, 90)), z=z)
    elif kind == "pepper":
        curve = np.array([(-0.12, 0.03), (-0.04, -0.03), (0.05, -0.03), (0.12, 0.04)])
        colour = vary(rng, pick(rng, ((80, 140, 50), (214, 60, 40), (236, 180, 50))))
        pen.inside(ribbon(smooth(curve, closed=False), 0.04), bounds, Skin(colour, bulge=0.6, gloss=0.4), z=z)
    elif kind == "tomato":
        pen.inside(ellipse(0.1), bounds, Skin((206, 56, 40), rim=(170, 30, 24), gloss=0.3), z=z)
        pen.inside(star(4, 0.075, 0.02, rng.uniform(0, 3)), bounds, Skin((232, 130, 90), bulge=-0.2), z=z)
    else:
        pen.inside(blob(rng, 0.14, 0.12), bounds, Skin((250, 240, 214), rim=(244, 206, 130), bulge=0.4), z=z)


def slice_of_pizza(pen: Pen, outline: Points, start: float, end: float, toppings: tuple[str, ...]) -> None:
    """Draw the part of a pizza between two angles."""
    rng = pen.rng
    whole = end - start > 6.2
    crust = outline if whole else sector(outline, start, end)
    baked = Skin(vary(rng, (220, 164, 92), 8), tint=(158, 92, 44), bulge=0.5, soft=0.1, broad=True)
    pen.pile(crust, 0.06, Skin((176, 118, 60), tint=(110, 66, 34), bulge=0.4), baked, shadow=0.06)
    inner = outline * rng.uniform(0.83, 0.9)
    sauce = inner if whole else sector(inner, start, end)
    pen.fill(sauce, Skin((184, 56, 28), tint=(150, 36, 20), bulge=-0.1, soft=0.05), z=0.06)
    melt = inner * 0.95
    cheese = Skin(
        vary(rng, (244, 204, 112), 7), tint=pick(rng, ((222, 120, 52), (250, 226, 160))), bulge=0.5, soft=0.04
    )
    bounds = melt if whole else sector(melt, start, end)
    pen.inside(blob(rng, float(np.abs(melt).max()) * 0.98, 0.02, 9), bounds, cheese, z=0.06)
    for _ in range(14):
        spot = moved(blob(rng, rng.uniform(0.03, 0.09), 0.2), *rng.uniform(-0.6, 0.6, 2))
        pen.inside(spot, bounds, Skin(pick(rng, ((190, 60, 30), (206, 130, 60), (250, 230, 170)))), z=0.06, alpha=0.7)
    for kind in toppings:
        for x, y in scatter(rng, int(rng.integers(8, 15)), 0.72, 0.22):
            place = pen.at(x, y, turn=rng.uniform(0, 6.28))
            local = moved(bounds - (x, y), turn=pen.turn - place.turn)
            round_topping(place, kind, local, 0.07)


def cuts(pen: Pen, angles: Points) -> None:
    """Cut a pizza from its centre at the given angles."""
    for angle in angles:
        path = np.array([0.0, 0.45, 0.93])[:, None] * (math.cos(angle), math.sin(angle))
        pen.fill(ribbon(path, 0.018), Skin((150, 84, 40), bulge=0.2), z=0.07)


def pizza(stage: Stage) -> None:
    """Draw a pizza whole, with cuts, with a missing part, or one or two slices of it."""
    rng = stage.rng
    kind = pick(rng, ("whole", "whole", "missing", "slice", "slices"))
    plates = tuple(name for name in stage.kit.plates if name not in ("tray", "oval"))
    pen = stage.table(0.55, 1.0, plates)
    kinds = ("pepperoni", "olive", "mushroom", "pepper", "tomato", "mozzarella")
    toppings = tuple(kinds[i] for i in rng.permutation(6)[: int(rng.integers(1, 4))])
    outline = blob(rng, rng.uniform(0.84, 0.97), 0.015, 7, 120)
    start = rng.uniform(0, 6.28)
    if kind in ("whole", "missing"):
        missing = pick(rng, (0.78, 1.57)) if kind == "missing" else 0.0
        slice_of_pizza(pen, outline, start, start + 2 * math.pi - missing, toppings)
        if rng.random() < 0.5:
            cuts(pen, start + np.arange(0, 6.28 - missing, math.pi / 4))
    else:
        wide = rng.uniform(0.75, 1.0)
        for i in range(1 if kind == "slice" else 2):
            turn = start + 2.6 * i
            part = pen.at(-0.62 * math.cos(turn), -0.62 * math.sin(turn), turn=turn, scale=1.4)
            slice_of_pizza(part, outline, -wide / 2 % 6.283, -wide / 2 % 6.283 + wide, toppings)
    if rng.random() < 0.4:
        leaves(pen.at(*rng.normal(0, 0.15, 2)), pick(rng, stage.kit.herbs), 0.2, 0.08)


def donut(pen: Pen, size: float, icing: Colour | None, finish: str) -> None:
    """Draw one ring of dough with an icing, or sugar, then sprinkles or lines."""
    rng = pen.rng
    place = pen.at(scale=size)
    dough = Skin(vary(rng, (206, 146, 78), 8), tint=(224, 172, 104), rim=(160, 100, 48), bulge=0.6, soft=0.22)
    outer, hole = blob(rng, 1.0, 0.015, n=48), ellipse(rng.uniform(0.27, 0.36), n=28)
    place.shade(outer, 0.15)
    for z in (0.0, 0.12, 0.22):
        place.ring(outer, hole * 0.85, dough, z=z)
    if icing:
        skin = Skin(icing, rim=mix(icing, (60, 20, 10), 0.2), bulge=0.45, soft=0.16, gloss=0.35, grain=0.01)
        place.ring(blob(rng, 0.9, 0.03, 9, 60), hole * 1.15, skin, z=0.36)
    else:
        place.ring(
            outer * 0.96, hole, Skin((240, 228, 206), tint=(214, 168, 108), bulge=0.5, soft=0.22, grain=0.12), z=0.28
        )
    ring = [spot for spot in scatter(rng, 60, 0.84, 0.09) if np.hypot(*spot) > 0.46]
    if finish == "sprinkles":
        colours = pick(rng, (SPRINKLES, (WHITE,), (CHOCOLATE,)))
        for x, y in ring:
            dots(place.at(x, y), 0.001, 1, colours, 0.05, 0.38)
    elif finish == "lines":
        ink = Skin(WHITE if sum(icing or (255,)) < 420 else CHOCOLATE, bulge=0.4)
        for y in np.arange(-0.75, 0.8, 0.24):
            for sign in (-1, 1):
                far, near = math.sqrt(0.75 - y * y) if abs(y) < 0.85 else 0, math.sqrt(max(0.0, 0.16 - y * y))
                line = ribbon(np.linspace((sign * near, y), (sign * far, y + 0.08), 5), 0.06)
                place.fill(line, ink, z=0.38)


def donuts(stage: Stage) -> None:
    """Draw one to six donuts on a plate, or nearly filling the picture."""
    rng = stage.rng
    pen = stage.table(0.55, 1.0)
    number = int(pick(rng, (1, 1, 2, 3, 4, 5)))
    size = (0.62, 0.62, 0.46, 0.42, 0.4, 0.37)[number] * rng.uniform(0.95, 1.15)
    around = np.arange(number) * 2 * math.pi / max(number, 1) + rng.uniform(0, 6)
    spots = np.stack([np.cos(around), np.sin(around)], 1) * (0 if number == 1 else size * (1.05 + 0.13 * number))
    if number == 5:
        spots[0] = (0, 0)
        spots[1:] = moved([(-1, -1), (1, -1), (-1, 1), (1, 1)], scale=size * 1.05)
    icings = ((240, 150, 180), (250, 240, 226), CHOCOLATE, (176, 110, 60), (180, 214, 230), (250, 216, 110), None)
    same = pick(rng, icings)
    for x, y in sorted(spots, key=lambda spot: moved([spot], turn=pen.turn)[0][1]):
        icing = same if rng.random() < 0.4 else pick(rng, icings)
        colour = None if icing is None else vary(rng, icing, 8)
        decor = pick(rng, ("sprinkles", "lines", "bare")) if colour else "bare"
        donut(pen.at(x, y, turn=rng.uniform(0, 6.28)), size, colour, decor)


def paper_case(pen: Pen, colour: Colour, pleats: int) -> None:
    """Draw the pleated paper case of a cup cake, of radius 0.36 then 0.46 and height 0.42."""
    low, high = star(pleats, 0.36, 0.335), star(pleats, 0.48, 0.445)
    pen.slab(high * 0.75, 0.42, Skin(colour, bulge=0.5), Skin(colour), shadow=0.14)
    for i in range(2 * pleats):
        j = (i + 1) % (2 * pleats)
        lower, upper = pen.project(low[[i, j]], 0), pen.project(high[[i, j]], 0.42)
        if (lower[1, 0] - lower[0, 0]) > 0:
            continue
        face = Skin(mix(colour, (30, 20, 20), 0.05 if i % 2 else 0.3), bulge=0.15)
        flat = Pen(pen.canvas, (0, 0), 1)
        flat.fill(np.concatenate([lower, upper[::-1]]), face)


def cup_cake(pen: Pen, stage: Stage, colour: Colour, icing: Colour, kind: str, decor: str) -> None:
    """Draw one cup cake: case, cake, icing and decoration."""
    rng = stage.rng
    paper_case(pen, colour, 14)
    cake = Skin(vary(rng, pick(rng, ((214, 164, 96), (110, 66, 40))), 8), bulge=0.4, grain=0.1)
    pen.dome(0.47, 0.1, cake, z=0.4)
    if kind == "swirl":
        top = cream(pen, 0.43, icing, int(rng.integers(2, 4)), z=0.45, steep=rng.uniform(0.7, 1.0))
    else:
        pen.dome(0.44, 0.26, Skin(icing, bulge=0.45, gloss=0.25, soft=0.4), z=0.44)
        top = 0.68
    if decor == "sprinkles":
        for _ in range(26):
            angle, share = rng.uniform(0, 6.28), rng.uniform(0.05, 0.85)
            spot = pen.at(0.42 * share * math.cos(angle), 0.42 * share * math.sin(angle))
            dots(spot, 0.001, 1, SPRINKLES, 0.022, 0.48 + (top - 0.5) * (1 - share))
    elif decor == "cherry":
        cherry(pen, 0.15, top - 0.06)
    elif decor == "fruit":
        fruits(pen, stage.kit.fruits, 0.01, 1, 0.14, top)


def cup_cakes(stage: Stage) -> None:
    """Draw one to five cup cakes, from the side or from above."""
    rng = stage.rng
    number = int(pick(rng, (1, 1, 2, 3, 4)))
    side = rng.random() < 0.65
    scale = (0, 1.1, 0.9, 0.8, 0.78)[number]
    pen = stage.table(0.3, 0.5, down=0.15) if side else stage.table(0.7, 0.92)
    pen = pen.at(scale=scale * rng.uniform(0.9, 1.1))
    layouts = {1: [(0, 0)], 2: [(-0.5, 0), (0.5, 0.1)], 3: [(0, -0.5), (-0.52, 0.3), (0.52, 0.36)]}
    spots = layouts.get(number, [(-0.5, -0.5), (0.5, -0.5), (-0.52, 0.5), (0.5, 0.52)])
    case = vary(rng, pick(rng, (*SPRINKLES, (120, 80, 60))))
    icing, kind, decor = (
        pick(rng, CREAMS),
        pick(rng, ("swirl", "swirl", "dome")),
        pick(rng, ("sprinkles", "cherry", "fruit", "bare")),
    )
    straight = pen.at(turn=-pen.turn + rng.normal(0, 0.2)).at(0, 0.25 if side else 0.1)
    for x, y in spots:
        if rng.random() < 0.4:
            icing, decor = pick(rng, CREAMS), pick(rng, ("sprinkles", "cherry", "fruit", "bare"))
        cup_cake(straight.at(x, y), stage, case, vary(rng, icing, 6), kind, decor)
