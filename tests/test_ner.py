"""Named entities: words and BIO labels, windows and scores, by hand and over generated cases."""

import subprocess
import sys
import time
import warnings
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_ner import TOKENIZER
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoTokenizer, EvalPrediction

from helpers.metrics import compute_entity_metrics
from helpers.ner import IGNORED, Alignment, Passage, encode, label_list, runs, stitch, to_bio, words_of
from helpers.ner.predict import best_sequence
from helpers.ner.scores import confusion, evaluate

LABELS = ["SITE", "ALTI", "B-I"]
no_deadline = settings(deadline=None, max_examples=60)


def bio(text, *entities, alignment=None):
    """Words and labels of a text whose entities are given as (text, label), each found once."""
    places = tuple((text.index(part), text.index(part) + len(part), label) for part, label in entities)
    words = words_of(text)
    labels = to_bio(Passage("p", "d", text, places), words, alignment)
    return [text[start:end] for start, end in words], labels


def entities_of(labels, words):
    """Entities (start, end, label) of BIO labels, in characters."""
    return [(words[first][0], words[last][1], label) for first, last, label in runs(labels)]


def test_what_needs_no_torch_loads_none():
    heavy = "{'torch', 'transformers', 'datasets', 'mlflow'}"
    code = f"import helpers.cli, helpers.ner, sys; print({heavy} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


# Words and their labels.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'aulne d’eau", ["l'", "aulne", "d’", "eau"]),
        ("<a.b-c@d.fr>. a@b", ["<", "a.b-c@d.fr", ">", ".", "a", "@", "b"]),
        ("1.5 m, 2,143.0; 3.", ["1.5", "m", ",", "2,143.0", ";", "3", "."]),
        ("45°13'42\" N", ["45", "°", "13'", "42", '"', "N"]),
        ("aujourd'hui 6°' x_1", ["aujourd'", "hui", "6", "°", "'", "x_1"]),
        (" \t\n", []),
    ],
    ids=["elision", "e-mail", "decimals", "coordinates", "apostrophes", "blank"],
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
    _, labels = bio(text, (entity, "X"))
    assert [text[start:end] for start, end, _ in entities_of(labels, words_of(text))] == [entity]


def test_an_entity_that_begins_inside_a_word_labels_that_word_and_is_reported():
    alignment = Alignment()
    words, labels = bio("la sousrégion alpine est", ("région", "REGION"), alignment=alignment)
    assert dict(zip(words, labels, strict=True)) == {"la": "O", "sousrégion": "B-REGION", "alpine": "O", "est": "O"}
    assert alignment.cut == [("p", 7, 13, "REGION")] and not alignment.lost


def test_of_two_entities_in_a_word_the_larger_keeps_it_and_the_other_is_lost():
    alignment = Alignment()
    _, labels = bio("Combe-Noire12m là", ("Noire", "SITE"), ("12m", "ALTI"), alignment=alignment)
    assert labels == ["B-SITE", "O"]
    assert alignment.lost == [("p", 11, 14, "ALTI")] and alignment.cut == [("p", 6, 11, "SITE")]


def test_a_long_document_is_labelled_in_no_time():
    text, size = "mot " * 20_000, 4
    entities = tuple((rank * size * 4, rank * size * 4 + 3, "X") for rank in range(5_000))
    words, started = words_of(text), time.process_time()
    labels = to_bio(Passage("p", "d", text, entities), words)
    assert time.process_time() - started < 1 and labels.count("B-X") == 5_000


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
    assert tuple(entities_of(labels, words)) == entities and alignment == Alignment()
    for before, label in pairwise(["O", *labels]):
        assert not label.startswith("I-") or before[2:] == label[2:]


