"""Label Studio exports: one test per numbered case of the contract, and properties over generated exports."""

import json
import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.hub import data_folder
from helpers.labelstudio import (
    Box,
    ExportError,
    Report,
    Span,
    find_image,
    open_image,
    project_xml,
    read_export,
    read_labels,
    settle,
    stream,
    write_box_predictions,
    write_predictions,
)


def read(tmp_path, content, **options):
    """Tasks and report of an export given as Python data, text or bytes."""
    path = tmp_path / "export.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
    report = Report()
    return list(read_export(path, report, **options)), report


def refusal(tmp_path, content, **options):
    """The one line of an export that is refused."""
    with pytest.raises(ExportError) as caught:
        read(tmp_path, content, **options)
    assert "\n" not in str(caught.value) and "export.json" in str(caught.value)
    return str(caught.value)


def annotation(*results, **fields):
    return {"id": 1, "completed_by": 7, "result": list(results)} | fields


def task(*annotations, id=1, **data):
    return {"id": id, "data": {"text": "Le lac de Lauzière"} | data, "annotations": list(annotations)}


def region(start, end, text, *labels, id="r1"):
    return {"id": id, "type": "labels", "value": {"start": start, "end": end, "text": text, "labels": list(labels)}}


def rectangle(id="b1", x=10, y=20, width=30, height=10, rotation=0, size=(200, 100), **value):
    place = {"x": x, "y": y, "width": width, "height": height, "rotation": rotation}
    sizes = {"original_width": size[0], "original_height": size[1]} if size else {}
    return {"id": id, "type": "rectanglelabels", "value": place | value} | sizes


def transcription(id="b1", text="Total"):
    return {"id": id, "type": "textarea", "value": {"text": [text]}}


def boxes(tmp_path, *results):
    """Boxes and report of one page."""
    (found,), report = read(tmp_path, [task(annotation(*results), image="/data/upload/1/a.png")])
    return found.annotations[0].boxes, report


# 1. Regions join by id.


def test_1_regions_join_by_id_and_never_by_order(tmp_path):
    results = [transcription("b", "deux"), rectangle("a", rectanglelabels=["X"]), transcription("a", "un"),
               {"id": "b", "type": "labels", "value": {"labels": ["Y"]}}, rectangle("b", x=50)]  # fmt: skip
    found, _ = boxes(tmp_path, *results)
    assert {(box.id, box.labels, box.text) for box in found} == {("a", ("X",), "un"), ("b", ("Y",), "deux")}


def test_1_missing_label_or_transcription_is_reported(tmp_path):
    found, report = boxes(tmp_path, rectangle("a", labels=["X"]), rectangle("b"), transcription("b"))
    assert len(found) == 2 and report.counts == {"box_without_text": 1, "box_without_label": 1}
    assert [(note.task, note.region) for note in report.notes] == [("1", "a"), ("1", "b")]


@pytest.mark.parametrize("id", [None, ""])
def test_1_a_box_without_an_id_cannot_be_joined_and_is_reported(tmp_path, id):
    found, report = boxes(tmp_path, rectangle(id, labels=["X"]), rectangle(id, labels=["X"]), rectangle(labels=["X"]),
                          transcription())  # fmt: skip
    assert [box.id for box in found] == ["b1"] and report.counts == {"no_id": 2}


def test_1_regions_that_are_no_boxes_are_reported(tmp_path):
    polygon = {
        "id": "p",
        "type": "polygonlabels",
        "value": {"points": [[0, 0], [1, 1], [0, 1]], "polygonlabels": ["X"]},
    }
    lone = {"id": "l", "type": "labels", "value": {"labels": ["X"]}}
    stars = {"id": "s", "type": "rating", "value": {"rating": 4}}
    (found,), report = read(tmp_path, [{"id": 1, "data": {"image": "a"}, "annotations": [annotation(polygon)]}])
    assert found.status == "empty" and report.counts == {"no_rectangle": 1}
    found, report = boxes(tmp_path, polygon, lone, stars, rectangle(labels=["X"]), transcription())
    assert len(found) == 1 and [note.region for note in report.notes] == ["p", "l"]


