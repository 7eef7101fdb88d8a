"""Documents: pictures, boxes, regions, reading, encoding and drawing, by hand and over generated cases."""

import io
import math
import struct
import sys
import types
import zlib
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from tokenizers import pre_tokenizers
from transformers import (
    LayoutLMv3Config,
    LayoutLMv3ForTokenClassification,
    LayoutLMv3ImageProcessorPil,
    LayoutLMv3Processor,
    LayoutLMv3Tokenizer,
)

from helpers.documents import (
    CLASSES,
    DocumentError,
    Word,
    bio_labels,
    character_accuracy,
    character_errors,
    clamped,
    contrast,
    deskew,
    envelope,
    open_page,
    owners,
    read_page,
    reading_order,
    repair,
    skew,
    threshold,
    to_pixels,
    to_thousandths,
    word_classes,
)
from helpers.documents import ocr as ocr_module
from helpers.documents.encode import NO_WORD, Collator, encode_page
from helpers.documents.pages import _font, color_of, draw_page
from helpers.documents.predict import best_labels, word_scores
from helpers.documents.scores import distance
from helpers.labelstudio import Box
from helpers.ner import IGNORED, label_list
from helpers.plots import PALETTE

LABELS = label_list(CLASSES[:-1])
no_deadline = settings(deadline=None, max_examples=60)
few = settings(deadline=None, max_examples=15)


def written(path, image, **options):
    """The path of a picture, once saved there."""
    image.save(path, **options)
    return path


def one_line(error, *parts):
    """Whether an error is told in one line that names these parts."""
    text = str(error.value)
    return "\n" not in text and all(part in text for part in parts)


def text_page(lines=14, size=(640, 480)):
    """A white page with lines of text, level."""
    page = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(page), _font(14)
    for rank in range(lines):
        pen.text((60, 40 + 28 * rank), "Dépose des anciennes menuiseries, chantier n° " + str(rank), "black", font)
    return page


# Opening pictures.


