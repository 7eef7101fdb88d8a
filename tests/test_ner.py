"""Named entities: words and BIO labels, windows, scores, corpora and settings, by hand and over generated cases."""

import json
import warnings
from collections import Counter
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, EvalPrediction

from helpers.labelstudio import ExportError, Report
from helpers.metrics import compute_entity_metrics
from helpers.ner import (
    IGNORED,
    Alignment,
    Passage,
    SettingsError,
    convert,
    encode,
    from_bio,
    label_list,
    load_settings,
    read_converted,
    read_passages,
    rename_pairs,
    runs,
    split_export,
    stitch,
    to_bio,
    words_of,
)
from helpers.ner.corpus import SIDES, assign, digest
from helpers.ner.scores import confusion, evaluate
from small_ner import TOKENIZER, region, task, write

LABELS = ["SITE", "ALTI", "B-I"]
no_deadline = settings(deadline=None, max_examples=60)


def bio(text, *entities, alignment=None):
    """Words and labels of a text whose entities are given as (text, label), each found once."""
    places = tuple((text.index(part), text.index(part) + len(part), label) for part, label in entities)
    words = words_of(text)
    labels = to_bio(Passage("p", "d", text, places), words, alignment)
    return [text[start:end] for start, end in words], labels


# Words and their labels.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'aulne d’eau", ["l'", "aulne", "d’", "eau"]),
        ("a.b-c@d.fr", ["a", ".", "b", "-", "c", "@", "d", ".", "fr"]),
        ("45°13'42\" N", ["45", "°", "13'", "42", '"', "N"]),
        ("aujourd'hui 6°' x_1", ["aujourd'", "hui", "6", "°", "'", "x_1"]),
        (" \t\n", []),
    ],
    ids=["elision", "e-mail", "coordinates", "apostrophes", "blank"],
)
def test_words_keep_elisions_apart_and_marks_alone(text, words):
    assert [text[start:end] for start, end in words_of(text)] == words


def test_elision_takes_no_label_of_its_noun():
    alignment = Alignment()
    _, labels = bio("près de l'aulne, l'eau", ("aulne", "TAXA"), alignment=alignment)
    assert labels == ["O", "O", "O", "B-TAXA", "O", "O", "O"] and alignment == Alignment()


@pytest.mark.parametrize(
    ("text", "entity"), [("écrire à a.b-c@d.fr.", "a.b-c@d.fr"), ("à 45°13'42\" N, 6°01'08\" E.", "45°13'42\" N")]
)
def test_an_entity_of_marks_and_words_is_one(text, entity):
    words, labels = bio(text, (entity, "X"))
    assert [text[start:end] for start, end, _ in from_bio(labels, words_of(text))] == [entity]
    assert labels.count("B-X") == 1 and set(labels[words.index(entity[0]) + 1 : labels.index("I-X")]) <= {"O"}


def test_an_entity_that_begins_inside_a_word_labels_that_word_and_is_reported():
    alignment = Alignment()
    words, labels = bio("la sousrégion alpine est", ("région", "REGION"), alignment=alignment)
    assert dict(zip(words, labels, strict=True)) == {"la": "O", "sousrégion": "B-REGION", "alpine": "O", "est": "O"}
    assert alignment.cut == [("p", 7, 13, "REGION")] and not alignment.lost


def test_of_two_entities_in_a_word_the_larger_keeps_it_and_the_other_is_lost():
    alignment = Alignment()
    _, labels = bio("Combe-Noire12m là", ("Noire", "SITE"), ("12m", "ALTI"), alignment=alignment)
    assert labels == ["O", "O", "B-SITE", "O"]
    assert alignment.lost == [("p", 11, 14, "ALTI")] and alignment.cut == [("p", 6, 11, "SITE")]


def test_an_entity_without_a_word_is_lost():
    alignment = Alignment()
    assert to_bio(Passage("p", "d", "a  b", ((1, 3, "X"),)), [(0, 1), (3, 4)], alignment) == ["O", "O"]
    assert alignment.lost == [("p", 1, 3, "X")]


def test_a_stray_inside_label_opens_an_entity():
    assert runs(["I-A", "I-A", "I-B", "O", "I-B", "B-B"]) == [(0, 1, "A"), (2, 2, "B"), (4, 4, "B"), (5, 5, "B")]


def test_label_list_begins_with_outside():
    assert label_list(["X", "Y"]) == ["O", "B-X", "I-X", "B-Y", "I-Y"]


texts = st.text("ab é'’.@°1 \n😀", min_size=1, max_size=50)