def test_1_text_regions_that_cannot_be_read_are_reported(tmp_path):
    dialogue = {"id": "d", "type": "paragraphlabels", "value": {"start": "0", "end": "1", "paragraphlabels": ["X"]}}
    choice = {"id": "c", "type": "choices", "value": {"choices": ["X"]}}
    _, report = read(tmp_path, [task(annotation(dialogue, choice, region(0, 6, "Le lac", "X")))])
    assert [(note.kind, note.region) for note in report.notes] == [("unread_region", "d")]
    elsewhere = {"id": 1, "data": {"texte": "Le lac"}, "annotations": [annotation(region(0, 6, "Le lac", "X"))]}
    assert read(tmp_path, [elsewhere])[1].counts == {"unread_region": 1}
    assert not read(tmp_path, [elsewhere], text_key="texte")[1].counts


def test_1_a_relation_that_lacks_an_end_is_reported(tmp_path):
    relations = [{"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": None},
                 {"type": "relation", "from_id": "a"}]  # fmt: skip
    (found,), report = read(tmp_path, [task(annotation(*relations))])
    assert [(held.source, held.target, held.labels) for held in found.annotations[0].relations] == [("a", "b", ())]
    assert report.counts == {"broken_relation": 1}


# 2 and 3. What is gold.


@pytest.mark.parametrize(
    ("annotations", "status"),
    [
        ([], "unlabelled"),
        ([annotation(was_cancelled=True)], "cancelled"),
        ([annotation()], "empty"),
        ([annotation(was_cancelled=True), annotation(region(0, 6, "Le lac", "SITE"))], "annotated"),
    ],
)
def test_2_cancelled_is_not_empty(tmp_path, annotations, status):
    (found,), report = read(tmp_path, [task(*annotations)])
    assert found.status == status and report.tasks == {status: 1}


def test_3_predictions_and_drafts_are_never_gold(tmp_path):
    guess = {"result": [region(0, 6, "Le lac", "SITE")]}
    (found,), _ = read(tmp_path, [task() | {"predictions": [guess], "drafts": [guess]}])
    assert found.status == "unlabelled" and found.annotations == ()


def test_3_old_exports_say_completions(tmp_path):
    old = {"id": 1, "data": {"text": "Le lac"}, "completions": [annotation(region(0, 6, "Le lac", "SITE"))]}
    (found,), _ = read(tmp_path, [old])
    assert found.annotations[0].spans[0].text == "Le lac"


# 4. Several annotators.


def several():
    one = annotation(region(3, 18, "lac de Lauzière", "SITE"), id=1, created_at="2024-01-01", ground_truth=True)
    two = annotation(region(10, 18, "Lauzière", "SITE"), id=2, created_at="2024-02-01", completed_by={"email": "b@x"})
    return [task(one, two)]


@pytest.mark.parametrize(("policy", "kept"), [("ground_truth", ["1"]), ("latest", ["2"]), ("all", ["1", "2"])])
def test_4_policy_and_agreement(tmp_path, policy, kept):
    (found,), report = read(tmp_path, several(), policy=policy)
    assert [a.id for a in found.annotations] == kept
    assert report.agreement == 0.0 and report.compared == 1


def test_4_agreement_is_f1_on_exact_regions(tmp_path):
    shared, own = region(3, 6, "lac", "SITE"), region(10, 18, "Lauzière", "SITE", id="r2")
    _, report = read(tmp_path, [task(annotation(shared, own), annotation(shared))])
    assert report.agreement == pytest.approx(2 / 3)


def test_4_json_min_rows_of_a_task_are_grouped_even_apart(tmp_path):
    def row(id, annotator):
        label = [{"start": 0, "end": 2, "text": "Le", "labels": ["SITE"]}]
        return {"id": id, "text": "Le lac", "label": label, "annotator": annotator, "annotation_id": annotator}

    found, _ = read(tmp_path, [row(1, 1), row(2, 1), row(1, 2)], policy="all")
    assert [(task.id, len(task.annotations)) for task in found] == [("2", 1), ("1", 2)]
    assert found[0].annotations[0].spans[0].labels == ("SITE",)


# 5. JSON_MIN that cannot be joined.