def png_header(width, height):
    """A PNG whose header announces a size and whose pixels are missing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    check, pixels = struct.pack(">I", zlib.crc32(head)), struct.pack(">I", 99) + b"IDAT" + zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + check + pixels


def test_missing_broken_and_foreign_files_are_told_in_one_line(tmp_path):
    with pytest.raises(DocumentError) as error:
        open_page(tmp_path / "absente.png")
    assert one_line(error, "absente.png", "n’existe pas")
    whole = io.BytesIO()
    text_page().save(whole, "JPEG")
    contents = {
        "vide.png": b"", "texte.jpg": b"bonjour", "coupee.jpg": whole.getvalue()[:3000],
        "tete.png": png_header(40, 40),
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentError) as error:
            open_page(tmp_path / name)
        assert one_line(error, name)
    with pytest.raises(DocumentError) as error:
        open_page(tmp_path)
    assert one_line(error, str(tmp_path))


@pytest.mark.parametrize("side", [10_000, 60_000], ids=["warning", "error"])
def test_a_decompression_bomb_is_refused_before_its_pixels_are_read(tmp_path, side):
    (tmp_path / "bombe.png").write_bytes(png_header(side, side))
    with pytest.raises(DocumentError) as error:
        open_page(tmp_path / "bombe.png")
    assert one_line(error, "bombe.png", str(Image.MAX_IMAGE_PIXELS))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "RGB"])
def test_other_modes_become_rgb(tmp_path, mode):
    suffix = "tif" if mode in ("CMYK", "YCbCr") else "png"
    path = written(tmp_path / f"page.{suffix}", text_page().convert(mode))
    page = open_page(path)
    assert page.mode == "RGB" and page.size == (640, 480) and min(page.getpixel((2, 2))) > 250


def test_what_is_transparent_is_white(tmp_path):
    path = written(tmp_path / "logo.png", Image.new("RGBA", (4, 4), (0, 0, 0, 0)))
    assert open_page(path).getpixel((1, 1)) == (255, 255, 255)


def test_sixteen_bits_and_several_pages_are_refused(tmp_path):
    path = written(tmp_path / "scan.png", Image.fromarray(np.full((8, 8), 40_000, np.uint16)))
    with pytest.raises(DocumentError) as error:
        open_page(path)
    assert one_line(error, "scan.png", "8 bits")
    pages = [Image.new("L", (8, 8), shade) for shade in (0, 99, 200)]
    path = written(tmp_path / "liasse.tif", pages[0], save_all=True, append_images=pages[1:])
    with pytest.raises(DocumentError) as error:
        open_page(path)
    assert one_line(error, "liasse.tif", "3 images")


def test_exif_orientation_is_applied(tmp_path):
    picture = Image.new("RGB", (40, 20), "white")
    picture.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: a quarter turn clockwise sets it right
    page = open_page(written(tmp_path / "photo.png", picture, exif=exif))
    assert page.size == (20, 40) and page.getpixel((19, 0)) == (0, 0, 0)


# Repairing pictures.


@few
@given(st.floats(-4, 4))
@example(0.0)
def test_skew_is_found_and_undone(degrees):
    turned = text_page().rotate(-degrees, Image.Resampling.BICUBIC, fillcolor="white")
    assert abs(skew(turned) - degrees) <= 0.2
    assert abs(skew(deskew(turned))) <= 0.2


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (900, 2)])
@pytest.mark.parametrize("colour", ["white", "black", "#d0c0b0"])
def test_pages_without_text_survive_repair(size, colour):
    page = Image.new("RGB", size, colour)
    for mended in (repair(page), threshold(page), contrast(page), deskew(page)):
        assert mended.size == size and mended.mode == "RGB"
    assert skew(page) == 0


def test_contrast_whitens_shaded_paper_and_darkens_pale_ink():
    pale = np.asarray(text_page(), float) * 0.4 + 0.6 * 255
    shade = np.linspace(0.6, 1, pale.shape[1])[None, :, None]
    mended = np.asarray(contrast(Image.fromarray((pale * shade).astype(np.uint8))).convert("L"))
    assert np.percentile(mended, 20) > 235 and mended.min() < 40
    assert skew(contrast(text_page().rotate(-2, fillcolor="white"))) == pytest.approx(2, abs=0.2)


def test_threshold_is_black_and_white_whatever_the_shade():
    shade = (np.asarray(text_page(), float) * np.linspace(0.5, 1, 640)[None, :, None]).astype(np.uint8)
    black = threshold(Image.fromarray(shade))
    assert set(np.unique(np.asarray(black))) == {0, 255}
    assert 0.01 < (np.asarray(black) == 0).mean() < 0.2


# Boxes.

sizes = st.tuples(st.integers(1, 6000), st.integers(1, 6000))
coordinates = st.floats(-1e4, 1e4)
boxes = st.tuples(coordinates, coordinates, coordinates, coordinates)


@no_deadline
@given(boxes, sizes)
def test_thousandths_are_ordered_clamped_integers(box, size):
    left, top, right, bottom = to_thousandths(box, size)
    assert all(isinstance(value, int) for value in (left, top, right, bottom))
    assert 0 <= left <= right <= 1000 and 0 <= top <= bottom <= 1000
    assert to_thousandths((box[2], box[3], box[0], box[1]), size) == (left, top, right, bottom)


@no_deadline
@given(boxes, sizes)
def test_thousandths_of_thousandths_are_the_same(box, size):
    once = to_thousandths(box, size)
    assert to_thousandths(once, (1000, 1000)) == once and to_thousandths(to_pixels(once, size), size) == once


@no_deadline
@given(boxes, sizes)
@example((0.0, 0.0, 619.4, 876.6), (620, 877))
def test_the_inverse_is_within_half_a_thousandth_hence_a_pixel_on_usual_pages(box, size):
    back = to_pixels(to_thousandths(box, size), size)
    gaps = [abs(a - b) for a, b in zip(back, clamped(box, size), strict=True)]
    assert all(gap <= side / 2000 + 1e-9 for gap, side in zip(gaps, size * 2, strict=True))
    assert max(size) > 2000 or max(gaps) <= 1 + 1e-9


def test_rounded_not_truncated():
    assert to_thousandths((1, 1, 2, 2), (667, 667)) == (1, 1, 3, 3)


def test_boxes_outside_the_page_lie_on_its_edge():
    assert to_thousandths((-50, -9, -1, -2), (620, 877)) == (0, 0, 0, 0)
    assert to_thousandths((700, 100, 800, 200), (620, 877)) == (1000, 114, 1000, 228)


def test_boxes_without_meaning_are_refused():
    for box, size in (((0, 0, math.nan, 1), (9, 9)), ((0, 0, 1, math.inf), (9, 9)), ((0, 0, 1, 1), (0, 9))):
        with pytest.raises(DocumentError):
            to_thousandths(box, size)
    with pytest.raises(DocumentError):
        envelope([])


@no_deadline
@given(st.lists(boxes, min_size=1, max_size=8))
def test_an_envelope_holds_its_boxes_and_is_its_own_envelope(held):
    held = [clamped(box, (5000, 5000)) for box in held]
    left, top, right, bottom = around = envelope(held)
    assert all(left <= a and top <= b and c <= right and d <= bottom for a, b, c, d in held)
    assert envelope([around]) == around == envelope([*held, around]) == envelope(reversed(held))


# Words and annotated regions.


def region(left, top, right, bottom, *labels):
    return Box("r", left, top, right, bottom, labels)


def test_words_take_the_class_of_their_region_and_bio_labels():
    words = [(10, 8, 50, 24), (54, 8, 90, 24), (200, 8, 260, 24), (10, 40, 60, 56), (70, 40, 99, 56)]
    regions = [
        region(9, 10, 91, 21, "Fourni"), region(199, 11, 262, 22, "Autre"), region(8, 41, 61, 55, "TTC"),
        region(400, 0, 420, 9, "TVA"),
    ]  # fmt: skip
    owned = owners(words, regions)
    assert owned == [0, 0, 1, 2, None]
    assert word_classes(owned, regions) == ["Fourni", "Fourni", "Autre", "TTC", "Autre"]
    assert bio_labels(owned, regions) == ["B-Fourni", "I-Fourni", "O", "B-TTC", "O"]


def test_a_region_that_a_column_interrupts_goes_on_and_two_of_a_class_are_two():
    words = [(0, 0, 40, 10), (100, 0, 140, 10), (0, 12, 40, 22), (0, 40, 30, 50), (0, 60, 30, 70)]
    regions = [region(0, 0, 42, 23, "Fourni"), region(0, 39, 31, 51, "TTC"), region(0, 59, 31, 71, "TTC")]
    labels = bio_labels(owners(words, regions), regions)
    assert labels == ["B-Fourni", "O", "I-Fourni", "B-TTC", "B-TTC"]


def test_a_word_is_in_the_region_it_shares_most_with_and_needs_half_of_the_smaller():
    assert owners([(0, 0, 100, 10)], [region(0, 0, 20, 10, "TVA"), region(20, 0, 100, 10, "TTC")]) == [1]
    assert owners([(0, 0, 100, 10)], [region(0, 6, 100, 16, "TTC")]) == [None]
    assert owners([(5, 5, 5, 9)], [region(0, 0, 9, 9, "TTC")]) == [None]
    assert owners([], [region(0, 0, 9, 9, "TTC")]) == [] and owners([(0, 0, 1, 1)], []) == [None]
    assert word_classes([0], [region(0, 0, 9, 9)]) == ["Autre"]


# Reading.


def grid(rows=4, columns=5, degrees=0.0):
    """Words in reading order on a page turned clockwise."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    words = []
    for row in range(rows):
        for column in range(columns):
            x, y = 100 * column - 250, 16 * row - 150
            left, top = cosine * x - sine * y + 300, sine * x + cosine * y + 300
            words.append(Word(f"{row}{column}", (left, top, left + 40, top + 12)))
    return words


