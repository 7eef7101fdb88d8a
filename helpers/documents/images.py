"""Opening the picture of a page, and repairing it before it is read."""

import math
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from .records import DocumentError

# What Pillow raises on damaged files, beside its own error.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
MOST_SKEW = 5.0  # degrees; pages that lie worse are rare, and a wider search mistakes columns for lines
WORKING_WIDTH = 1000  # pixels; more would not make the estimate of skew finer


def open_page(path: Path | str) -> Image.Image:
    """The picture of one page as RGB, its EXIF orientation applied, what is transparent on white.

    DocumentError for a file that is missing, damaged, larger than Pillow's limit (a decompression bomb), of several
    pages, or of more than 8 bits a channel, whose range of values only its maker knows.
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                _refuse(path, opened)
                return _on_white(ImageOps.exif_transpose(opened))
    except DocumentError:
        raise
    except FileNotFoundError:
        raise DocumentError(f"{path} n’existe pas") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        limit = Image.MAX_IMAGE_PIXELS
        raise DocumentError(f"{path} : plus de {limit} pixels une fois ouverte ; réduisez l’image") from None
    except UnidentifiedImageError:
        raise DocumentError(f"{path} n’est pas une image que Pillow connaît") from None
    except DAMAGED as error:
        raise DocumentError(f"{path} : image illisible ({_one_line(error)})") from None


def _refuse(path: Path, image: Image.Image) -> None:
    """DocumentError for pictures that hold several pages, or more than 8 bits a channel."""
    count = getattr(image, "n_frames", 1)
    if count > 1:
        raise DocumentError(f"{path} tient {count} images : enregistrez chaque page dans un fichier")
    if image.mode == "F" or image.mode.startswith("I"):
        raise DocumentError(f"{path} a plus de 8 bits par canal (mode {image.mode}) : enregistrez-la en 8 bits")


def _on_white(image: Image.Image) -> Image.Image:
    """The picture as RGB; where it is transparent, the white of paper shows."""
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _one_line(error: Exception) -> str:
    """An error's message on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def repair(image: Image.Image) -> Image.Image:
    """The page set straight, with even white paper and dark ink; words are then read, and drawn, on this picture."""
    return contrast(deskew(image))


def contrast(image: Image.Image) -> Image.Image:
    """The page with white paper and black ink: shades, dim light and pale toner go, colours stay.

    Every pixel is divided by the brightness of the paper around it; then the range from the darkest thousandth to the
    paper is stretched.
    """
    pixels = np.asarray(image.convert("RGB"), np.float32)
    even = np.minimum(pixels / np.maximum(_paper(image), 1), 1)
    grey = even.mean(-1)
    darkest = min(float(np.percentile(grey, 0.1)), 0.9)
    stretched = ((even - darkest) / (1 - darkest)).clip(0, 1)
    return Image.fromarray((255 * stretched).round().astype(np.uint8))


def _paper(image: Image.Image) -> np.ndarray:
    """Brightness of the paper at every pixel, (height, width, 3): the lightest nearby, smoothed."""
    small = image.convert("RGB").resize(_reduced(image.size, 200), Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(4))
    return np.asarray(light.resize(image.size, Image.Resampling.BILINEAR), np.float32)


def deskew(image: Image.Image, degrees: float | None = None) -> Image.Image:
    """The page turned so that its lines are level: by `degrees`, or by what `skew` finds; its size stays.

    The corners that come into the picture take the colour of the paper.
    """
    degrees = skew(image) if degrees is None else degrees
    if not degrees:
        return image.convert("RGB")
    rgb = image.convert("RGB")
    colour = tuple(int(value) for value in np.median(np.asarray(rgb).reshape(-1, 3), axis=0))
    # Pillow turns anticlockwise, which undoes a clockwise skew.
    return rgb.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=colour)


def skew(image: Image.Image) -> float:
    """By how many degrees the page is turned clockwise, between −5 and 5, to a twentieth; 0 for a page without ink.

    Ink is projected on the left edge along every direction: where lines of text are looked at along themselves, full
    rows follow empty ones, and the profile's steps are largest (Postl, 1986).
    """
    rows, columns = np.nonzero(_ink(image.convert("L").resize(_reduced(image.size, WORKING_WIDTH))))
    if not len(rows):
        return 0.0
    best = 0.0
    for reach, step in ((MOST_SKEW, 0.5), (0.5, 0.05)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        # Of equal scores the angle nearest to the last one wins, so that a page without lines stays as it is.
        angles = angles[np.argsort(abs(angles - best), kind="stable")]
        best = float(angles[int(np.argmax([_steps(rows, columns, float(angle)) for angle in angles]))])
    return round(max(-MOST_SKEW, min(MOST_SKEW, best)), 2) + 0.0


def _steps(rows: np.ndarray, columns: np.ndarray, degrees: float) -> float:
    """How sharp the profile is of ink (rows and columns of shape (n,)) seen along a direction."""
    places = np.rint(rows - columns * math.tan(math.radians(degrees))).astype(int)
    profile = np.bincount(places - places.min()).astype(float)
    return float(np.square(np.diff(profile)).sum())


def threshold(image: Image.Image, darker: float = 0.12) -> Image.Image:
    """The page in pure black and white: black where a pixel is darker than its surroundings by the share `darker`."""
    return Image.fromarray(np.where(_ink(image.convert("L"), darker), 0, 255).astype(np.uint8)).convert("RGB")


def _ink(grey: Image.Image, darker: float = 0.12) -> np.ndarray:
    """Where a grey picture is darker than the mean around it (Bradley and Roth, 2007): booleans (height, width)."""
    around = np.asarray(grey.filter(ImageFilter.BoxBlur(max(4, grey.width // 50))), np.float32)
    return np.asarray(grey, np.float32) < (1 - darker) * around


def _reduced(size: tuple[int, int], width: int) -> tuple[int, int]:
    """The size of a picture reduced to `width` pixels, never enlarged, never empty."""
    scale = min(1.0, width / size[0])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