def page_row(**fields):
    box = {"x": 1, "y": 1, "width": 5, "height": 5, "original_width": 100, "original_height": 100}
    return {"id": 4, "image": "/data/upload/1/a.png", "annotator": 1, "bbox": [box | {"rectanglelabels": ["X"]}] * 2,
            "transcription": ["un", "deux"]} | fields  # fmt: skip


def test_5_json_min_lists_of_equal_length_are_joined(tmp_path):
    (found,), _ = read(tmp_path, [page_row()])
    assert [(box.labels, box.text) for box in found.annotations[0].boxes] == [(("X",), "un"), (("X",), "deux")]


def place(x, **value):
    return {"x": x, "y": 1, "width": 5, "height": 5, "original_width": 100, "original_height": 100} | value


def test_5_lists_that_state_the_same_places_are_one(tmp_path):
    lists = {
        "bbox": [place(1), place(9)],
        "label": [place(1, rectanglelabels=["X"]), place(9, rectanglelabels=["Y"])],
        "kind": ["court", place(9, choices=["long", "flou"])],
        "quality": [{"rating": 4}],
    }
    (found,), report = read(tmp_path, [page_row(**lists)])
    assert [(box.labels, box.text) for box in found.annotations[0].boxes] == [(("X",), "un"), (("Y",), "deux")]
    assert not report.counts


@pytest.mark.parametrize("texts", [["un", place(1, text=["deux", "lignes"])], [place(1, text=["un"])] * 2])
def test_5_transcriptions_of_several_lines_are_joined_too(tmp_path, texts):
    (found,), report = read(tmp_path, [page_row(transcription=texts)])
    expected = [text if isinstance(text, str) else "\n".join(text["text"]) for text in texts]
    assert [box.text for box in found.annotations[0].boxes] == expected and not report.counts


@pytest.mark.parametrize(
    "fields",
    [
        {"transcription": None, "label": [place(1, rectanglelabels=["X"])]},
        {"transcription": None, "label": [place(7, rectanglelabels=["X"])] * 2},
        {"transcription": ["un"]},
        {"transcription": "un"},
        {"polygons": [{"points": [[0, 0], [1, 1], [0, 1]], "polygonlabels": ["X"]}]},
    ],
    ids=["fewer labels", "labels elsewhere", "fewer texts", "a bare string", "polygons"],
)
def test_5_json_min_that_cannot_be_joined_is_reported(tmp_path, fields):
    (found,), report = read(tmp_path, [page_row(**fields)])
    assert found.annotations[0].boxes == () and report.counts["unjoinable"] == 1


# 6 and 7. Geometry.


def test_6_a_turned_box_becomes_its_upright_envelope(tmp_path):
    # 60 × 10 pixels turned by 90° clockwise about its top-left corner (100, 20): 10 wide, 60 high, to its left.
    (box,), report = boxes(tmp_path, rectangle(x=50, width=30, rotation=90, labels=["X"]), transcription())
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((90, 20, 100, 80))
    assert report.counts == {"rotated": 1}


def test_6_a_turned_image_is_reported(tmp_path):
    _, report = boxes(tmp_path, rectangle(labels=["X"]) | {"image_rotation": 90}, transcription())
    assert report.counts == {"image_rotation": 1}


@pytest.mark.parametrize(
    ("place", "kind", "kept"),
    [
        ({"x": -5, "width": 20}, "clamped", 1),
        ({"x": 90, "width": 20}, "clamped", 1),
        ({"width": 0}, "no_area", 0),
        ({"height": -3}, "no_area", 0),
        ({"size": None}, "no_size", 0),
        ({"x": "abc"}, "bad_box", 0),
        ({"x": float("nan")}, "bad_box", 0),
        ({"height": 10**400}, "bad_box", 0),
        ({"rotation": "de biais"}, "bad_box", 0),
        ({"rotation": float("inf")}, "bad_box", 0),
        ({"size": ("large", 100)}, "bad_box", 0),
    ],
)
def test_7_impossible_boxes_are_clamped_or_reported(tmp_path, place, kind, kept):
    found, report = boxes(tmp_path, rectangle(labels=["X"], **place), transcription())
    assert len(found) == kept and report.counts == {kind: 1}
    assert all(0 <= box.left < box.right <= 200 for box in found)