def disjoint(draw, places):
    """Some disjoint stretches of consecutive places, labelled."""
    edges = sorted(draw(st.sets(st.integers(0, len(places)), max_size=8)))
    stretches = [(places[first], places[last - 1]) for first, last in pairwise(edges) if draw(st.booleans())]
    return tuple((start, end, draw(st.sampled_from(LABELS))) for (start, _), (_, end) in stretches)


@no_deadline
@given(st.data())
def test_entities_made_of_words_survive_bio(data):
    text = data.draw(texts)
    words = words_of(text)
    entities = disjoint(data.draw, words)
    alignment = Alignment()
    labels = to_bio(Passage("p", "d", text, entities), words, alignment)
    assert tuple(from_bio(labels, words)) == entities and alignment == Alignment()
    for before, label in pairwise(["O", *labels]):
        assert not label.startswith("I-") or before[2:] == label[2:]


@no_deadline
@given(st.data())
def test_any_disjoint_entities_are_kept_or_reported(data):
    text = data.draw(texts)
    entities = disjoint(data.draw, [(place, place + 1) for place in range(len(text))])
    words, alignment = words_of(text), Alignment()
    found = from_bio(to_bio(Passage("p", "d", text, entities), words, alignment), words)
    told = {row[1:] for row in (*alignment.cut, *alignment.lost)}
    assert len(found) == len(entities) - len(alignment.lost)
    assert {entity for entity in entities if entity not in found} == told


# Windows.


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(TOKENIZER)


LONG = "anticonstitutionnellement"
vocabulary = st.sampled_from(["le", "lac", "Verdassière", LONG, "2143", "°", "l'", "\u200b"])
rows_of_words = st.lists(st.tuples(vocabulary, st.sampled_from(label_list(LABELS))), min_size=1, max_size=30)
lengths = st.integers(3, 20).flatmap(lambda window: st.tuples(st.just(window), st.integers(0, window - 3)))


@no_deadline
@given(rows_of_words, lengths, st.booleans())
def test_windows_label_first_tokens_whatever_the_lengths(tokenizer, row, length, label_all_tokens):
    words, labels = (list(column) for column in zip(*row, strict=True))
    window, stride = length
    numbers = {name: rank for rank, name in enumerate(label_list(LABELS))}
    (whole,) = encode(words, tokenizer, window=100_000, stride=0)
    ids, owners = whole["input_ids"][1:-1], whole["word_ids"][1:-1]
    expected = []
    for rank, owner in enumerate(owners):
        if rank == 0 or owners[rank - 1] != owner:
            expected.append(numbers[labels[owner]])
        elif label_all_tokens:
            expected.append(numbers["O" if labels[owner] == "O" else "I" + labels[owner][1:]])
        else:
            expected.append(IGNORED)
    found = encode(words, tokenizer, labels, numbers, window, stride, label_all_tokens)
    for rank, held in enumerate(found):
        place = slice(rank * (window - 2 - stride), rank * (window - 2 - stride) + window - 2)
        assert held["input_ids"][1:-1] == ids[place] and held["word_ids"][1:-1] == owners[place]
        assert held["labels"] == [IGNORED, *expected[place], IGNORED]
    assert place.stop >= len(ids)


def test_a_window_that_begins_inside_a_word_ignores_its_rest(tokenizer):
    first, second, *_ = encode([LONG, "lac"], tokenizer, ["B-SITE", "O"], {"B-SITE": 1, "O": 0}, window=5, stride=1)
    assert first["labels"] == [IGNORED, 1, IGNORED, IGNORED, IGNORED]
    assert second["word_ids"][1] == 0 and second["labels"][1] == IGNORED


def test_label_all_tokens_goes_on_with_inside(tokenizer):
    numbers = {"O": 0, "B-SITE": 1, "I-SITE": 2}
    windows = encode([LONG], tokenizer, ["B-SITE"], numbers, window=5, stride=0, label_all_tokens=True)
    labels = [label for held in windows for label in held["labels"] if label != IGNORED]
    assert len(labels) > 4 and labels == [1] + [2] * (len(labels) - 1)


