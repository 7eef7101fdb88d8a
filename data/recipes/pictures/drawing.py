"""Primitives that draw small, photograph-like pictures on a supersampled canvas, from one random generator.

A `Pen` projects outlines given in local units (see `shapes.py`) on the canvas, seen from above or at an angle, and
`paint` gives them relief, gloss, spots and a soft shadow. The same generator state always gives the same picture.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pictures.shapes import Pairs, Points, ellipse, hull, moved

Colour = tuple[float, float, float]
Box = tuple[int, int, int, int]
Item = TypeVar("Item")
TILE = 256
SHADOW_STRENGTH = 0.5
LEAST_QUALITY = 30  # of a JPEG: below, small letters are no longer legible


@dataclass(frozen=True)
class Skin:
    """The look of a surface: colours from 0 to 255, the other amounts about 0 to 1 (a negative bulge is a hollow)."""

    colour: Colour
    tint: Colour | None = None
    rim: Colour | None = None
    bulge: float = 0.35
    soft: float = 0.35
    gloss: float = 0.0
    grain: float = 0.03
    broad: bool = False


@dataclass
class Canvas:
    """Pixels (height, width, 3) from 0 to 255 with the light and the noise tiles that all the surfaces share."""

    rng: np.random.Generator
    pixels: np.ndarray
    factor: int
    light: tuple[float, float]
    noise: np.ndarray
    fine: np.ndarray
    broad: np.ndarray

    @property
    def width(self) -> int:
        """Return the width in supersampled pixels."""
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        """Return the height in supersampled pixels."""
        return self.pixels.shape[0]


def pick(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """Return one item at random."""
    return items[int(rng.integers(len(items)))]


def vary(rng: np.random.Generator, colour: Colour, amount: float = 12.0) -> Colour:
    """Return a nearby colour: all the channels move together, then each a little."""
    moved_colour = np.asarray(colour) + rng.normal(0, amount) + rng.normal(0, amount / 2, 3)
    red, green, blue = np.clip(moved_colour, 0, 255)
    return float(red), float(green), float(blue)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return the first colour moved towards the second."""
    red, green, blue = ((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return red, green, blue


def clouds(rng: np.random.Generator, cells: int, span: int) -> np.ndarray:
    """Return smooth noise (span, span), float32 from 0 to 1, with about `cells` spots along a side."""
    small = Image.fromarray(rng.random((cells, cells), dtype=np.float32))
    return np.clip(np.asarray(small.resize((span, span), Image.Resampling.BICUBIC)), 0, 1)


def new_canvas(rng: np.random.Generator, size: tuple[int, int], factor: int = 3) -> Canvas:
    """Return a blank canvas for a picture of the given (width, height), lit from above at random."""
    width, height = size[0] * factor, size[1] * factor
    span = int(1.5 * max(width, height))
    angle = rng.uniform(-0.85, -0.15) * math.pi
    noise = rng.random((TILE, TILE), dtype=np.float32) * 2 - 1
    return Canvas(
        rng,
        np.full((height, width, 3), 255, np.float32),
        factor,
        (math.cos(angle), math.sin(angle)),
        np.tile(noise, (span // TILE + 1, span // TILE + 1)),
        clouds(rng, 70, span),
        clouds(rng, 18, span),
    )


def crop(rng: np.random.Generator, tile: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return a random window of a tile, repeating the tile where it is too small."""
    repeats = [-(-size // available) for size, available in zip(shape, tile.shape, strict=True)]
    if max(repeats) > 1:
        tile = np.tile(tile, repeats)
    top, left = (int(rng.integers(available - size + 1)) for size, available in zip(shape, tile.shape, strict=True))
    return tile[top : top + shape[0], left : left + shape[1]]


def surround(outline: Points, margin: float) -> Box:
    """Return the box (left, top, right, bottom) of an outline with a margin, in pixels."""
    left, top = np.floor(outline.min(0) - margin).astype(int)
    right, bottom = np.ceil(outline.max(0) + margin).astype(int) + 1
    return int(left), int(top), int(right), int(bottom)


def raster(box: Box, outline: Points, holes: Sequence[Points] = (), within: Points | None = None) -> Image.Image:
    """Return the mask of an outline less its holes, kept inside another outline where one is given."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    pen = ImageDraw.Draw(mask)
    for points, value in [(outline, 255), *((hole, 0) for hole in holes)]:
        pen.polygon((points - box[:2]).ravel().tolist(), fill=value)
    return mask if within is None else ImageChops.darker(mask, raster(box, within))


def visible(canvas: Canvas, box: Box) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """Return the slices (rows, columns) of the canvas and of the box where they overlap, None where they do not."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], canvas.width), min(box[3], canvas.height)
    if left >= right or top >= bottom:
        return None
    inner = slice(top - box[1], bottom - box[1]), slice(left - box[0], right - box[0])
    return (slice(top, bottom), slice(left, right)), inner


def cast(canvas: Canvas, outline: Points, lift: float, holes: Sequence[Points] = (), strength: float = 1.0) -> None:
    """Darken the ground under a shape that is `lift` pixels above it."""
    away = np.array(canvas.light) * -lift
    box = surround(outline + away, 2 * lift + 2)
    windows = visible(canvas, box)
    if windows:
        mask = raster(box, outline + away, [hole + away for hole in holes])
        dark = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.7 * lift)), np.float32)[windows[1]]
        canvas.pixels[windows[0]] *= (1 - SHADOW_STRENGTH * strength / 255 * dark)[..., None]


def relief(mask: Image.Image, light: tuple[float, float], reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the height (0 to 1) of a swollen shape and how much its slope faces the light (-1 to 1)."""
    soft = mask.filter(ImageFilter.GaussianBlur(reach))
    dx, dy = (round(max(1.0, reach) * part) for part in light)
    lit = np.asarray(ImageChops.offset(soft, dx, dy), np.float32) - np.asarray(ImageChops.offset(soft, -dx, -dy))
    return np.asarray(soft, np.float32) / 255, lit / 255


def colours(canvas: Canvas, skin: Skin, height: np.ndarray, lit: np.ndarray) -> np.ndarray:
    """Return the colours (rows, columns, 3) of a lit surface."""
    field = np.asarray(skin.colour, np.float32)
    if skin.tint is not None:
        patch = crop(canvas.rng, canvas.broad if skin.broad else canvas.fine, height.shape)
        share = np.clip(2.5 * patch - 0.75, 0, 1)[..., None]
        field = field + (np.asarray(skin.tint, np.float32) - field) * share
    if skin.rim is not None:
        edge = np.clip(2.2 * (1 - height), 0, 1)[..., None]
        field = field + (np.asarray(skin.rim, np.float32) - field) * edge
    factor = 1 + skin.bulge * lit
    if skin.grain:
        factor += skin.grain * crop(canvas.rng, canvas.noise, height.shape)
    field = field * factor[..., None]
    if skin.gloss:
        field = field + (255 * skin.gloss * np.clip(2.2 * lit * height - 0.3, 0, 1) ** 2)[..., None]
    return field


def thickness(outline: Points) -> float:
    """Return twice the area over the perimeter: the radius of a disc, about the width of a strip."""
    following = np.roll(outline, -1, axis=0)
    area = abs((outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()) / 2
    return float(2 * area / max(np.linalg.norm(following - outline, axis=1).sum(), 1e-6))


def paint(
    canvas: Canvas,
    outline: Points,
    skin: Skin,
    *,
    holes: Sequence[Points] = (),
    within: Points | None = None,
    shadow: float = 0.0,
    alpha: float = 1.0,
) -> None:
    """Paint a shape given in pixels, with a soft shadow of the given length in pixels."""
    if shadow:
        cast(canvas, outline, shadow, holes, alpha)
    reach = max(1.0, skin.soft * thickness(outline))
    box = surround(outline, 2.5 * reach + 2)
    windows = visible(canvas, box)
    if windows is None:
        return
    target, inner = windows
    mask = raster(box, outline, holes, within)
    height, lit = (part[inner] for part in relief(mask, canvas.light, reach))
    cover = (np.asarray(mask, np.float32)[inner] * (alpha / 255))[..., None]
    pixels = canvas.pixels[target]
    pixels += (colours(canvas, skin, height, lit) - pixels) * cover


@dataclass(frozen=True)
class Pen:
    """A place to draw: `turn` and `scale` on the table, then a tilted look (1 is from above, 0 from the side)."""

    canvas: Canvas
    centre: tuple[float, float]
    unit: float
    tilt: float = 1.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    turn: float = 0.0
    scale: float = 1.0

    @property
    def rng(self) -> np.random.Generator:
        """Return the generator of the picture."""
        return self.canvas.rng

    def at(self, x: float = 0, y: float = 0, z: float = 0, turn: float = 0, scale: float = 1) -> "Pen":
        """Return the pen moved, then turned and scaled, in its own units."""
        here = moved([(x, y)], self.x, self.y, self.turn, self.scale)[0]
        place = {"x": float(here[0]), "y": float(here[1]), "z": self.z + z * self.scale}
        return replace(self, **place, turn=self.turn + turn, scale=self.scale * scale)

    def project(self, points: Pairs, z: float | np.ndarray = 0.0) -> Points:
        """Return local points at height `z`, one for all or one per point, in canvas pixels."""
        table = moved(points, self.x, self.y, self.turn, self.scale) * (1, self.tilt)
        table[:, 1] -= math.sqrt(max(0.0, 1 - self.tilt**2)) * (self.z + z * self.scale)
        return table * self.unit + self.centre

    def fill(self, points: Pairs, skin: Skin, *, z: float = 0, shadow: float = 0, alpha: float = 1) -> None:
        """Paint an outline lying at height `z`."""
        length = shadow * self.unit * self.scale
        paint(self.canvas, self.project(points, z), skin, shadow=length, alpha=alpha)

    def ring(self, points: Pairs, hole: Pairs, skin: Skin, *, z: float = 0, shadow: float = 0) -> None:
        """Paint an outline with a hole."""
        length = shadow * self.unit * self.scale
        paint(self.canvas, self.project(points, z), skin, holes=[self.project(hole, z)], shadow=length)

    def inside(self, points: Pairs, bounds: Pairs, skin: Skin, *, z: float = 0, alpha: float = 1) -> None:
        """Paint the part of an outline that lies within another."""
        paint(self.canvas, self.project(points, z), skin, within=self.project(bounds, z), alpha=alpha)

    def slab(self, points: Pairs, high: float, side: Skin, top: Skin, *, z: float = 0, shadow: float = 0) -> None:
        """Paint a convex outline from height `z` to `high`, as its side wall then its top."""
        upper = self.project(points, high)
        wall = hull(np.concatenate([self.project(points, z), upper]))
        paint(self.canvas, wall, side, shadow=shadow * self.unit * self.scale)
        paint(self.canvas, upper, top)

    def dome(self, radius: float, high: float, skin: Skin, *, z: float = 0, shadow: float = 0) -> None:
        """Paint a round dome of the given radius and height."""
        sections = [(math.cos(angle), math.sin(angle)) for angle in np.linspace(0, math.pi / 2, 7)]
        circle = ellipse(radius, n=32)
        cloud = np.concatenate([self.project(circle * wide, z + high * tall) for wide, tall in sections])
        paint(self.canvas, hull(cloud), skin, shadow=shadow * self.unit * self.scale)

    def pile(self, points: Pairs, high: float, side: Skin, top: Skin, *, z: float = 0, shadow: float = 0) -> None:
        """Paint a thick outline of any shape from height `z` to `high`, as a few layers then its top."""
        self.fill(points, side, z=z, shadow=shadow)
        for share in (0.33, 0.66):
            self.fill(points, side, z=z + share * (high - z))
        self.fill(points, top, z=high)

    def shade(self, points: Pairs, blur: float, strength: float = 1.0, z: float = 0) -> None:
        """Darken an outline softly, as a shadow on the ground; `blur` in local units."""
        cast(self.canvas, self.project(points, z), blur * self.unit * self.scale, strength=strength)


def finish(canvas: Canvas, roughness: float = 1.0) -> Image.Image:
    """Return the picture as a camera would take it: uneven light, colour cast, contrast, blur and sensor noise."""
    rng, k = canvas.rng, canvas.factor
    rows, columns = canvas.height // k, canvas.width // k
    pixels = np.clip(canvas.pixels, 0, 255).reshape(rows, k, columns, k, 3).mean((1, 3))
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    slope = rng.uniform(0, 0.2) * (x * canvas.light[0] + y * canvas.light[1])
    warmth = rng.normal(0, 0.045)
    gain = np.array([1 + warmth, 1 + rng.normal(0, 0.012), 1 - 1.3 * warmth]) * rng.uniform(0.86, 1.1)
    pixels *= (1 + slope - rng.uniform(0, 0.12) * (x * x + y * y))[..., None] * gain
    grey = pixels.mean(2, keepdims=True)
    pixels = grey + (pixels - grey) * rng.uniform(0.82, 1.15)
    pixels = (pixels - 128) * rng.uniform(0.9, 1.1) + 128
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(float(rng.choice([0.0, 0.4, 0.7], p=[0.5, 0.35, 0.15]))))
    noise = rng.normal(0, roughness * rng.uniform(0.8, 3.0), (rows, columns, 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def to_jpeg(picture: Image.Image, quality: int, limit: int, step: int = 5, progressive: bool = False) -> bytes:
    """Return the picture as JPEG bytes, at a lower quality where it would weigh more than `limit` bytes."""
    while True:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=progressive)
        if buffer.tell() <= limit or quality <= LEAST_QUALITY:
            return buffer.getvalue()
        quality -= step