# 8. Images.


@pytest.mark.parametrize(
    "reference",
    [
        "/data/upload/3/0123abcd-page%201.png",
        "/data/local-files/?d=lot%2Fpage%201.png",
        "/storage-data/uploaded/?filepath=upload/3/page%201.png",
        "s3://bucket/lot/page%201.png",
        "gs://bucket/lot/page 1.png",
        "azure-blob://container/lot/page 1.png",
        "https://host.example/lot/page%201.png?token=abc",
        "lot/page 1.png",
    ],
)
def test_8_references_find_their_file(tmp_path, reference):
    folder = tmp_path / "lot" if "upload" in reference else tmp_path
    (tmp_path / "lot").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "lot" / "page 1.png")
    assert find_image(reference, folder, "1") == tmp_path / "lot" / "page 1.png"


@pytest.mark.parametrize("reference", ["data:image/png;base64," + "iVBORw0KGgo" * 99, "", "https://h/q.png?d=p.png"])
def test_8_references_to_no_file_find_none(tmp_path, reference):
    (tmp_path / "p.png").write_bytes(b"")
    assert find_image(reference, tmp_path, "1") is None


def test_8_what_is_no_address_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"tâche 7.*n’est pas une adresse"):
        find_image("http://[p.png", tmp_path, "7")