@no_deadline
@given(st.permutations(range(20)), st.floats(-4, 4))
def test_reading_order_is_by_lines_whatever_the_skew(order, degrees):
    words = grid(degrees=degrees)
    assert reading_order([words[rank] for rank in order], degrees) == words
    assert reading_order([], degrees) == []


def quad(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_words_of_a_line_come_from_its_characters_or_share_it():
    letters = [(letter, 0.9, quad(10 * rank, 0, 10 * rank + 8, 12)) for rank, letter in enumerate("Nethé")]
    words = ocr_module.line_words("Net hé", quad(0, 0, 60, 12), 0.8, letters)
    assert words == [Word("Net", (0, 0, 28, 12), 0.8), Word("hé", (30, 0, 48, 12), 0.8)]
    words = ocr_module.line_words("Net  hé", quad(0, 0, 70, 12), 0.8, letters[:2])
    assert [(word.text, word.box) for word in words] == [("Net", (0, 0, 30, 12)), ("hé", (50, 0, 70, 12))]
    assert ocr_module.line_words("Date：", quad(0, 0, 60, 12), 0.8)[0].text == "Date:"
    assert ocr_module.line_words("  ", quad(0, 0, 60, 12), 0.8) == []


@no_deadline
@given(st.lists(st.text(alphabet="abé1€,", min_size=1, max_size=9), min_size=1, max_size=12))
def test_a_shared_line_loses_no_word_and_stays_in_its_box(parts):
    words = ocr_module.line_words(" ".join(parts), quad(5, 5, 505, 25), 1.0)
    assert [word.text for word in words] == parts
    assert all(5 - 1e-6 <= word.box[0] < word.box[2] <= 505 + 1e-6 for word in words)
    assert all(a.box[2] < b.box[0] for a, b in pairwise(words))


def test_pages_are_read_by_rapidocr():
    pytest.importorskip("rapidocr")
    page = Image.new("RGB", (620, 200), "white")
    pen, font = ImageDraw.Draw(page), _font(14)
    for rank, line in enumerate(("Facture F-2024-0117", "Établie le 14 mars 2024", "Total TTC 1 234,56 €")):
        pen.text((40, 30 + 40 * rank), line, "black", font)
    words = read_page(page)
    assert "".join(word.text for word in words) == "FactureF-2024-0117Établiele14mars2024TotalTTC1234,56€"
    assert all(0 <= word.box[0] < word.box[2] <= 620 and 0 < word.confidence <= 1 for word in words)
    assert read_page(Image.new("RGB", (200, 300), "white")) == [] == read_page(Image.new("L", (1, 1)))


def test_an_engine_that_is_not_there_is_told_in_one_line(monkeypatch):
    page = Image.new("RGB", (9, 9))
    with pytest.raises(DocumentError) as error:
        read_page(page, "paddle")
    assert one_line(error, "paddle", "rapidocr ou tesseract")
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(DocumentError) as error:
        read_page(page, "tesseract")
    assert one_line(error, "pip install pytesseract")
    monkeypatch.setitem(sys.modules, "pytesseract", types.ModuleType("pytesseract"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(DocumentError) as error:
        read_page(page, "tesseract")
    assert one_line(error, "programme tesseract")
    ocr_module._rapidocr.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(DocumentError) as error:
        read_page(page)
    assert one_line(error, "pip install rapidocr")


def test_tesseract_words_have_text_and_shares(monkeypatch):
    fake = types.ModuleType("pytesseract")
    fake.Output = types.SimpleNamespace(DICT="dict")
    fake.get_languages = lambda: ["eng", "fra"]
    fake.image_to_data = lambda image, lang, output_type: {
        "text": ["", " ", "TTC", "Total"], "conf": ["-1", "95", "96.5", 80], "left": [0, 0, 50, 5],
        "top": [0, 0, 11, 10], "width": [90, 5, 30, 40], "height": [90, 5, 12, 14],
    }  # fmt: skip
    monkeypatch.setitem(sys.modules, "pytesseract", fake)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/tesseract")
    words = read_page(Image.new("RGB", (70, 40), "white"), "tesseract")
    assert words == [Word("Total", (5, 10, 45, 24), 0.8), Word("TTC", (50, 11, 70, 23), 0.965)]
    fake.get_languages = lambda: ["eng"]
    with pytest.raises(DocumentError) as error:
        read_page(Image.new("RGB", (70, 40), "white"), "tesseract")
    assert one_line(error, "tesseract-ocr-fra")


def test_characters_are_counted_where_they_stand():
    true = [Word("Net", (0, 0, 30, 10)), Word("à", (34, 0, 40, 10)), Word("payer", (44, 0, 90, 10))]
    assert character_errors(true, true) == (0, 9) and character_accuracy(true, true) == 1
    glued = [Word("Netàpager", (-2, -3, 92, 13))]
    assert character_errors(glued, true) == (1, 9)
    assert character_errors(true[::-1], true) == (0, 9)
    assert character_errors(true[:2], true) == (5, 9) and character_errors([], true) == (9, 9)
    assert character_errors([*true, Word("xx", (0, 50, 20, 60))], true) == (2, 9)
    assert character_errors([Word("l'", (0, 0, 9, 9))], [Word("l’", (0, 0, 9, 9))]) == (0, 2)
    assert character_accuracy([], []) == 1 and character_accuracy(true, []) == 0


@no_deadline
@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_the_distance_is_a_distance(a, b, c):
    assert distance(a, b) == distance(b, a) and (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c) and distance(a, b) <= max(len(a), len(b))


# Encoding.


@pytest.fixture(scope="module")
def processor():
    """LayoutLMv3's processor with a tokenizer of bytes and no merges."""
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    vocab = {token: rank for rank, token in enumerate([*specials, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = LayoutLMv3Tokenizer(vocab=vocab, merges=[])
    return LayoutLMv3Processor(LayoutLMv3ImageProcessorPil(apply_ocr=False), tokenizer)


LABEL2ID = {label: rank for rank, label in enumerate(LABELS)}


def page_of(n_words, letters=(1, 3, 8, 2, 5)):
    """Words, boxes in thousandths and BIO labels of a page with so many words."""
    words = [f"{'abcdefgh'[rank % 8]}" * letters[rank % len(letters)] for rank in range(n_words)]
    places = [(rank % 900, rank // 900, rank % 900 + 9, rank // 900 + 9) for rank in range(n_words)]
    return words, places, [LABELS[rank % len(LABELS)] for rank in range(n_words)]


@few
@given(st.integers(0, 3000), st.integers(20, 512), st.floats(0, 0.99))
@example(0, 512, 0.25)
@example(1, 20, 0.0)
@example(3000, 512, 0.25)
def test_no_word_is_lost_whatever_the_length_of_the_page(processor, n_words, window, share):
    words, places, labels = page_of(n_words)
    stride = int(share * (window - 3))
    rows = encode_page(processor, words, places, None, labels, LABEL2ID, window, stride)
    assert {word for row in rows for word in row["word_ids"]} - {NO_WORD} == set(range(n_words))
    tokens = 0
    for rank, row in enumerate(rows):
        lengths = {len(row[name]) for name in ("input_ids", "attention_mask", "bbox", "word_ids", "labels")}
        assert lengths == {len(row["input_ids"])} and len(row["input_ids"]) <= window
        assert row["word_ids"][0] == row["word_ids"][-1] == NO_WORD
        tokens += len(row["input_ids"]) - 2 - (stride if rank else 0)
        for word, box, label in zip(row["word_ids"], row["bbox"], row["labels"], strict=True):
            assert tuple(box) == (places[word] if word >= 0 else (0, 0, 0, 0))
            assert label in (IGNORED, LABEL2ID[labels[word]] if word >= 0 else IGNORED)
    assert tokens == sum(len(word) + 1 for word in words)  # the space before each is a token too
    held = [[word for word, label in zip(row["word_ids"], row["labels"], strict=True) if label >= 0] for row in rows]
    assert {word for row in held for word in row} == set(range(n_words))
    assert all(row == sorted(set(row)) for row in held)


def test_a_word_longer_than_the_window_has_one_label_on_its_first_token(processor):
    rows = encode_page(processor, ["a" * 50], [(1, 2, 3, 4)], None, ["B-TTC"], LABEL2ID, 20, 4)
    assert len(rows) > 2 and [sum(label >= 0 for label in row["labels"]) for row in rows] == [1] + [0] * (len(rows) - 1)


def test_windows_of_a_page_share_its_picture_and_keep_its_rank(processor):
    words, places, labels = page_of(300)
    picture = Image.new("RGB", (620, 877), "white")
    rows = encode_page(processor, words, places, picture, labels, LABEL2ID, 128, 32, page=7)
    assert (
        len(rows) > 3 and {row["page"] for row in rows} == {7} and len({id(row["pixel_values"]) for row in rows}) == 1
    )
    assert rows[0]["pixel_values"].shape == (3, 224, 224) and rows[0]["pixel_values"].max() == pytest.approx(1)
    empty = encode_page(processor, [], [], picture, [], LABEL2ID)
    assert [row["word_ids"] for row in empty] == [[NO_WORD, NO_WORD]] and empty[0]["labels"] == [IGNORED, IGNORED]


def test_what_layoutlm_cannot_take_is_refused_by_the_rank_of_the_word(processor, monkeypatch):
    words, places, labels = page_of(3)
    for box in [(0, 0, 1001, 1), (5, 0, 4, 1), (-1, 0, 4, 1), (0, 0, 0.5, 1), (0, 0, 1)]:
        with pytest.raises(DocumentError) as error:
            encode_page(processor, words, [*places[:2], box])
        assert one_line(error, "mot 2", "to_thousandths")
    for wrong in ({"words": words[:2]}, {"labels": labels[:2]}, {"labels": ["B-TTC", "O", "Autre"]}, {"stride": 510}):
        given_ = {"words": words, "boxes": places, "labels": labels, "label2id": LABEL2ID} | wrong
        with pytest.raises(DocumentError) as error:
            encode_page(processor, **given_)
        assert one_line(error)
    with pytest.raises(DocumentError):
        encode_page(processor, words, places, labels=labels)
    monkeypatch.setattr(processor.tokenizer, "model_max_length", 512)
    with pytest.raises(DocumentError) as error:
        encode_page(processor, words, places, window=513)
    assert one_line(error, "513", "512")


@few
@given(st.lists(st.integers(0, 120), min_size=1, max_size=6), st.sampled_from([1, 8, 64]))
def test_batches_are_padded_to_the_longest_and_no_farther(processor, lengths, multiple):
    rows = []
    for rank, n_words in enumerate(lengths):
        words, places, labels = page_of(n_words)
        rows += encode_page(processor, words, places, None, labels, LABEL2ID, 64, 8, page=rank)
    batch = Collator(processor.tokenizer.pad_token_id, multiple)(rows)
    longest = max(len(row["input_ids"]) for row in rows)
    length = batch["input_ids"].shape[1]
    assert length % multiple == 0 and longest <= length < longest + multiple
    assert {name: tuple(held.shape) for name, held in batch.items()} == {
        "input_ids": (len(rows), length), "attention_mask": (len(rows), length), "bbox": (len(rows), length, 4),
        "labels": (len(rows), length),
    }  # fmt: skip
    assert all(held.dtype == torch.int64 for held in batch.values())
    padded = batch["attention_mask"] == 0
    assert (batch["input_ids"][padded] == processor.tokenizer.pad_token_id).all()
    assert (batch["bbox"][padded] == 0).all() and (batch["labels"][padded] == IGNORED).all()
    for row, ids in zip(rows, batch["input_ids"].tolist(), strict=True):
        assert ids[: len(row["input_ids"])] == row["input_ids"]


def test_pictures_of_a_batch_are_those_of_the_pages(processor):
    words, places, _ = page_of(60)
    shades = {"white": 1.0, "black": -1.0}
    rows = [
        row
        for rank, colour in enumerate(shades)
        for row in encode_page(
            processor, words, places, Image.new("RGB", (9, 9), colour), window=64, stride=8, page=rank
        )
    ]
    rows = rows[::2] + rows[1::2]
    batch = Collator(1)(rows)
    assert batch["pixel_values"].shape == (len(rows), 3, 224, 224) and "labels" not in batch
    expected = [list(shades.values())[row["page"]] for row in rows]
    assert batch["pixel_values"].mean((1, 2, 3)).tolist() == pytest.approx(expected)
    with pytest.raises(DocumentError):
        Collator(1)([])


def test_a_layoutlm_takes_the_batches_and_predicts(processor):
    sizes = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
    config = LayoutLMv3Config(
        vocab_size=len(processor.tokenizer),
        num_labels=len(LABELS),
        coordinate_size=4,
        shape_size=4,
        max_position_embeddings=514,
        **sizes,
    )
    model = LayoutLMv3ForTokenClassification(config)
    words, places, labels = page_of(200)
    picture = Image.new("RGB", (500, 700), "white")
    rows = encode_page(processor, words, places, picture, labels, LABEL2ID) + encode_page(
        processor, [], [], picture, [], LABEL2ID
    )
    assert model(**Collator(processor.tokenizer.pad_token_id)(rows)).loss.isfinite()
    page = [Word(word, to_pixels(place, picture.size)) for word, place in zip(words, places, strict=True)]
    (scores,) = word_scores(model, processor, [(picture, page)])
    assert scores.shape == (200, len(LABELS)) and np.allclose(scores.sum(-1), 1, atol=1e-5)


def test_predictions_are_one_per_word(processor):
    """A stand-in model that answers with a label drawn from each token's box: every word gets the one of its box."""

    class FromBox(torch.nn.Module):
        device = torch.device("cpu")

        def forward(self, input_ids, attention_mask, bbox, pixel_values):
            assert pixel_values.shape[0] == input_ids.shape[0]
            logits = torch.nn.functional.one_hot(bbox[..., 0] % len(LABELS), len(LABELS)) * 9.0
            return types.SimpleNamespace(logits=logits)

    picture = Image.new("RGB", (1000, 1000), "white")
    pages = [
        (
            picture,
            [
                Word("mot" * (1 + rank % 3), (rank % 900, 20 * (rank % 2), rank % 900 + 5, 20 * (rank % 2) + 9))
                for rank in range(count)
            ],
        )
        for count in (40, 0, 900)
    ]
    scores = word_scores(FromBox(), processor, pages, window=128, stride=32, batch_size=4)
    assert [held.shape for held in scores] == [(40, len(LABELS)), (0, len(LABELS)), (900, len(LABELS))]
    labels, sure = best_labels(pages[2][1], scores[2], dict(enumerate(LABELS)))
    assert labels == [LABELS[rank % len(LABELS)] for rank in range(900)] and min(sure) > 0.99
    assert best_labels([], scores[1], dict(enumerate(LABELS))) == ([], [])


def test_the_parts_of_a_class_are_added_and_neighbours_are_one_field():
    id2label = dict(enumerate(["O", "B-TTC", "I-TTC", "B-TVA", "I-TVA"]))
    places = [(0, 0, 40, 10), (44, 0, 60, 10), (80, 0, 90, 10), (94, 0, 99, 10), (200, 0, 240, 10), (0, 20, 40, 30)]
    scores = np.array(
        [
            [0.40, 0.32, 0.28, 0.00, 0.00],  # TTC in all, though O is the likeliest label
            [0.00, 0.60, 0.40, 0.00, 0.00],  # B-, but right after the other: the same field
            [0.00, 0.00, 0.00, 0.40, 0.60],
            [0.00, 0.55, 0.00, 0.00, 0.45],  # likelier TTC alone, but it touches what is surely TVA
            [0.10, 0.00, 0.00, 0.50, 0.40],  # far to the right: another field
            [0.10, 0.00, 0.00, 0.40, 0.50],  # on the next line, and it goes on
        ]
    )
    labels, sure = best_labels([Word("mot", place) for place in places], scores, id2label)
    assert labels == ["B-TTC", "I-TTC", "B-TVA", "I-TVA", "B-TVA", "I-TVA"]
    assert np.allclose(sure, [0.6, 1.0, 1.0, 0.45, 0.9, 0.9])


def test_a_word_between_two_of_a_field_is_of_the_field_unless_it_is_surely_not():
    id2label = dict(enumerate(["O", "B-Fourni", "I-Fourni"]))
    line = [Word(text, (50 * rank, 0, 50 * rank + 45, 12)) for rank, text in enumerate(["Labbé", "et", "Fils", "tél."])]
    certain = np.array([[0.1, 0.8, 0.1], [0.7, 0.1, 0.2], [0.2, 0.1, 0.7], [0.99, 0.01, 0.0]])
    labels, sure = best_labels(line, certain, id2label)
    assert labels == ["B-Fourni", "I-Fourni", "I-Fourni", "O"] and np.allclose(sure, [0.9, 0.3, 0.8, 0.99])
    certain[1] = [0.999, 0.001, 0.0]
    assert best_labels(line, certain, id2label)[0] == ["B-Fourni", "O", "O", "O"]  # alone, the third is too doubtful
    apart = [Word(word.text, (word.box[0] * 3, 0, word.box[0] * 3 + 45, 12)) for word in line]
    certain[1] = [0.7, 0.1, 0.2]
    assert best_labels(apart, certain, id2label)[0] == ["B-Fourni", "O", "B-Fourni", "O"]


# Pages drawn.


def test_boxes_are_drawn_in_the_colour_of_their_class():
    page = Image.new("L", (620, 877), 255)
    drawn = draw_page(page, [(100, 100, 200, 120), (-40, 860, 900, 990)], ["TTC", "Autre"])
    assert drawn.mode == "RGB" and drawn.width >= 1100 and drawn.width % 620 == 0
    colours = {colour for _, colour in drawn.getcolors(1 << 20)}
    for label in ("TTC", "Autre"):
        assert tuple(bytes.fromhex(PALETTE[color_of(label)][1:])) in colours
    assert np.asarray(page).min() == 255
    edges = [drawn.getpixel(place) for place in ((0, 1740), (600, 1753), (1239, 1740))]
    assert edges == [(0, 0, 0)] * 3  # the frame that leaves the page is seen along its edges
    assert [color_of(label) for label in ("InvNum", "B-InvNum", "I-TT", "O", "0,98")] == [0, 0, 5, 7, 7]
    assert draw_page(page, [], []).size == drawn.size
    draw_page(Image.new("RGB", (1, 1)), [(0, 0, 1, 1)], ["TTC"])
    with pytest.raises(DocumentError):
        draw_page(page, [(0, 0, 1, 1)], [])


def test_labels_stay_on_the_page_and_off_the_words_under_them():
    page = Image.new("RGB", (1100, 300), "white")
    ImageDraw.Draw(page).rectangle((500, 100, 600, 120), fill="#123456")
    below = (500, 124, 600, 140)
    places = [(500, 100, 600, 120), below, (1090, 2, 1099, 12), (0, 280, 30, 299)]
    drawn = draw_page(page, places, ["TVA", "TTC", "InvDate", "Fourni"])
    assert (np.asarray(drawn)[100:121, 500:601] == (0x12, 0x34, 0x56)).all()
    assert isinstance(_font(12), ImageFont.FreeTypeFont)
