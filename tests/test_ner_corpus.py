"""Corpora and settings: splitting, converting, the `atelier labels` commands, and what they refuse."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ner import task, write
from typer.testing import CliRunner

from helpers.cli import app
from helpers.files import sha256
from helpers.labelstudio import ExportError, Report, project_xml
from helpers.ner import (
    Passage,
    SettingsError,
    convert,
    load_settings,
    read_converted,
    read_passages,
    rename_pairs,
    split_export,
    to_bio,
    words_of,
)
from helpers.ner.corpus import SIDES, assign

no_deadline = settings(deadline=None, max_examples=60)

# Corpora.

sizes = st.dictionaries(st.text("abc", min_size=1, max_size=4), st.integers(1, 9), min_size=1, max_size=25)
shares = st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10)).filter(sum)


@no_deadline
@given(sizes, shares, st.integers(0, 5))
def test_shares_are_respected_within_the_largest_document(sizes, parts, seed):
    proportions = [part / sum(parts) for part in parts]
    try:
        sides = assign(sizes, proportions, seed)
    except ExportError as error:
        assert "ne suffisent pas" in str(error)
        return
    assert sides == assign(dict(reversed(sizes.items())), proportions, seed) and sides.keys() == sizes.keys()
    for side, share in zip(SIDES, proportions, strict=True):
        held = sum(size for document, size in sizes.items() if sides[document] == side)
        assert abs(held - share * sum(sizes.values())) <= max(sizes.values()) + 1e-9 and bool(held) == bool(share)


@pytest.mark.parametrize("proportions", [(0.5, 0.5), (0.5, 0.6, -0.1), (0.5, 0.4, 0.2), (0.5, 0.5, float("nan"))])
def test_shares_that_are_none_are_refused(proportions):
    with pytest.raises(ExportError, match="somme"):
        assign({"a": 1, "b": 1, "c": 1}, proportions, 0)


def export_of(path, documents=9, each=3):
    """An export in which every document has several tasks, dealt in turn."""
    return write(path, [task(rank, f"doc{rank % documents}") for rank in range(documents * each)])


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_split_keeps_documents_whole_and_records_as_they_were(tmp_path):
    export = export_of(tmp_path / "export.json")
    counts = split_export(export, tmp_path / "out", (0.6, 0.2, 0.2), seed=3)
    sides = {side: json.loads((tmp_path / "out" / f"{side}.json").read_text(encoding="utf-8")) for side in SIDES}
    documents = {side: {record["data"]["document"] for record in held} for side, held in sides.items()}
    assert sum(map(len, documents.values())) == len(set().union(*documents.values())) == 9
    assert {side: counts[side]["tasks"] for side in SIDES} == {side: len(held) for side, held in sides.items()}
    assert counts["export"] == sha256(export) and counts["train"]["documents"] == len(documents["train"])
    before = json.loads(export.read_text(encoding="utf-8"))
    after = sorted((record for held in sides.values() for record in held), key=lambda record: record["id"])
    assert list(map(json.dumps, after)) == list(map(json.dumps, before))


def test_split_depends_on_its_seed_alone(tmp_path):
    export = export_of(tmp_path / "export.json")
    for name, seed in (("a", 1), ("b", 1), ("c", 3)):
        split_export(export, tmp_path / name, seed=seed)
    first, again, other = (contents(tmp_path / name) for name in "abc")
    assert first == again != other
    split_export(export, tmp_path / "a", seed=1)
    assert contents(tmp_path / "a") == first


def test_too_few_documents_are_refused(tmp_path):
    export = export_of(tmp_path / "export.json", documents=2)
    with pytest.raises(ExportError, match="2 documents ne suffisent pas"):
        split_export(export, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_truncated_export_leaves_the_earlier_split(tmp_path):
    export = export_of(tmp_path / "export.json")
    split_export(export, tmp_path / "out")
    before, text = contents(tmp_path / "out"), export.read_bytes()
    export.write_bytes(text[: len(text) // 2])
    with pytest.raises(ExportError, match="tronqué"):
        split_export(export, tmp_path / "out", seed=7)
    assert contents(tmp_path / "out") == before


def test_split_never_writes_over_its_export(tmp_path):
    export = export_of(tmp_path / "train.json")
    before = export.read_bytes()
    with pytest.raises(ExportError, match="serait remplacé"):
        split_export(export, tmp_path)
    assert export.read_bytes() == before


def test_split_finds_the_documents_of_every_kind_of_export(tmp_path):
    minimal = [{"id": rank % 9, "text": "Le lac", "annotator": 1, "annotation_id": rank} for rank in range(18)]
    stored = [
        {"id": 50 + rank, "result": [], "task": {"id": rank % 9, "data": {"text": "Le lac"}}} for rank in range(18)
    ]
    for name, records, number in (
        ("minimal", minimal, lambda record: record["id"]),
        ("stored", stored, lambda record: record["task"]["id"]),
    ):
        split_export(write(tmp_path / f"{name}.json", records), tmp_path / name)
        sides = [json.loads((tmp_path / name / f"{side}.json").read_text()) for side in SIDES]
        owners = [{number(record) for record in side} for side in sides]
        assert sum(map(len, sides)) == 18 and sum(map(len, owners)) == 9, name


def test_split_reads_every_record_as_the_first(tmp_path):
    records = [task(rank) | ({"file_name": "a.png"} if rank else {}) for rank in range(9)]
    split_export(write(tmp_path / "export.json", records), tmp_path / "out")
    assert sum(len(json.loads((tmp_path / "out" / f"{side}.json").read_text())) for side in SIDES) == 9


def test_a_task_of_two_documents_is_refused(tmp_path):
    export = write(tmp_path / "export.json", [task(1, "a"), task(2, "b"), task(3, "c"), task(1, "d"), task(4, "a")])
    with pytest.raises(ExportError, match="tâche 1"):
        split_export(export, tmp_path / "out", (0.4, 0.3, 0.3))


def passages(path, *tasks, **options):
    report = Report()
    return list(read_passages(write(path, tasks), ["SITE", "ALTI"], report, **options)), report


def test_passages_are_renamed_and_empty_ones_kept(tmp_path):
    empty = {"id": 8, "data": {"text": "Rien."}, "annotations": [{"id": 1, "result": []}]}
    untouched = {"id": 9, "data": {"text": "Rien."}, "annotations": []}
    wordless = {"id": 10, "data": {"texte": "x"}, "annotations": [{"id": 1, "result": []}]}
    found, report = passages(tmp_path / "e.json", task(0, labels=("Site", "ALTI")), empty, untouched, wordless,
                             rename={"Site": "SITE"})  # fmt: skip
    assert [(passage.id, [label for *_, label in passage.entities]) for passage in found] == [
        ("0", ["SITE", "ALTI"]),
        ("8", []),
    ]
    assert report.counts["no_text"] == 1


def test_every_annotation_is_a_passage_with_policy_all(tmp_path):
    both = task(3)
    both["annotations"].append({"id": 7, "completed_by": 2, "result": []})
    found, _ = passages(tmp_path / "e.json", both, policy="all")
    assert [(passage.id, len(passage.entities)) for passage in found] == [("3-103", 2), ("3-7", 0)]


def test_an_unknown_label_is_refused_by_file_task_and_name(tmp_path):
    with pytest.raises(ExportError, match=r"e\.json.*tâche 5.*'Taxa'"):
        passages(tmp_path / "e.json", task(4), task(5, labels=("SITE", "Taxa")))


def test_renaming_knows_the_labels_of_the_project():
    assert rename_pairs(["Taxa=TAXA"], ["TAXA"]) == {"Taxa": "TAXA"}
    for pair, words in (("Taxa", "ANCIEN=NOUVEAU"), ("=TAXA", "ANCIEN=NOUVEAU"), ("Taxa=TAXON", "TAXON")):
        with pytest.raises(ExportError, match=words):
            rename_pairs([pair], ["TAXA"])


def test_converted_passages_are_read_back_with_their_statistics(tmp_path):
    text = "Verdassière-le-Haut, à 1 000m."
    places = ((0, 8, "SITE"), (8, 11, "ALTI"), (23, 28, "ALTI"))
    rows = [
        Passage("1", "a", text, places),
        Passage("2", "a", "Rien."),
        Passage("3", "b", "l'Aulne", ((2, 7, "SITE"),)),
    ]
    statistics = convert(rows, tmp_path / "p.jsonl")
    read = read_converted(tmp_path / "p.jsonl")
    for passage, row in zip(rows, read, strict=True):
        assert (row["id"], row["document"], row["text"]) == (passage.id, passage.document, passage.text)
        assert [row["text"][start:end] for start, end in zip(row["starts"], row["ends"], strict=True)] == row["tokens"]
        assert row["labels"] == to_bio(passage, words_of(passage.text))
    assert statistics == {
        "passages": 3, "documents": 2, "words": sum(len(row["tokens"]) for row in read), "entities": 4,
        "by_type": {"SITE": 2, "ALTI": 2}, "documents_by_type": {"ALTI": 1, "SITE": 2},
        "cut": [["1", 0, 8, "SITE"], ["1", 23, 28, "ALTI"]], "lost": [["1", 8, 11, "ALTI"]],
    }  # fmt: skip


def test_nothing_to_convert_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text("before")
    with pytest.raises(ExportError, match="aucun passage"):
        convert([], path)
    assert contents(tmp_path) == {"p.jsonl": b"before"}


@pytest.mark.parametrize(
    "line",
    [
        b'{"tokens": ["a"]}',
        b"{",
        b"[]",
        b'{"id": "1", "tokens": ["a"], "starts": [0], "ends": [1], "labels": []}',
        b'{"tokens": ["a"], "starts": [0], "ends": [1], "labels": ["O"]}',
        '{"id": "é"}'.encode("latin-1"),
    ],
    ids=["fields", "truncated", "a list", "lengths", "no id", "latin-1"],
)
def test_a_file_that_was_not_converted_is_refused(tmp_path, line):
    convert([Passage("1", "a", "Rien.")], tmp_path / "p.jsonl")
    with (tmp_path / "p.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(ExportError, match="ligne 2") as caught:
        read_converted(tmp_path / "p.jsonl")
    assert "p.jsonl" in str(caught.value) and "\n" not in str(caught.value)


def test_a_passage_with_another_label_is_refused(tmp_path):
    convert([Passage("7", "a", "l'Aulne", ((2, 7, "SITE"),))], tmp_path / "p.jsonl")
    assert len(read_converted(tmp_path / "p.jsonl", ["SITE"])) == 1
    with pytest.raises(ExportError, match=r"p\.jsonl, passage 7 : B-SITE"):
        read_converted(tmp_path / "p.jsonl", ["ALTI"])


def test_an_empty_or_absent_file_is_refused(tmp_path):
    (tmp_path / "p.jsonl").touch()
    for name, words in (("p.jsonl", "vide"), ("q.jsonl", "n’existe pas")):
        with pytest.raises(ExportError, match=words):
            read_converted(tmp_path / name)


# Settings.


def test_options_go_before_the_file_and_the_file_before_the_defaults(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('epochs = 3\nbatch_size = 4\nmodel = "a/b"\n')
    found = load_settings(path, {"batch_size": 8, "seed": None, "label_all_tokens": False})
    assert (found.epochs, found.batch_size, found.model, found.seed) == (3, 8, "a/b", 42)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("epoch = 3", "epoch"),
        ('epochs = "3"', "epochs"),
        ("batch_size = 4.0", "batch_size"),
        ("label_all_tokens = 1", "label_all_tokens"),
        ("seed = true", "seed"),
        ("epochs = 0", "epochs"),
        ("epochs = nan", "epochs"),
        ("learning_rate = inf", "learning_rate"),
        ("batch_size = 0", "batch_size"),
        ("patience = -1", "patience"),
        ("save_every = -1", "save_every"),
        ("max_train = -2", "max_train"),
        ("weight_decay = -0.1", "weight_decay"),
        ("warmup = 10", "warmup"),
        ("seed = -1", "seed"),
        ("window = 2\nstride = 0", "stride"),
        ("window = 64\nstride = 62", "stride"),
        ("stride = -1", "stride"),
        ("epochs 3", "TOML"),
    ],
)
def test_impossible_settings_are_refused_in_one_line_that_names_the_field(tmp_path, text, field):
    path = tmp_path / "s.toml"
    path.write_text(text + "\n")
    with pytest.raises(SettingsError, match=field) as caught:
        load_settings(path, {})
    assert "\n" not in str(caught.value)


def test_a_settings_file_that_is_absent_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="n’existe pas"):
        load_settings(tmp_path / "s.toml", {})


# The commands.

runner = CliRunner()


def labels(*arguments):
    return runner.invoke(app, ["labels", *map(str, arguments)])


def refusal(*arguments):
    """The one line of a command that is refused."""
    done = labels(*arguments)
    assert done.exit_code == 2 and done.stdout == "" and done.stderr.count("\n") == 1, (done.output, done.exception)
    assert done.stderr.startswith("✗ ")
    return done.stderr


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "project.xml"
    path.write_text(project_xml(["SITE", "ALTI"]), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["split", "convert", "stats"])
def test_help_shows_an_example(command):
    done = labels(command, "--help")
    assert done.exit_code == 0 and f"Exemple : atelier labels {command} " in done.stdout


def test_split_convert_and_stats_follow_each_other(tmp_path, project):
    export = export_of(tmp_path / "export.json")
    done = labels("split", export, tmp_path / "split", "--proportions", 0.6, 0.2, 0.2, "--seed", 3)
    assert done.exit_code == 0, done.output
    counts = json.loads(done.stdout)
    assert counts == json.loads((tmp_path / "split" / "split.json").read_text(encoding="utf-8"))
    done = labels("convert", tmp_path / "split", tmp_path / "data", "--labels", project)
    assert done.exit_code == 0, done.output
    statistics = json.loads(done.stdout)
    assert statistics == json.loads((tmp_path / "data" / "statistics.json").read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "data" / "labels.json").read_text()) == ["SITE", "ALTI"]
    for side in SIDES:
        assert len(read_converted(tmp_path / "data" / f"{side}.jsonl", ["SITE", "ALTI"])) == counts[side]["tasks"]
        assert statistics[side]["documents"] == counts[side]["documents"]
        assert statistics[side]["set_aside"] == {} and statistics[side]["entities"] == 2 * counts[side]["tasks"]
    done = labels("stats", export)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "documents": 9, "tasks": {"annotated": 27}, "labels": {"SITE": 27, "ALTI": 27}, "agreement": None,
        "set_aside": {},
    }  # fmt: skip


def test_stats_detail_what_was_set_aside(tmp_path):
    odd = task(1)
    odd["annotations"][0]["result"][0]["value"]["text"] = "introuvable"
    export = write(tmp_path / "export.json", [odd, {"id": 2, "data": {"text": "x"}, "annotations": []}])
    counts = json.loads(labels("stats", export, "--notes").stdout)
    assert counts["tasks"] == {"annotated": 1, "unlabelled": 1} and counts["labels"] == {"ALTI": 1}
    (note,) = counts["notes"]
    assert (note["kind"], note["task"]) == ("text_not_found", "1") and counts["set_aside"] == {"text_not_found": 1}


def test_a_lone_export_is_converted_with_its_labels_renamed(tmp_path, project):
    export = write(tmp_path / "export.json", [task(1, labels=("Site", "ALTI"))])
    options = ["--labels", project, "--rename", "Site=SITE"]
    assert labels("convert", export, tmp_path / "data", *options).exit_code == 0
    (row,) = read_converted(tmp_path / "data" / "passages.jsonl", ["SITE", "ALTI"])
    assert "B-SITE" in row["labels"]


def test_an_empty_side_is_not_converted_and_leaves_no_earlier_one(tmp_path, project):
    export = export_of(tmp_path / "export.json")
    for proportions, sides in (((0.6, 0.2, 0.2), set(SIDES)), ((0.8, 0.2, 0), {"train", "validation"})):
        assert labels("split", export, tmp_path / "split", "--proportions", *proportions).exit_code == 0
        done = labels("convert", tmp_path / "split", tmp_path / "data", "--labels", project)
        assert done.exit_code == 0, done.output
        assert {path.stem for path in (tmp_path / "data").glob("*.jsonl")} == json.loads(done.stdout).keys() == sides


def test_a_side_that_is_refused_leaves_all_that_was_converted(tmp_path, project):
    labels("split", export_of(tmp_path / "export.json"), tmp_path / "split")
    assert labels("convert", tmp_path / "split", tmp_path / "data", "--labels", project).exit_code == 0
    before = contents(tmp_path / "data")
    labels("split", export_of(tmp_path / "export.json", each=4), tmp_path / "split")
    write(tmp_path / "split" / "test.json", [task(1, labels=("SITE", "AGE"))])
    assert "'AGE'" in refusal("convert", tmp_path / "split", tmp_path / "data", "--labels", project)
    assert contents(tmp_path / "data") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("split", "absent.json", "out"), "absent.json"),
        (("split", "folder", "out"), "folder"),
        (("split", "truncated.json", "out"), "tronqué"),
        (("split", "export.json", "out", "--proportions", "0.5", "0.2", "0.2"), "somme"),
        (("split", "export.json", "out", "--document-key", "gddid"), "data.gddid"),
        (("convert", "export.json", "out", "--labels", "absent.xml"), "absent.xml"),
        (("convert", "export.json", "out", "--labels", "other.xml"), "export.json, tâche 0 : étiquette 'SITE'"),
        (("convert", "export.json", "out", "--labels", "project.xml", "--rename", "Site"), "ANCIEN=NOUVEAU"),
        (("convert", "export.json", "out", "--labels", "project.xml", "--text-key", "texte"), "aucun passage"),
        (("convert", "folder", "out", "--labels", "project.xml"), "folder"),
        (("stats", "truncated.json"), "tronqué"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_bad_input_is_refused_in_one_line_and_writes_nothing(tmp_path, project, monkeypatch, arguments, words):
    export = export_of(tmp_path / "export.json")
    (tmp_path / "truncated.json").write_bytes(export.read_bytes()[:-200])
    (tmp_path / "other.xml").write_text(project_xml(["AGE"]), encoding="utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert words in refusal(*arguments)
    assert not list(tmp_path.glob("out/*"))
