"""How a page came into the computer: exported, scanned, copied, faded or photographed."""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from .sheet import HEIGHT, WIDTH, Box, Sheet

KINDS = {"clean": 0.28, "scan": 0.32, "copy": 0.1, "faded": 0.12, "photo": 0.18}
MOST_SKEW = 3.0


@dataclass(frozen=True)
class Wear:
    """What happens to a page: skew in degrees, size on the picture, tone, shade, blur and noise."""

    kind: str = "clean"
    skew: float = 0.0
    size: float = 1.0
    grey: bool = False
    black: float = 0.0
    white: float = 255.0
    warmth: float = 0.0
    shade: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    around: int = 255
    seed: int = 0


def draw_wear(rng: random.Random) -> Wear:
    """Return a random wear."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    seed = rng.getrandbits(32)
    skew = max(-MOST_SKEW, min(MOST_SKEW, rng.gauss(0, 1.2)))
    if kind == "clean":
        return Wear(kind, grey=rng.random() < 0.25, seed=seed)
    if kind == "scan":
        white = rng.uniform(238, 252)
        return Wear(
            kind, skew, 0.985, rng.random() < 0.6, rng.uniform(0, 30), white, noise=rng.uniform(0.5, 2),
            blur=rng.choice((0, 0.3)), around=round(white), seed=seed,
        )  # fmt: skip
    if kind == "copy":
        return Wear(kind, skew, 0.98, True, -30, 272, noise=rng.uniform(0.5, 2), blur=0.35, seed=seed)
    if kind == "faded":
        white = rng.uniform(222, 245)
        return Wear(
            kind, 0.5 * skew, 0.99, rng.random() < 0.5, rng.uniform(80, 115), white, rng.uniform(0, 0.03),
            noise=rng.uniform(0.5, 1.5), around=round(white), seed=seed,
        )  # fmt: skip
    return Wear(
        kind, max(-MOST_SKEW, min(MOST_SKEW, 1.5 * skew)), rng.uniform(0.94, 0.97), rng.random() < 0.2,
        rng.uniform(20, 50), rng.uniform(215, 245), rng.uniform(-0.02, 0.06), rng.uniform(0.12, 0.3),
        rng.choice((0, 0.25, 0.35)), rng.uniform(0.5, 1.8), rng.randrange(60, 150), seed,
    )  # fmt: skip


def again(wear: Wear, rng: random.Random) -> Wear:
    """Return the wear of a document's next page: the same but for the skew and the grain."""
    skew = max(-MOST_SKEW, min(MOST_SKEW, wear.skew + rng.gauss(0, 0.5))) if wear.skew else 0.0
    return replace(wear, skew=skew, seed=rng.getrandbits(32))


def moved(box: Box, wear: Wear) -> Box:
    """Return the upright box around a box of the page once turned and shrunk about the middle; all in units."""
    cosine, sine = (wear.size * part for part in (math.cos(math.radians(wear.skew)), math.sin(math.radians(wear.skew))))
    corners = [(x - WIDTH / 2, y - HEIGHT / 2) for x in box[::2] for y in box[1::2]]
    xs = [cosine * x - sine * y + WIDTH / 2 for x, y in corners]
    ys = [sine * x + cosine * y + HEIGHT / 2 for x, y in corners]
    return max(0, min(xs)), max(0, min(ys)), min(WIDTH, max(xs)), min(HEIGHT, max(ys))


def skewed(picture: Image.Image, wear: Wear) -> Image.Image:
    """Return the picture turned clockwise and shrunk about its middle."""
    if not wear.skew and wear.size == 1:
        return picture
    a, b = (part / wear.size for part in (math.cos(math.radians(wear.skew)), math.sin(math.radians(wear.skew))))
    x, y = picture.width / 2, picture.height / 2
    data = (a, b, x - a * x - b * y, -b, a, y + b * x - a * y)
    fill = (wear.around,) * 3
    return picture.transform(picture.size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC, fillcolor=fill)


def toned(picture: Image.Image, wear: Wear) -> Image.Image:
    """Return the picture with its tone, shade and noise."""
    rng = np.random.default_rng(wear.seed)
    pixels = np.asarray(picture, np.float32)
    high, wide = pixels.shape[:2]
    paper = wear.black + pixels * ((wear.white - wear.black) / 255)
    # What surrounds the paper already has its tone.
    pixels = paper if wear.kind != "photo" else np.where(pixels == wear.around, pixels, paper)
    y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    slope = np.clip(0.5 + 0.5 * (x * math.cos(angle) + y * math.sin(angle)), 0, 1)
    pixels = pixels * (1 - wear.shade * (0.7 * slope + 0.3 * (x * x + y * y) / 2))[..., None]
    pixels = pixels * np.array([1 + wear.warmth, 1, 1 - wear.warmth], np.float32)
    pixels += rng.normal(0, wear.noise, (high, wide, 1)).astype(np.float32) if wear.noise else 0
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def worn(sheet: Sheet, wear: Wear, scale: float) -> Image.Image:
    """Return the final picture of a page."""
    size = round(WIDTH * scale), round(HEIGHT * scale)
    picture = skewed(sheet.image, wear).resize(size, Image.Resampling.LANCZOS, reducing_gap=None)
    if wear.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(wear.blur * scale))
    picture = toned(picture, wear)
    return picture.convert("L") if wear.grey else picture
