"""Where things stand: textured backgrounds, plates, boards and bowls."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from pictures.drawing import Canvas, Colour, Pen, Skin, crop, mix, paint, pick, vary
from pictures.shapes import Points, ellipse, hull, moved, squircle

Field = np.ndarray
WOODS = ((172, 124, 78), (120, 80, 50), (205, 168, 120), (92, 66, 48), (150, 138, 124))
CLOTHS = ((232, 226, 214), (196, 72, 64), (86, 120, 160), (122, 146, 104), (226, 190, 110), (70, 74, 90))
CHECKS = ((196, 48, 48), (52, 92, 160), (60, 130, 90), (90, 90, 96), (220, 160, 50))
PLAINS = ((240, 238, 232), (60, 62, 68), (214, 200, 180), (150, 176, 190), (216, 178, 168), (176, 190, 160))
POTTERY = ((246, 245, 241), (238, 230, 214), (60, 66, 76), (120, 152, 168), (206, 216, 206), (226, 198, 176))
BANDS = ((40, 70, 140), (160, 40, 40), (40, 110, 90), (190, 150, 60), (70, 60, 60))


def grid(canvas: Canvas, turn: float, cell: float) -> tuple[Field, Field]:
    """Return the coordinates (rows, columns) of every pixel on turned axes, counted in cells of the shorter side."""
    y, x = np.mgrid[0 : canvas.height, 0 : canvas.width].astype(np.float32)
    step = cell * min(canvas.height, canvas.width)
    cos, sin = math.cos(turn) / step, math.sin(turn) / step
    return x * cos + y * sin + 20, y * cos - x * sin + 20


def lay(canvas: Canvas, colour: Colour, factor: Field) -> None:
    """Cover the canvas with a colour times a brightness (rows, columns)."""
    canvas.pixels[:] = np.asarray(colour, np.float32) * factor[..., None]


def cover(canvas: Canvas, tile: Field) -> Field:
    """Return a random window of a noise tile, as large as the canvas."""
    return crop(canvas.rng, tile, canvas.pixels.shape[:2])


def plain(canvas: Canvas) -> None:
    """Draw a smooth, slightly uneven surface."""
    lay(canvas, vary(canvas.rng, pick(canvas.rng, PLAINS)), 0.95 + 0.1 * cover(canvas, canvas.broad))


def speckled(canvas: Canvas) -> None:
    """Draw a worktop of small grains."""
    colour = vary(canvas.rng, pick(canvas.rng, PLAINS))
    lay(canvas, colour, 0.85 + 0.3 * (cover(canvas, canvas.fine) > 0.78) - 0.3 * (cover(canvas, canvas.fine) < 0.2))


def wood(canvas: Canvas) -> None:
    """Draw planks whose veins follow their length."""
    rng = canvas.rng
    u, v = grid(canvas, rng.choice([0, math.pi / 2]) + rng.normal(0, 0.12), rng.uniform(0.22, 0.5))
    plank = np.floor(v).astype(int)
    shift = rng.uniform(0, 9, 64).astype(np.float32)[plank % 64]
    bend = 0.05 * np.sin(0.7 * u + shift) + 0.05 * cover(canvas, canvas.broad)
    profile = rng.normal(0, 0.06, 4096).astype(np.float32)
    veins = np.interp((v + bend) * rng.uniform(20, 40), np.arange(4096), profile)
    gap = np.abs(v - np.round(v)) < 0.018
    tone = 0.92 + 0.02 * shift - 0.4 * gap + veins + 0.05 * cover(canvas, canvas.noise)
    lay(canvas, vary(rng, pick(rng, WOODS)), tone)


def cloth(canvas: Canvas) -> None:
    """Draw a woven cloth with soft folds and sometimes stripes."""
    rng = canvas.rng
    u, v = grid(canvas, rng.uniform(0, math.pi), rng.uniform(0.1, 0.25))
    weave = 0.05 * np.sign(np.sin(90 * u) * np.sin(90 * v))
    colour = vary(rng, pick(rng, CLOTHS))
    lay(canvas, colour, 0.9 + weave + 0.16 * cover(canvas, canvas.broad))
    if rng.random() < 0.5:
        stripe = (np.abs(v % 1 - 0.5) < rng.uniform(0.06, 0.2)) * 0.75
        band = np.asarray(vary(rng, pick(rng, CLOTHS)), np.float32)
        canvas.pixels += (band * (1 + weave)[..., None] - canvas.pixels) * stripe[..., None]


def checkered(canvas: Canvas) -> None:
    """Draw a gingham cloth."""
    rng = canvas.rng
    u, v = grid(canvas, pick(rng, (0.0, math.pi / 4)) + rng.normal(0, 0.1), rng.uniform(0.1, 0.2))
    share = ((u % 2 < 1) * 0.5 + (v % 2 < 1) * 0.5).astype(np.float32)
    tone = 0.94 + 0.08 * cover(canvas, canvas.broad) + 0.04 * cover(canvas, canvas.noise)
    lay(canvas, (244, 242, 236), tone)
    ink = np.asarray(vary(rng, pick(rng, CHECKS)), np.float32)
    canvas.pixels += (ink * tone[..., None] - canvas.pixels) * share[..., None]


def marble(canvas: Canvas) -> None:
    """Draw a pale or dark stone with thin veins."""
    rng = canvas.rng
    large, small = cover(canvas, canvas.broad), cover(canvas, canvas.fine)
    veins = (np.exp(-np.abs(large + 0.15 * small - 0.55) / 0.02) + np.exp(-np.abs(large - 0.3) / 0.05)) * small
    if rng.random() < 0.7:
        lay(canvas, vary(rng, (236, 234, 230), 5), 1 - 0.28 * veins - 0.06 * large)
    else:
        lay(canvas, vary(rng, (58, 62, 64), 6), 0.9 + 0.9 * veins + 0.2 * large)


def slate(canvas: Canvas) -> None:
    """Draw a dark stone with faint layers."""
    layers = np.floor(7 * cover(canvas, canvas.broad)) / 7
    tone = 0.8 + 0.3 * layers + 0.25 * cover(canvas, canvas.fine) + 0.08 * cover(canvas, canvas.noise)
    lay(canvas, vary(canvas.rng, (66, 70, 76), 8), tone)


def tiles(canvas: Canvas) -> None:
    """Draw square glazed tiles with pale joints."""
    rng = canvas.rng
    u, v = grid(canvas, rng.uniform(0, math.pi), rng.uniform(0.25, 0.45))
    hue = rng.uniform(0.85, 1.1, (64, 64)).astype(np.float32)
    tone = hue[np.floor(u).astype(int) % 64, np.floor(v).astype(int) % 64] + 0.08 * cover(canvas, canvas.fine)
    lay(canvas, vary(rng, pick(rng, ((176, 104, 74), (96, 138, 150), (214, 204, 186)))), tone)
    joint = (np.abs(u - np.round(u)) < 0.03) | (np.abs(v - np.round(v)) < 0.03)
    canvas.pixels[joint] = (206, 198, 188)


BACKGROUNDS: dict[str, Callable[[Canvas], None]] = {
    "plain": plain,
    "speckled": speckled,
    "wood": wood,
    "cloth": cloth,
    "checkered": checkered,
    "marble": marble,
    "slate": slate,
    "tiles": tiles,
}


def background(canvas: Canvas, kind: str, horizon: float | None = None) -> None:
    """Draw a table top; below a horizon (a share of the height) only, with a blurred wall above it."""
    BACKGROUNDS[kind](canvas)
    if horizon is None:
        return
    edge = int(horizon * canvas.height)
    table = canvas.pixels[edge:].copy()
    BACKGROUNDS[pick(canvas.rng, ("plain", "plain", "cloth", "wood"))](canvas)
    wall = Image.fromarray(np.clip(canvas.pixels, 0, 255).astype(np.uint8))
    canvas.pixels[:] = np.asarray(wall.filter(ImageFilter.GaussianBlur(canvas.height * 0.03)), np.float32)
    canvas.pixels *= np.float32(canvas.rng.uniform(0.75, 1.15))
    canvas.pixels[edge:] = table * np.linspace(0.8, 1, len(table), dtype=np.float32)[:, None, None]


SHAPES = {
    "round": (ellipse(1.0, n=60), 0.68),
    "coupe": (ellipse(1.0, n=60), 0.92),
    "oval": (ellipse(1.15, 0.85, n=60), 0.76),
    "square": (squircle(0.95, 0.95, 6), 0.74),
    "tray": (squircle(1.15, 0.72, 8), 0.88),
}
PLATES = (*SHAPES, "banded", "dotted", "board", "round board", "paper")


def glaze(colour: Colour, bulge: float) -> Skin:
    """Return the skin of glazed pottery."""
    return Skin(colour, bulge=bulge, soft=0.16, gloss=0.12, grain=0.012)


def dish(pen: Pen, outline: Points, colour: Colour, well: float) -> None:
    """Draw a flat plate: its lip, then its well, whose size is a share of the outline."""
    pen.slab(outline, 0.06, glaze(mix(colour, (60, 60, 60), 0.35), 0.1), glaze(colour, 0.22), shadow=0.1)
    pen.fill(outline * well, glaze(mix(colour, (120, 120, 120), 0.08), -0.2), z=0.06)
    pen.fill(outline * well * 0.93, glaze(colour, -0.06), z=0.06)


def banded(pen: Pen, colour: Colour) -> None:
    """Draw a round plate with one or two coloured bands on its rim."""
    dish(pen, ellipse(1.0, n=60), colour, 0.68)
    ink = glaze(vary(pen.rng, pick(pen.rng, BANDS)), 0.2)
    for outer in (0.96, 0.78)[: int(pen.rng.integers(1, 3))]:
        pen.ring(ellipse(outer, n=60), ellipse(outer - pen.rng.uniform(0.03, 0.08), n=60), ink, z=0.06)


def dotted(pen: Pen, colour: Colour) -> None:
    """Draw a round plate with dots along its rim."""
    dish(pen, ellipse(1.0, n=60), colour, 0.7)
    ink = glaze(vary(pen.rng, pick(pen.rng, BANDS)), 0.1)
    for angle in np.arange(0, 2 * math.pi, math.pi / 9):
        pen.fill(moved(ellipse(0.04, n=12), 0.86 * math.cos(angle), 0.86 * math.sin(angle)), ink, z=0.06)


def board(pen: Pen, outline: Points, colour: Colour) -> None:
    """Draw a thick cutting board with veins along its length."""
    top = Skin(colour, bulge=0.12, soft=0.05)
    pen.slab(outline, 0.07, Skin(mix(colour, (30, 20, 10), 0.45), bulge=0.2), top, shadow=0.1)
    for y in np.arange(-1.0, 1.0, 0.09):
        line = [(-1.3, y), (-0.4, y + pen.rng.normal(0, 0.02)), (0.5, y + pen.rng.normal(0, 0.02)), (1.3, y)]
        vein = np.concatenate([line, np.add(line, (0, 0.02))[::-1]])
        pen.inside(vein, outline, Skin(mix(colour, (40, 20, 10), 0.3), bulge=0), z=0.07, alpha=0.5)


def plate(pen: Pen, kind: str) -> None:
    """Draw the plate, board or tray of that kind, of radius 1, under the food."""
    rng = pen.rng
    colour = vary(rng, pick(rng, POTTERY), 6)
    if kind == "banded":
        banded(pen, colour)
    elif kind == "dotted":
        dotted(pen, colour)
    elif kind == "board":
        board(pen, squircle(1.15, 0.92, 12), vary(rng, pick(rng, WOODS)))
    elif kind == "round board":
        board(pen, ellipse(1.05, n=60), vary(rng, pick(rng, WOODS)))
    elif kind == "paper":
        dish(pen, squircle(1.05, 0.85, 14), vary(rng, (238, 234, 224), 5), 0.99)
    elif kind in SHAPES:
        outline, well = SHAPES[kind]
        dish(pen, outline, colour, well)


def bowl(pen: Pen, colour: Colour, depth: float = 0.45) -> None:
    """Draw a deep bowl of radius 1 whose opening lies at height `depth`."""
    rim = ellipse(1.0, n=60)
    pen.slab(rim * 0.62, 0.02, glaze(colour, 0.2), glaze(colour, 0.2), shadow=0.16)
    wall = np.concatenate(
        [pen.project(rim * share, depth * ((share - 0.62) / 0.38) ** 1.6) for share in (0.62, 0.8, 0.92, 1)]
    )
    paint(pen.canvas, hull(wall), glaze(colour, 0.5))
    pen.fill(rim, glaze(colour, 0.3), z=depth)
    pen.fill(rim * 0.92, glaze(mix(colour, (80, 80, 80), 0.25), -0.35), z=depth)