def test_8_equal_names_in_two_folders_stay_apart(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p.png").write_bytes(name.encode())
    assert find_image("s3://x/b/p.png", tmp_path, "1").read_bytes() == b"b"


@pytest.mark.parametrize("reference", ["../p.png", "/data/local-files/?d=..%2Fp.png", "s3://x/a/../../p.png"])
def test_8_a_path_that_leaves_the_folder_is_refused(tmp_path, reference):
    (tmp_path / "p.png").write_bytes(b"")
    (tmp_path / "images").mkdir()
    with pytest.raises(ExportError, match="tâche 1"):
        find_image(reference, tmp_path / "images", "1")


def test_8_a_link_that_leaves_the_folder_is_refused(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "p.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ExportError):
        find_image("p.png", tmp_path / "images", "1")


def test_8_pictures_are_turned_converted_and_compared(tmp_path):
    report = Report()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    Image.new("RGB", (4, 8)).save(tmp_path / "turned.jpg", exif=exif)
    assert open_image(tmp_path / "turned.jpg", "1", report, stated=(8, 4)).size == (8, 4)
    assert not report.counts
    Image.new("L", (4, 8)).save(tmp_path / "grey.png")
    assert open_image(tmp_path / "grey.png", "1", report, stated=(5, 5)).mode == "RGB"
    frames = [Image.new("RGB", (3, 3), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert open_image(tmp_path / "moving.gif", "1", report).size == (3, 3)
    Image.new("I;16", (2, 2), 65535).save(tmp_path / "deep.png")
    assert open_image(tmp_path / "deep.png", "1", report).getpixel((0, 0)) == (255, 255, 255)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    assert open_image(tmp_path / "broken.png", "1", report) is None
    (tmp_path / "header.ppm").write_bytes(b"P6 4x 4 255 ")  # Pillow raises ValueError
    assert open_image(tmp_path / "header.ppm", "1", report) is None
    assert report.counts == {"image_mode": 3, "image_size": 1, "animated_image": 1, "broken_image": 2}


# 9. Text offsets.


def one_span(tmp_path, text, start, end, stated):
    (found,), report = read(tmp_path, [task(annotation(region(start, end, stated, "SITE")), text=text)])
    return found.annotations[0].spans, report


@pytest.mark.parametrize(
    ("text", "start", "end", "stated", "expected"),
    [
        ("Le  lac  de Lauzière", 3, 18, "lac de Lauzière", "lac  de Lauzière"),
        ("Le lac de Lauzière ", 3, 19, "lac de Lauzière ", "lac de Lauzière"),
        ("Un\r\nlac de\r\nLauzière", 3, 18, "lac de\nLauzière", "lac de\r\nLauzière"),
        ("😀😀 lac de Lauzière", 5, 20, "lac de Lauzière", "lac de Lauzière"),
    ],
    ids=["collapsed spaces", "trailing space", "CRLF", "UTF-16 after emoji"],
)
def test_9_offsets_that_lie_are_corrected(tmp_path, text, start, end, stated, expected):
    (span,), _ = one_span(tmp_path, text, start, end, stated)
    assert span.text == expected == text[span.start : span.end]


@pytest.mark.parametrize("text", ["rien de tel ici", "lac, lac et lac"], ids=["absent", "several times"])
def test_9_a_text_not_found_once_is_reported(tmp_path, text):
    spans, report = one_span(tmp_path, text, 100, 103, "lac")
    assert spans == () and report.counts == {"text_not_found": 1}


def test_9_xpath_offsets_are_reported(tmp_path):
    xpath = {"id": "r", "type": "hypertextlabels",
             "value": {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 2,
                       "hypertextlabels": ["SITE"]}}  # fmt: skip
    (found,), report = read(tmp_path, [task(annotation(xpath))])
    assert found.annotations[0].spans == () and report.counts == {"hypertext": 1}


# 10. Overlaps and labels.


def test_10_rules_for_overlaps_and_labels():
    report, text = Report(), "abcdefghij"
    places = {"a": (0, 4, "X"), "b": (2, 10, "Y"), "c": (2, 10, "Z"), "d": (0, 1, "Z"), "e": (1, 2)}
    spans = [Span(id, place[0], place[1], text[slice(*place[:2])], place[2:]) for id, place in places.items()]
    both = Span("f", 1, 2, "b", ("Z", "Y"))
    assert settle([*spans, both], ["X", "Y", "Z"], "1", report) == [(0, 1, "Z"), (1, 2, "Y"), (2, 10, "Y")]
    assert report.counts == {"overlap": 2, "no_label": 1, "several_labels": 1}


# 11. Pages and documents.


def test_11_pages_of_a_task_keep_their_document(tmp_path):
    pages = [rectangle("a", labels=["X"]) | {"item_index": 0}, rectangle("b", labels=["X"]) | {"item_index": 1}]
    (found,), _ = read(tmp_path, [task(annotation(*pages), document="rapport-7")])
    assert found.document == "rapport-7" and [box.page for box in found.annotations[0].boxes] == [0, 1]


@pytest.mark.parametrize("data", [{}, {"gddid": None}, {"gddid": ""}])
def test_11_a_required_document_field_that_lacks_is_refused(tmp_path, data):
    assert "data.gddid" in refusal(tmp_path, [task(**data)], document_key="gddid")


def test_11_flat_pages_keep_their_document(tmp_path):
    page = {"file_name": "a.png", "rapport": "r7", "width": 200, "height": 100, "annotations": []}
    assert read(tmp_path, [page])[0][0].document == "a.png"
    assert read(tmp_path, [page], document_key="rapport")[0][0].document == "r7"
    assert "data.rapport" in refusal(tmp_path, [{**page, "rapport": None}], document_key="rapport")


def test_11_pages_with_equal_boxes_agree_only_on_their_page(tmp_path):
    pages = [annotation(rectangle(labels=["X"]) | {"item_index": index}, transcription()) for index in (0, 1)]
    _, report = read(tmp_path, [task(*pages)])
    assert report.agreement == 0


# 12. Labels.


def test_12_labels_come_from_the_xml_in_its_order(tmp_path):
    path = tmp_path / "project.xml"
    path.write_text('<View><Labels name="l" toName="t"><Label value="Z"/><Label value="B" alias="A"/></Labels></View>')
    assert read_labels(path) == ["Z", "A"]
    message = refusal(tmp_path, [task(annotation(region(0, 2, "Le", "B")))], labels=["Z", "A"])
    assert "tâche 1" in message and "'B'" in message


def test_12_the_xml_that_is_written_is_read_back(tmp_path):
    path = tmp_path / "project.xml"
    path.write_text(project_xml(["SITE", "ALTI"]))
    assert read_labels(path) == ["SITE", "ALTI"]


@pytest.mark.parametrize("encoding", ["klingon", "shift-jis"])
def test_12_an_xml_in_another_encoding_is_refused(tmp_path, encoding):
    path = tmp_path / "project.xml"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><View><Label value="A"/></View>')
    with pytest.raises(ExportError, match=r"project\.xml"):
        read_labels(path)


# 13. Encodings and broken files.


def test_13_a_byte_order_mark_is_no_matter(tmp_path):
    content = b"\xef\xbb\xbf" + json.dumps([task()]).encode()
    assert read(tmp_path, content)[0][0].id == "1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        ("[{}]".encode("utf-16"), "UTF-16"),
        ('[{"id": "é"}]'.encode("latin-1"), "UTF-8"),
        (json.dumps([task(), task(id=2)], indent=1)[:-30], "ligne"),
        ('[\n {"id": 1, "data": {}},\n 5\n]', "ligne 3, colonne 2"),
        ('[{"id": 1, "data": {}} {"id": 2}]', "ligne 1, colonne 24"),
        ('"abc"', "ligne 1, colonne 1"),
        ("[{}]", "n’est pas un export"),
        ('[{"id": 1, "data": {"text": "é'.encode()[:-1], "ligne 1, colonne 30 : fichier tronqué"),
        ('[{"id": 1, "data": {"text": "\\uD83d"}}]', "ligne 1, colonne 2 : \\ud83d est la moitié"),
        ('[{"data": ' + "[" * 100_000, "trop imbriqués"),
        ('[{"data": ' + "1" * 5000 + "}]", "ligne 1, colonne 2 : JSON invalide"),
    ],
    ids=[
        "empty",
        "utf-16",
        "latin-1",
        "truncated",
        "not an object",
        "no comma",
        "a string",
        "no task",
        "half a letter",
        "half a character",
        "too deep",
        "too long a number",
    ],
)
def test_13_unreadable_files_are_refused_with_their_place(tmp_path, content, words):
    assert words in refusal(tmp_path, content)


def test_13_a_lone_object_is_refused_when_it_is_no_annotation(tmp_path):
    assert "export" in refusal(tmp_path, {"name": "x"})


def test_13_a_whole_character_may_be_escaped(tmp_path):
    assert read(tmp_path, '[{"id": 1, "data": {"text": "\\uD83D\\ude00 \\\\ud83d"}}]')[0][0].text == "😀 \\ud83d"


# Storage and flat exports.


def test_a_broken_storage_file_is_named(tmp_path):
    for rank in (1, 2, 3):
        results = [] if rank != 2 else [region(0, 6, 5, "X")]
        write = annotation(*results, id=rank) | {"task": {"id": 5, "data": {"text": "Le lac"}}}
        (tmp_path / str(rank)).write_text(json.dumps(write))
    with pytest.raises(ExportError, match=r"/2, tâche 5 : région r1, value\.text"):
        list(read_export(tmp_path, Report()))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"text": "Le lac", "annotator": 1, "annotation_id": 1}, "enregistrement 1 : le champ id"),
        (annotation() | {"task": {"data": {"text": "Le lac"}}}, "enregistrement 1 : le champ id"),
        (annotation() | {"task": {"id": 5}}, "tâche 5 : le champ task.data"),
        ({"file_name": None, "annotations": []}, "enregistrement 1 : le champ file_name"),
        ({"id": 4, "image": "a", "annotator": 1, "label": [place(1), None]}, r"tâche 4 : le champ label[1]"),
        (task(annotation(was_cancelled="non")), "tâche 1 : annotations[0].was_cancelled"),
        (task(annotation({"id": "r1", "value": {"start": 0, "end": 1}})), "tâche 1 : le champ région r1, type"),
    ],
)
def test_fields_without_which_data_would_be_mixed_up_or_lost_are_asked_for(tmp_path, record, words):
    assert words in refusal(tmp_path, [record])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (None, "annotations[1] manque"),
        ({"text": "Total", "label": "T"}, "annotations[1].box manque"),
        ({"box": {"x0": 1, "y0": 2, "x1": 3}}, "annotations[1].box devrait être une liste"),
        ({"box": [1, 2, 3]}, "annotations[1].box devrait être une liste de quatre nombres, pas [1, 2, 3]"),
        ({"box": [1, 2, 3, "4"]}, "quatre nombres"),
        ({"box": [1, 2, 3, float("inf")]}, "quatre nombres"),
        ({"box": [1, 2, 3, 4], "label": 5}, "annotations[1].label devrait être un texte"),
        ({"box": [1, 2, 3, 4], "text": {}}, "annotations[1].text devrait être un texte"),
    ],
)
def test_malformed_flat_pages_are_refused_by_page_and_field(tmp_path, item, words):
    page = {"file_name": "a.png", "width": 200, "height": 100, "annotations": [{"box": [1, 2, 3, 4]}, item]}
    message = refusal(tmp_path, [page])
    assert "tâche a.png : " in message and words in message