@no_deadline
@given(rows_of_words, lengths)
def test_stitching_reads_each_word_at_its_first_token(tokenizer, row, length):
    words, labels = (list(column) for column in zip(*row, strict=True))
    names = label_list(LABELS)
    window, stride = length

    def score(held):
        """The label of the word on its first token, another one on the others, one row per token."""
        wanted = [label if label != IGNORED else (7 if word >= 0 else 0)
                  for word, label in zip(held["word_ids"], held["labels"], strict=True)]  # fmt: skip
        return np.eye(8)[wanted]

    numbers = {name: rank for rank, name in enumerate(names)}
    stitched = []
    for size, shared in (length, (100_000, 0)):
        windows = encode(words, tokenizer, labels, numbers, size, shared)
        stitched.append(stitch(windows, [score(held) for held in windows], len(words)))
    assert np.array_equal(*stitched) and stitched[0].shape == (len(words), 8)
    read = [names[rank] for rank in stitched[0].argmax(-1)]
    assert read == ["O" if word == "\u200b" else label for word, label in row]


def test_a_word_in_two_windows_is_read_where_it_has_more_room():
    windows = [{"word_ids": [-1, 0, 1, 2, 3, -1]}, {"word_ids": [-1, 2, 3, 4, 5, -1]}]
    scores = [np.full((6, 1), 10.0), np.full((6, 1), 20.0)]
    assert stitch(windows, scores, 6)[:, 0].tolist() == [10, 10, 10, 20, 20, 20]


# Scores, by hand.

A_A_O_B, A_A_O_A = ["B-A", "I-A", "O", "B-B"], ["B-A", "I-A", "O", "B-A"]


