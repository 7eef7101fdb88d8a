"""Reading the words of a page with RapidOCR or Tesseract."""

import math
import os
import shutil
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from PIL import Image

from .boxes import clamped, envelope
from .images import skew
from .records import DocumentError, Rectangle, Word

Engine = Literal["rapidocr", "tesseract"]
LANGUAGE = "fra"  # Tesseract's name of French
# Chinese models write some marks in their full width; the plain ones are 0xFEE0 places before.
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
SAME_LINE = 0.4  # of a usual word's height: farther apart, two words are on two lines


def read_page(image: Image.Image, engine: Engine = "rapidocr") -> list[Word]:
    """The words of a page in reading order, with boxes in pixels; DocumentError when the engine is not there.

    The page must stand upright; a skew of a few degrees does no harm. RapidOCR scores whole lines: its words bear the
    confidence of their line.
    """
    if engine not in READERS:
        raise DocumentError(f"moteur {engine!r} inconnu : choisissez {' ou '.join(READERS)}")
    found = READERS[engine](image.convert("RGB"))
    words = [Word(word.text, clamped(word.box, image.size), word.confidence) for word in found]
    return reading_order(words, skew(image)) if words else []


def reading_order(words: Sequence[Word], degrees: float = 0.0) -> list[Word]:
    """Words line after line, from left to right, on a page turned clockwise by `degrees`."""
    slope = math.tan(math.radians(degrees))
    usual = float(np.median([word.box[3] - word.box[1] for word in words])) if words else 0.0

    def height(word: Word) -> float:
        left, top, right, bottom = word.box
        return (top + bottom - slope * (left + right)) / 2

    lines: list[list[Word]] = []
    for word in sorted(words, key=height):
        if lines and height(word) - sum(map(height, lines[-1])) / len(lines[-1]) <= SAME_LINE * usual:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.box[0])]


def _rapidocr_words(image: Image.Image) -> list[Word]:
    """Words as RapidOCR reads them, in its order."""
    # Channels in the order of OpenCV, which RapidOCR expects of arrays.
    result = _rapidocr()(np.ascontiguousarray(np.asarray(image)[..., ::-1]))
    texts = getattr(result, "txts", None)
    if not texts:
        return []
    characters = result.word_results if len(result.word_results) == len(texts) else [()] * len(texts)
    lines = zip(texts, result.boxes, result.scores, characters, strict=True)
    return [word for text, corners, score, line in lines for word in line_words(text, corners, float(score), line)]


@lru_cache(maxsize=1)
def _rapidocr() -> Callable[[np.ndarray], Any]:
    """RapidOCR with the models of its wheel, on OMP_NUM_THREADS processors, or all of them."""
    try:
        from rapidocr import RapidOCR
    except ImportError:
        raise DocumentError("RapidOCR n’est pas installé : pip install rapidocr onnxruntime") from None
    threads = os.environ.get("OMP_NUM_THREADS", "")
    engine = "EngineConfig.onnxruntime"
    return RapidOCR(
        params={
            "Global.log_level": "critical", "Global.use_cls": False, "Global.text_score": 0.0,
            "Global.return_word_box": True, "Global.return_single_char_box": True,
            f"{engine}.intra_op_num_threads": int(threads) if threads.isdigit() else -1,
            f"{engine}.inter_op_num_threads": 1,
        }
    )  # fmt: skip


def line_words(
    text: str, corners: Sequence[Sequence[float]], score: float, characters: Sequence[Sequence[Any]] = ()
) -> list[Word]:
    """The words of a line that RapidOCR read.

    `corners` has shape (4, 2): top left, top right, bottom right, bottom left, in pixels. `characters` are (character,
    score, corners) for all but the spaces; where they do not spell the text, words share the line by their lengths.
    """
    parts = text.split()
    if "".join(str(character[0]) for character in characters) == "".join(parts):
        places = [character[2] for character in characters]
        starts = np.cumsum([0, *map(len, parts)])
        boxes = [_upright(places[a:b]) for a, b in pairwise(starts.tolist())]
    else:
        boxes = _shared(text, np.asarray(corners, float))
    return [Word(part.translate(PLAIN), box, score) for part, box in zip(parts, boxes, strict=True)]


def _upright(quadrilaterals: Sequence[Sequence[Sequence[float]]]) -> Rectangle:
    """The upright box around the corners (n, 4, 2) of some characters."""
    return envelope((x, y, x, y) for corners in quadrilaterals for x, y in np.asarray(corners, float).tolist())


def _shared(text: str, corners: np.ndarray) -> list[Rectangle]:
    """Boxes of the words of a line, as if all its characters were equally wide."""
    top_left, top_right, bottom_right, bottom_left = corners
    boxes, start = [], 0
    for part in text.split():
        start = text.index(part, start)
        ends = [place / len(text) for place in (start, start + len(part))]
        start += len(part)
        top = [(top_left + end * (top_right - top_left)).tolist() for end in ends]
        bottom = [(bottom_left + end * (bottom_right - bottom_left)).tolist() for end in ends]
        boxes.append(_upright([top + bottom]))
    return boxes


def _tesseract_words(image: Image.Image) -> list[Word]:
    """Words as Tesseract reads them; DocumentError when it, or its French, is not installed."""
    try:
        import pytesseract
    except ImportError:
        raise DocumentError("pytesseract n’est pas installé : pip install pytesseract") from None
    if not shutil.which("tesseract"):
        raise DocumentError('le programme tesseract n’est pas installé : prenez engine="rapidocr"')
    if LANGUAGE not in pytesseract.get_languages():
        raise DocumentError(f"le français ({LANGUAGE}) manque à Tesseract : installez tesseract-ocr-{LANGUAGE}")
    data = pytesseract.image_to_data(image, lang=LANGUAGE, output_type=pytesseract.Output.DICT)
    rows = zip(*(data[name] for name in ("text", "conf", "left", "top", "width", "height")), strict=True)
    return [
        Word(text.strip(), (left, top, left + width, top + height), float(score) / 100)
        for text, score, left, top, width, height in rows
        if text.strip() and float(score) >= 0
    ]


READERS: dict[str, Callable[[Image.Image], list[Word]]] = {
    "rapidocr": _rapidocr_words,
    "tesseract": _tesseract_words,
}