def test_storage_files_without_extension_are_joined_by_task(tmp_path):
    for rank in (1, 2):
        record = annotation(region(0, 6, "Le lac", "SITE"), id=rank) | {"task": {"id": 5, "data": {"text": "Le lac"}}}
        (tmp_path / str(rank)).write_text(json.dumps(record))
    (found,) = read_export(tmp_path, Report(), policy="all")
    assert found.id == "5" and len(found.annotations) == 2


def test_flat_pages(tmp_path):
    page = {"file_name": "a.png", "width": 200, "height": 100,
            "annotations": [{"box": [10, 20, 40, 30], "text": "Total", "label": "T"}, {"box": [1, 2, 3, 4]}],
            }  # fmt: skip
    (found,), report = read(tmp_path, [page])
    box, other = found.annotations[0].boxes
    assert (box.left, box.top, box.right, box.bottom) == (20, 20, 80, 30) and box.text == "Total"
    assert box.labels == ("T",) and (other.labels, other.text) == ((), None)
    assert report.counts == {"box_without_label": 1, "box_without_text": 1} and report.notes[0].region == "1"


# Properties.

words = st.text(string.ascii_letters + "éàœ😀 \t\n", min_size=1, max_size=60)


@given(st.data())
def test_any_span_whose_text_is_stated_is_found_where_it_is(tmp_path_factory, data):
    text = data.draw(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    stated = text[start:end]
    folder = tmp_path_factory.getbasetemp()
    (found,), report = read(folder, [task(annotation(region(start, end, stated, "X")), text=text)])
    if stated.strip():
        (span,) = found.annotations[0].spans
        assert span.text == stated.strip() == text[span.start : span.end]
    else:
        assert found.annotations[0].spans == () and sum(report.counts.values()) == 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from("XYZ")), max_size=12))
