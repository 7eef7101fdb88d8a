"""The course's invoices: what was drawn, read and annotated, and bad input where these are put together."""

import json
import re
import shutil
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from helpers.documents import (
    CLASSES,
    OTHER,
    DocumentError,
    character_errors,
    check_amounts,
    parse_amount,
    parse_date,
    read_pages,
    read_words,
)
from helpers.hub import data_folder
from helpers.labelstudio import ExportError, Report, read_export, read_labels

PAGES, EXPORT = data_folder() / "images" / "factures", data_folder() / "labelstudio" / "factures"


@pytest.fixture(scope="module")
def pages():
    report = Report()
    found = list(read_pages(EXPORT / "export.json", PAGES, read_words(PAGES / "mots.parquet"), report))
    assert not {"missing_image", "unread_image", "broken_image"} & report.counts.keys()
    return found


def test_there_are_enough_invoices_and_suppliers(pages):
    assert len({page.document for page in pages}) >= 160
    assert len({page.supplier for page in pages}) >= 20
    assert len(pages) == len(list(PAGES.glob("*.jpg")))
    assert max(Counter(page.document for page in pages).values()) >= 2, "no invoice of several pages"
    assert {open_page_mode(page.path) for page in pages} == {"L", "RGB"}


def open_page_mode(path):
    with Image.open(path) as image:
        return image.mode


def test_classes_are_in_the_project_s_order():
    assert read_labels(EXPORT / "project.xml") == list(CLASSES)
    assert CLASSES == ("InvNum", "InvDate", "Fourni", "TTC", "TVA", "TT", "Autre")


def test_every_document_has_its_fields_and_its_amounts_add_up(pages):
    documents = {}
    for page in pages:
        for box in page.regions:
            documents.setdefault(page.document, {}).setdefault(box.labels[0], set()).add(box.text)
    for document, held in documents.items():
        assert set(held) == set(CLASSES) - {OTHER}, document
        amounts = {name: {parse_amount(text) for text in held[name] if text} for name in ("TTC", "TVA", "TT")}
        assert all(len(values) == 1 for values in amounts.values()), (document, amounts)
        assert check_amounts(*(values.pop() for values in amounts.values())).agrees, document
        assert all(parse_date(text) for text in held["InvDate"]), document


def test_fields_are_made_of_the_words_that_stand_in_them(pages):
    """What was read in a region is nearly what its annotator wrote."""
    good = total = 0
    for page in pages:
        for box in page.regions:
            inside = [
                word.text
                for word, label in zip(page.words, page.labels, strict=True)
                if label.endswith(box.labels[0])
                and box.left <= sum(word.box[::2]) / 2 <= box.right
                and box.top <= sum(word.box[1::2]) / 2 <= box.bottom
            ]
            good += re.sub(r"\W", "", "".join(inside)) == re.sub(r"\W", "", box.text or "")
            total += 1
    assert good / total > 0.85, f"{good} of {total}"


def test_reading_is_as_good_as_the_lesson_says(record_property):
    read, exact = read_words(PAGES / "mots.parquet"), read_words(PAGES / "mots_exacts.parquet")
    errors, characters = map(sum, zip(*(character_errors(read[name], exact[name]) for name in read), strict=True))
    record_property("measure", f"RapidOCR: {1 - errors / characters:.3f} of the characters of {len(read)} invoices")
    assert read.keys() == exact.keys() and 1 - errors / characters > 0.95


def small_export(folder, *names):
    tasks = json.loads((EXPORT / "export.json").read_text(encoding="utf-8"))[: len(names)]
    for task, name in zip(tasks, names, strict=True):
        task["data"]["image"] = name
    path = folder / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_a_missing_or_unread_picture_is_noted_and_the_others_are_kept(tmp_path):
    words, report = read_words(PAGES / "mots.parquet"), Report()
    shutil.copy(PAGES / "facture-0002_1.jpg", tmp_path)
    shutil.copy(PAGES / "facture-0003_1.jpg", tmp_path / "autre.jpg")
    export = small_export(tmp_path, "absente.jpg", "facture-0002_1.jpg", "autre.jpg")
    (page,) = read_pages(export, tmp_path, words, report)
    assert page.path.name == "facture-0002_1.jpg"
    assert {note.kind: note.detail for note in report.notes if "image" in note.kind} == {
        "missing_image": "absente.jpg",
        "unread_image": "autre.jpg",
    }


def test_a_broken_picture_is_named_and_the_others_are_kept(tmp_path):
    (tmp_path / "facture-0002_1.jpg").write_bytes((PAGES / "facture-0002_1.jpg").read_bytes()[:50])
    shutil.copy(PAGES / "facture-0003_1.jpg", tmp_path)
    export, report = small_export(tmp_path, "facture-0002_1.jpg", "facture-0003_1.jpg"), Report()
    (page,) = read_pages(export, tmp_path, read_words(PAGES / "mots.parquet"), report)
    assert page.path.name == "facture-0003_1.jpg" and report.counts["broken_image"] == 1
    assert any(note.detail.startswith("facture-0002_1.jpg") for note in report.notes)


def test_what_is_no_export_is_refused(tmp_path):
    (tmp_path / "export.json").write_text("[{}]")
    with pytest.raises(ExportError, match=r"export\.json"):
        list(read_pages(tmp_path / "export.json", PAGES, {}, Report()))


def test_what_is_no_file_of_words_is_refused(tmp_path):
    with pytest.raises(DocumentError, match="n’existe pas"):
        read_words(tmp_path / "mots.parquet")
    (tmp_path / "mots.parquet").write_text("bonjour")
    with pytest.raises(DocumentError, match="n’est pas un fichier Parquet"):
        read_words(tmp_path / "mots.parquet")
    pq.write_table(pa.table({"image": ["a.jpg"]}), tmp_path / "mots.parquet")
    with pytest.raises(DocumentError, match="n’est pas un fichier Parquet de mots"):
        read_words(tmp_path / "mots.parquet")


def test_one_page_of_the_export_is_annotated_twice():
    tasks = list(read_export(EXPORT / "export.json", report := Report(), document_key="document"))
    assert len(tasks) == len(list(PAGES.glob("*.jpg"))) and report.compared == 1