def test_words_and_entities_are_counted_apart():
    results = evaluate([A_A_O_B], [A_A_O_A], ["A", "B"])
    assert results["token"]["accuracy"] == 0.75
    assert results["token"]["by_type"]["A"] == {"precision": 2 / 3, "recall": 1.0, "f1": pytest.approx(0.8), "support": 2}
    assert results["entity"]["f1"] == results["entity"]["precision"] == results["entity"]["recall"] == 0.5
    assert results["entity"]["by_type"]["B"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert results["counts"] == {"passages": 1, "words": 4, "entities": 2, "predicted": 2, "by_type": {"A": 1, "B": 1}}


@pytest.mark.parametrize(
    ("truth", "guess", "strict", "exact", "partial", "type_"),
    [
        (["B-A", "I-A"], ["B-A", "O"], "incorrect", "incorrect", "partial", "correct"),
        (["B-A", "I-A"], ["B-B", "I-B"], "incorrect", "correct", "correct", "incorrect"),
        (["B-A", "I-A"], ["O", "B-B"], "incorrect", "incorrect", "partial", "incorrect"),
        (["B-A", "I-A"], ["O", "O"], "missed", "missed", "missed", "missed"),
        (["O", "O"], ["B-A", "I-A"], "spurious", "spurious", "spurious", "spurious"),
        (["B-A", "I-A"], ["B-A", "I-A"], "correct", "correct", "correct", "correct"),
    ],
    ids=["boundary", "type", "both", "missed", "spurious", "right"],
)
def test_schemes_count_by_hand(truth, guess, strict, exact, partial, type_):
    schemes = evaluate([truth], [guess], ["A", "B"])["schemes"]
    for name, kind in {"strict": strict, "exact": exact, "partial": partial, "type": type_}.items():
        counts = {key: schemes[name][key] for key in ("correct", "incorrect", "partial", "missed", "spurious")}
        assert counts == dict.fromkeys(counts, 0) | {kind: 1}, name
        points = {"correct": 1.0, "partial": 0.5}.get(kind, 0.0)
        assert schemes[name]["f1"] == points


def test_half_right_boundaries_earn_half_a_point():
    truth = [["B-A", "I-A", "O", "B-B"]]
    guess = [["B-A", "O", "O", "B-B"]]
    schemes = evaluate(truth, guess, ["A", "B"])["schemes"]
    assert [schemes[name]["f1"] for name in ("strict", "exact", "partial", "type")] == [0.5, 0.5, 0.75, 1.0]


bio_rows = st.lists(
    st.lists(st.tuples(*[st.sampled_from(label_list("AB"))] * 2), min_size=1, max_size=12), min_size=1, max_size=5
)


@no_deadline
@given(bio_rows)
def test_entity_scores_are_those_of_equal_sets(rows):
    truth, guess = ([[pair[side] for pair in row] for row in rows] for side in (0, 1))
    sets = [{(rank, *entity) for rank, row in enumerate(side) for entity in runs(row)} for side in (truth, guess)]
    right, results = len(sets[0] & sets[1]), evaluate(truth, guess, ["A", "B"])
    both = len(sets[0]) + len(sets[1])
    expected = {"precision": right / max(len(sets[1]), 1), "recall": right / max(len(sets[0]), 1),
                "f1": 2 * right / max(both, 1)}  # fmt: skip
    for found in (results["entity"], results["schemes"]["strict"]):
        assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert (results["counts"]["entities"], results["counts"]["predicted"]) == (len(sets[0]), len(sets[1]))


def test_unequal_lengths_are_refused():
    for guess in ([["O"]], [["O", "O"], ["O"]]):
        with pytest.raises(ValueError, match="same number of words"):
            evaluate([["O", "O"]], guess, ["A"])


def test_no_entity_at_all_gives_zeros_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = evaluate([["O", "O"]], [["O", "O"]], ["A"])
        shares = confusion([["O", "O"]], [["O", "O"]], ["A"])
    parts = [results["token"], results["entity"], *results["schemes"].values()]
    assert all(part["precision"] == part["recall"] == part["f1"] == 0 for part in parts)
    assert results["token"]["accuracy"] == 1 and shares == [[0, 0], [0, 1]]


def test_confusion_shares_the_words_of_each_true_type():
    shares = confusion([["B-A", "I-A", "O", "B-B"]], [["I-A", "O", "O", "B-A"]], ["A", "B"])
    assert shares == [[0.5, 0, 0.5], [1, 0, 0], [0, 0, 1]]


def test_trainer_metrics_leave_out_ignored_tokens():
    names = label_list("AB")
    truth = np.array([[IGNORED, 1, IGNORED, 2, 0, 3], [IGNORED, 0, 0, IGNORED, IGNORED, IGNORED]])
    guess = np.array([[1, 1, 4, 2, 0, 1], [1, 0, 0, 3, 3, 3]])
    scores = compute_entity_metrics(names)(EvalPrediction(predictions=np.eye(5)[guess], label_ids=truth))
    assert scores == {"precision": 0.5, "recall": 0.5, "f1": 0.5}


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


@pytest.mark.parametrize("proportions", [(0.5, 0.5), (0.5, 0.6, -0.1), (0.5, 0.4, 0.2)])
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
    assert counts["export"] == digest(export) and counts["train"]["documents"] == len(documents["train"])
    before = json.loads(export.read_text(encoding="utf-8"))
    after = sorted((record for held in sides.values() for record in held), key=lambda record: record["id"])
    assert list(map(json.dumps, after)) == list(map(json.dumps, before))


def test_split_depends_on_its_seed_alone(tmp_path):
    export = export_of(tmp_path / "export.json")
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
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
    with pytest.raises(ExportError, match="train.json"):
        split_export(export, tmp_path)
    assert export.read_bytes() == before


def test_split_finds_the_documents_of_every_kind_of_export(tmp_path):
    minimal = [{"id": rank % 9, "text": "Le lac", "annotator": 1, "annotation_id": rank} for rank in range(18)]
    stored = [{"id": 50 + rank, "result": [], "task": {"id": rank % 9, "data": {"text": "Le lac"}}} for rank in range(18)]
    for name, records, number in (
        ("minimal", minimal, lambda record: record["id"]),
        ("stored", stored, lambda record: record["task"]["id"]),
    ):
        split_export(write(tmp_path / f"{name}.json", records), tmp_path / name)
        sides = [json.loads((tmp_path / name / f"{side}.json").read_text()) for side in SIDES]
        owners = [{number(record) for record in side} for side in sides]
        assert sum(map(len, sides)) == 18 and sum(map(len, owners)) == 9, name


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
    rows = [Passage("1", "a", text, places), Passage("2", "a", "Rien."), Passage("3", "b", "l'Aulne", ((2, 7, "SITE"),))]
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
    ("line", "words"),
    [
        (b'{"tokens": ["a"]}', "ligne 2"),
        (b"{", "ligne 2"),
        (b"[]", "ligne 2"),
        (b'{"id": "1", "tokens": ["a"], "starts": [0], "ends": [1], "labels": []}', "ligne 2"),
        (b'{"tokens": ["a"], "starts": [0], "ends": [1], "labels": ["O"]}', "ligne 2"),
        ('{"id": "é"}'.encode("latin-1"), "UTF-8"),
    ],
    ids=["fields", "truncated", "a list", "lengths", "no id", "latin-1"],
)
def test_a_file_that_was_not_converted_is_refused(tmp_path, line, words):
    convert([Passage("1", "a", "Rien.")], tmp_path / "p.jsonl")
    with (tmp_path / "p.jsonl").open("ab") as file:
        file.write(line)
    with pytest.raises(ExportError, match=words) as caught:
        read_converted(tmp_path / "p.jsonl")
    assert "p.jsonl" in str(caught.value) and "\n" not in str(caught.value)


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