def test_settled_spans_never_overlap_and_lose_nothing_silently(places):
    spans = [Span(str(i), start, start + size, "", (label,)) for i, (start, size, label) in enumerate(places)]
    report = Report()
    kept = settle(spans, list("XYZ"), "1", report)
    assert all(one[1] <= two[0] for one, two in pairwise(kept))
    assert len(kept) + report.counts["overlap"] == len(spans)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10), lambda x: st.lists(x, max_size=3), max_leaves=5,
), max_size=4), min_size=1, max_size=8), st.sampled_from([None, 0, 2]))  # fmt: skip
def test_objects_are_read_whatever_the_chunk(tmp_path_factory, values, indent):
    path = tmp_path_factory.getbasetemp() / "values.json"
    path.write_text(json.dumps(values, indent=indent, ensure_ascii=False), encoding="utf-8")
    for size in (1, 7, 2**20):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stream, "CHUNK", size)
            assert list(stream.objects(path)) == values


relation = {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["of"]}
stored = annotation(region(0, 2, "Le", "X")) | {"task": {"id": 5, "data": {"text": "Le"}}}
FORMS = {
    "json": [*several(), task(annotation(rectangle(labels=["X"]), transcription(), relation), image="a.png")],
    "minimal": [
        page_row(label=[place(1, rectanglelabels=["X"])] * 2, transcription=["un", place(1, text=["a", "b"])]),
        {"id": 5, "text": "Le", "label": [{"start": 0, "end": 2, "text": "Le", "labels": ["X"]}], "annotator": 1},
    ],
    "storage": [stored, stored | {"id": 2}],
    "flat": [{"file_name": "a", "width": 200, "height": 100, "annotations": [{"box": [1, 2, 3, 4], "label": "X"}] * 2}],
}
keys = st.sampled_from(["id", "text", "width", "labels", "start", "value", "annotations", "result"])
oddities = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "abc", "12", 10**400]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=3,
)