@no_deadline
@given(st.data())
def test_any_disjoint_entities_are_kept_or_reported(data):
    text = data.draw(texts)
    entities = disjoint(data.draw, [(place, place + 1) for place in range(len(text))])
    words, alignment = words_of(text), Alignment()
    found = entities_of(to_bio(Passage("p", "d", text, entities), words, alignment), words)
    told = {row[1:] for row in (*alignment.cut, *alignment.lost)}
    assert len(found) == len(entities) - len(alignment.lost)
    assert {entity for entity in entities if entity not in found} == told


# Windows.


@pytest.fixture(scope="module", params=["word pieces", "byte level"])
def tokenizer(request, tmp_path_factory):
    """The course's multilingual tokenizer, and one made like RoBERTa's, saved and loaded as a training does."""
    if request.param == "word pieces":
        return AutoTokenizer.from_pretrained(TOKENIZER)
    folder, pieces = tmp_path_factory.mktemp("roberta"), ByteLevelBPETokenizer()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces.train_from_iterator(["le lac de Verdassière constitue"], 300, special_tokens=specials)
    pieces.save_model(str(folder))
    (folder / "config.json").write_text('{"model_type": "roberta"}')
    AutoTokenizer.from_pretrained(folder, add_prefix_space=True).save_pretrained(folder / "saved")
    (folder / "saved" / "config.json").write_text('{"model_type": "roberta"}')
    return AutoTokenizer.from_pretrained(folder / "saved")


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
    kept = {word for held in windows for word in held["word_ids"]}
    assert read == [label if rank in kept else "O" for rank, label in enumerate(labels)]
    assert {word for rank, word in enumerate(words) if rank not in kept} <= {"\u200b"}


def test_a_word_in_two_windows_is_read_where_it_has_more_room():
    windows = [{"word_ids": [-1, 0, 1, 2, 3, -1]}, {"word_ids": [-1, 2, 3, 4, 5, -1]}]
    scores = [np.full((6, 1), 10.0), np.full((6, 1), 20.0)]
    assert stitch(windows, scores, 6)[:, 0].tolist() == [10, 10, 10, 20, 20, 20]


# Scores, by hand.

A_A_O_B, A_A_O_A = ["B-A", "I-A", "O", "B-B"], ["B-A", "I-A", "O", "B-A"]


def test_words_and_entities_are_counted_apart():
    results = evaluate([A_A_O_B], [A_A_O_A], ["A", "B"])
    assert results["token"]["accuracy"] == 0.75
    assert results["token"]["by_type"]["A"] == {
        "precision": 2 / 3,
        "recall": 1.0,
        "f1": pytest.approx(0.8),
        "support": 2,
    }
    assert [results["token"][name] for name in ("precision", "recall", "f1")] == pytest.approx([2 / 3] * 3)
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


# The best sequence of labels.


NAMES = dict(enumerate(label_list(["A", "B"])))


def may_follow(before, label):
    return not label.startswith("I-") or before in (f"B-{label[2:]}", label)


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_best_sequence_is_the_most_probable_well_formed_one(length, seed):
    scores = np.random.default_rng(seed).dirichlet(np.ones(len(NAMES)), length)
    well_formed = [
        path
        for path in product(range(len(NAMES)), repeat=length)
        if all(may_follow(NAMES[a], NAMES[b]) for a, b in pairwise((0, *path)))
    ]
    best = max(well_formed, key=lambda path: np.log(scores[range(length), path]).sum())
    assert best_sequence(scores, NAMES) == list(best)


def test_an_empty_passage_has_no_label():
    assert best_sequence(np.zeros((0, len(NAMES))), NAMES) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'aulne des Hautes-Vosges", ["l'", "aulne", "des", "Hautes-Vosges"]),
        ("jean.le-bris@labo-x.fr.", ["jean.le-bris@labo-x.fr", "."]),
        ("45,21° N – 2.5 m", ["45,21", "°", "N", "–", "2.5", "m"]),
        ("un e\u0301te\u0301", ["un", "e\u0301te\u0301"]),
    ],
)
def test_words_keep_together_what_is_one_name_or_number(text, words):
    assert [text[start:end] for start, end in words_of(text)] == words
