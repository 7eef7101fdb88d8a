"""The stage of a dish, and the garnishes and toppings that several dishes share."""

import math
from dataclasses import dataclass

import numpy as np

from pictures.drawing import Canvas, Colour, Pen, Skin, mix, pick, vary
from pictures.settings import background, plate
from pictures.shapes import Points, blob, ellipse, leaf, moved, ribbon, sausage, scatter, smooth, squircle

SPRINKLES = ((236, 80, 110), (80, 160, 220), (250, 210, 70), (110, 190, 100), (250, 250, 245), (240, 140, 60))
CREAMS = ((250, 244, 230), (240, 170, 190), (110, 66, 42), (190, 220, 190), (196, 180, 226), (250, 226, 150))
WHITE: Colour = (248, 245, 238)
CHOCOLATE: Colour = (84, 48, 30)


@dataclass(frozen=True)
class Kit:
    """The kinds of surroundings that one split may use."""

    backgrounds: tuple[str, ...]
    plates: tuple[str, ...]
    fruits: tuple[str, ...]
    herbs: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A canvas to draw one dish on, with the kinds of surroundings it may use."""

    canvas: Canvas
    kit: Kit

    @property
    def rng(self) -> np.random.Generator:
        """Return the generator of the picture."""
        return self.canvas.rng

    def pen(self, tilt: float, radius: float, low: float = 0.0) -> Pen:
        """Return a pen whose unit is `radius` times the shorter side, near the centre or `low` (share) under it."""
        width, height = self.canvas.width, self.canvas.height
        shift = self.rng.normal(0, 0.035, 2)
        centre = (width * (0.5 + float(shift[0])), height * (0.5 + low + float(shift[1])))
        return Pen(self.canvas, centre, radius * min(width, height), tilt)

    def table(self, low: float, high: float, plates: tuple[str, ...] | None = None, down: float = 0.04) -> Pen:
        """Draw a background and a plate seen at a tilt from `low` to `high`; return the pen on the plate."""
        rng = self.rng
        tilt = float(rng.uniform(low, high))
        far = tilt < 0.55 and rng.random() < 0.6
        background(self.canvas, pick(rng, self.kit.backgrounds), rng.uniform(0.12, 0.3) if far else None)
        pen = self.pen(tilt, rng.uniform(0.42, 0.6), low=down).at(turn=rng.normal(0, 0.25))
        plate(pen, pick(rng, plates or self.kit.plates))
        return pen.at(z=0.06, turn=rng.uniform(-3.1, 3.1))

    def counter(self, tilt: float, radius: float, low: float = 0.2) -> Pen:
        """Draw a table with a wall behind it; return a pen for things that stand on it."""
        background(self.canvas, pick(self.rng, self.kit.backgrounds), self.rng.uniform(0.35, 0.65))
        return self.pen(tilt, radius, low)


def dots(pen: Pen, radius: float, number: int, colours: tuple[Colour, ...], size: float = 0.03, z: float = 0) -> None:
    """Scatter small sticks, as sprinkles, over a disc."""
    for x, y in scatter(pen.rng, number, radius, size):
        stick = sausage(moved([(-size, 0), (0, 0), (size, 0)], x, y, pen.rng.uniform(0, 3.1)), size * 0.9)
        pen.fill(stick, Skin(vary(pen.rng, pick(pen.rng, colours), 6), bulge=0.5, grain=0), z=z)


def powder(pen: Pen, radius: float, z: float = 0) -> None:
    """Sift sugar over a disc."""
    sugar = Skin((255, 253, 248), bulge=0, grain=0)
    for x, y in scatter(pen.rng, 90, radius, 0.01):
        pen.fill(moved(ellipse(pen.rng.uniform(0.008, 0.05), n=8), x, y), sugar, z=z, alpha=pen.rng.uniform(0.15, 0.6))


def zigzag(rng: np.random.Generator, radius: float, turns: int) -> Points:
    """Return a back and forth curve over a disc, as a sauce is drizzled."""
    steps = np.linspace(-1, 1, turns)
    reach = radius * np.sqrt(1 - 0.9 * steps**2) * rng.uniform(0.8, 1.05, turns)
    path = np.stack([reach * (-1.0) ** np.arange(turns), radius * 0.95 * steps], axis=1)
    return moved(smooth(path, closed=False), turn=rng.uniform(0, 3.1))


def drizzle(pen: Pen, radius: float, colour: Colour, z: float = 0, width: float = 0.06) -> None:
    """Drizzle a sauce over a disc."""
    path = zigzag(pen.rng, radius, int(pen.rng.integers(5, 9)))
    pen.fill(ribbon(path, width), Skin(colour, bulge=0.5, gloss=0.4, soft=0.5), z=z)


def pool(pen: Pen, radius: float, colour: Colour, z: float = 0, alpha: float = 0.85) -> None:
    """Pour a glossy sauce with drips."""
    shape = blob(pen.rng, radius, 0.16, lobes=7, n=60)
    pen.fill(shape, Skin(colour, rim=mix(colour, (40, 15, 5), 0.3), bulge=0.5, soft=0.12, gloss=0.6), z=z, alpha=alpha)


def cream(pen: Pen, radius: float, colour: Colour = WHITE, tiers: int = 3, z: float = 0, steep: float = 0.75) -> float:
    """Pipe a swirl of cream, tier by tier, each of overlapping strokes; return the height of its top."""
    skin = Skin(colour, rim=mix(colour, (90, 60, 60), 0.12), bulge=0.4, soft=0.5, grain=0.015, gloss=0.05)
    wide, step = radius, radius * steep / tiers
    for tier in range(tiers):
        height = z + tier * step
        pen.dome(wide, step * 1.6, skin, z=height)
        strokes = max(5, round(11 * wide / radius))
        angles = np.arange(strokes) * 2 * math.pi / strokes + 0.35 * tier
        for angle in sorted(angles, key=lambda a: math.sin(a + pen.turn)):
            x, y = 0.72 * wide * math.cos(angle), 0.72 * wide * math.sin(angle)
            stroke = moved(ellipse(0.46 * wide, 0.27 * wide, 20), x, y, angle + 1.0)
            pen.fill(stroke, skin, z=height + step * 0.7)
        wide *= 0.72
    pen.dome(wide, step * 1.7, skin, z=z + tiers * step)
    return z + (tiers + 1.3) * step


def butter(pen: Pen, size: float, z: float = 0) -> None:
    """Put a melting square of butter."""
    pool(pen, size * 1.25, (250, 222, 120), z=z, alpha=0.5)
    side, top = Skin((226, 190, 80)), Skin((253, 232, 140), gloss=0.3, soft=0.3)
    pen.slab(moved(squircle(size, size * 0.8, 10), turn=pen.rng.uniform(0, 3)), z + size * 0.7, side, top, z=z)


def strawberry(pen: Pen, size: float, z: float = 0) -> None:
    """Draw a strawberry lying down."""
    shape = smooth([(-1, -0.5), (-0.4, -0.95), (0.4, -0.95), (1, -0.5), (0.75, 0.4), (0, 1.25), (-0.75, 0.4)]) * size
    pen.fill(shape, Skin(vary(pen.rng, (206, 34, 40)), bulge=0.7, gloss=0.4), z=z, shadow=0.25 * size)
    seed = Skin((246, 210, 110), bulge=0, grain=0)
    for x, y in scatter(pen.rng, 16, 0.72 * size, 0.26 * size):
        pen.fill(moved(ellipse(0.05 * size, 0.09 * size, 8), x, y), seed, z=z)
    for angle in (-2.6, -1.9, -1.2, -0.5):
        tip = moved(leaf(0.8 * size, 0.32 * size), 0.3 * math.cos(angle) * size, -0.85 * size, angle)
        pen.fill(tip, Skin((84, 142, 58), bulge=0.4), z=z)


def blueberry(pen: Pen, size: float, z: float = 0) -> None:
    """Draw a blueberry with its crown."""
    colour = vary(pen.rng, (62, 70, 128), 10)
    pen.fill(ellipse(0.62 * size), Skin(colour, tint=(98, 110, 160), bulge=0.7, gloss=0.3), z=z, shadow=0.25 * size)
    pen.fill(ellipse(0.2 * size, n=10), Skin((34, 36, 66), bulge=-0.6), z=z)


def raspberry(pen: Pen, size: float, z: float = 0) -> None:
    """Draw a raspberry as a heap of beads."""
    skin = Skin(vary(pen.rng, (206, 44, 84)), rim=(140, 20, 50), bulge=0.7, gloss=0.4)
    pen.fill(ellipse(0.66 * size), skin, z=z, shadow=0.25 * size)
    for ring, number in ((0.55, 9), (0.28, 5), (0.0, 1)):
        for angle in np.arange(number) * 2 * math.pi / number:
            bead = moved(ellipse(0.22 * size, n=12), ring * size * math.cos(angle), ring * size * math.sin(angle))
            pen.fill(bead, skin, z=z)


def banana(pen: Pen, size: float, z: float = 0) -> None:
    """Draw a slice of banana."""
    pen.slab(ellipse(0.8 * size), z + 0.3 * size, Skin((232, 208, 130)), Skin((250, 236, 184), bulge=0.2), z=z)
    pen.fill(blob(pen.rng, 0.28 * size, 0.2), Skin((228, 206, 140), bulge=-0.2), z=z + 0.3 * size)


def cherry(pen: Pen, size: float, z: float = 0) -> None:
    """Draw a cherry with its stalk."""
    pen.dome(0.62 * size, 0.95 * size, Skin((190, 20, 40), bulge=0.8, gloss=0.6), z=z)
    stalk = pen.project(smooth([(0, 0), (0.1, 0.02), (0.55, 0.1)], closed=False), 0) - pen.project([(0, 0)], 0)
    base = pen.project([(0, 0)], z + 0.9 * size)
    rise = np.linspace(0, 1.1, len(stalk))[:, None] * (0, -size * pen.unit * pen.scale)
    thin = 0.1 * size * pen.unit * pen.scale
    flat = Pen(pen.canvas, (0, 0), 1)
    flat.fill(ribbon(base + stalk * size + rise, thin), Skin((96, 120, 50), bulge=0.3))


def leaves(pen: Pen, kind: str, size: float, z: float = 0) -> None:
    """Put a sprig of the given herb: basil, parsley, mint, or chives."""
    green = vary(pen.rng, {"basil": (62, 128, 50), "mint": (80, 160, 84)}.get(kind, (70, 124, 48)), 8)
    skin = Skin(green, rim=mix(green, (20, 50, 20), 0.3), bulge=0.6, gloss=0.15)
    number = {"basil": 3, "mint": 3, "parsley": 9, "chives": 12}[kind]
    for i in range(number):
        turn = pen.rng.uniform(0, 6.28) if kind != "mint" else 2.1 * i
        if kind in ("basil", "mint"):
            sprig = pen.at(0.45 * size * math.cos(turn), 0.45 * size * math.sin(turn), turn=turn)
            sprig.fill(leaf(size, 0.62 * size, 0.04), skin, z=z, shadow=0.12 * size)
            vein = Skin(mix(green, WHITE, 0.3), bulge=0, grain=0)
            sprig.fill(ribbon([(-0.4 * size, 0), (0, 0.03 * size), (0.4 * size, 0)], 0.04 * size), vein, z=z)
        else:
            bit = pen.at(*pen.rng.normal(0, 0.7 * size, 2), turn=turn)
            shape = blob(pen.rng, 0.16 * size, 0.3) if kind == "parsley" else ellipse(0.35 * size, 0.05 * size, 12)
            bit.fill(shape, skin, z=z, shadow=0.04 * size)


FRUITS = {"strawberry": strawberry, "blueberry": blueberry, "raspberry": raspberry, "banana": banana}


def fruits(pen: Pen, kinds: tuple[str, ...], radius: float, number: int, size: float, z: float = 0) -> None:
    """Scatter fruits of one kind over a disc, the nearest to the viewer last."""
    draw = FRUITS[pick(pen.rng, kinds)]
    places = scatter(pen.rng, number, radius, 1.1 * size)
    for x, y in sorted(places, key=lambda place: moved([place], turn=pen.turn)[0][1]):
        draw(pen.at(x, y, turn=pen.rng.uniform(0, 6.28)), size, z)