def fields(value):
    """Every (holder, key or rank) inside a JSON value."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from fields(value[key])


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_nothing_but_export_errors_comes_out_of_a_malformed_export(tmp_path_factory, data):
    export = json.loads(json.dumps(FORMS[data.draw(st.sampled_from(sorted(FORMS)))]))
    for _ in range(data.draw(st.integers(0, 2))):
        holder, key = data.draw(st.sampled_from([*fields(export)]))
        if data.draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = data.draw(oddities)
        if not export:
            return
    content = json.dumps(export, ensure_ascii=data.draw(st.booleans())).encode()
    content = content[: data.draw(st.just(len(content)) | st.integers(0, len(content)))]
    policy, labels = data.draw(st.sampled_from(["all", "latest"])), data.draw(st.sampled_from([None, ["X", "SITE"]]))
    try:
        read(tmp_path_factory.getbasetemp(), content, policy=policy, labels=labels)
    except ExportError as error:
        assert "\n" not in str(error) and "export.json" in str(error)


def test_predictions_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "predictions.json"

    def broken():
        yield {"text": "Le lac"}, [(3, 6, "SITE", 0.9)]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_predictions(broken(), path, "v1")
    assert list(tmp_path.iterdir()) == []
    write_predictions([({"text": "Le lac"}, [(3, 6, "SITE", 0.9)])], path, "v1")
    (row,) = json.loads(path.read_text(encoding="utf-8"))
    assert row["predictions"][0]["result"][0]["value"] == {"start": 3, "end": 6, "text": "lac", "labels": ["SITE"]}


# The course's own export.


@pytest.fixture(scope="module")
def reports():
    report = Report()
    folder = data_folder() / "labelstudio" / "rapports"
    return list(read_export(folder / "export.json", report, document_key="document")), report


def test_reports_are_many_and_of_several_hands(reports):
    tasks, report = reports
    assert len(tasks) >= 400 and len({task.document for task in tasks}) >= 60
    assert len({annotation.annotator for task in tasks for annotation in task.annotations}) >= 3
    assert report.tasks["annotated"] >= 400 and report.tasks["empty"] and report.tasks["unlabelled"]


def test_reports_have_the_blemishes_of_real_exports(reports):
    tasks, report = reports
    assert report.counts["cancelled"] and 0.5 < report.agreement < 1
    labels = {label for task in tasks for a in task.annotations for span in a.spans for label in span.labels}
    assert labels == {"SITE", "REGION", "TAXA", "Taxa", "AGE", "GEOG", "EMAIL", "ALTI"}
    order = sorted(labels)
    for task in tasks:
        for annotation in task.annotations:
            settle(annotation.spans, order, task.id, report)
    assert report.counts["overlap"]


def test_reports_are_what_the_recipe_writes(tmp_path):
    import build_rapports

    build_rapports.main(tmp_path)
    folder = data_folder() / "labelstudio" / "rapports"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_boxes_that_are_written_as_predictions_are_read_back_as_none(tmp_path):
    path = tmp_path / "pages.json"
    box = Box("b1", 20.0, 10.0, 60.0, 30.0, ("TTC",), "12,50 €")
    bare = Box("b2", 0.0, 0.0, 200.0, 100.0, ("Autre",))
    write_box_predictions([({"image": "a.jpg"}, (200, 100), [(box, 0.9), (bare, 0.4)])], path, "ocr")
    (written,) = json.loads(path.read_text(encoding="utf-8"))
    results = written["predictions"][0]["result"]
    assert written["predictions"][0]["score"] == 0.4
    kinds = [(result["id"], result["type"]) for result in results]
    assert kinds == [("b1", "rectanglelabels"), ("b1", "textarea"), ("b2", "rectanglelabels")]
    (found,), report = read(tmp_path, path.read_bytes())
    assert found.annotations == () and not report.notes
    # The same results as an annotation give the same boxes back.
    (found,), _ = read(tmp_path, [{"id": 1, "data": {"image": "a.jpg"}, "annotations": [annotation(*results)]}])
    assert found.annotations[0].boxes == (box, bare)
