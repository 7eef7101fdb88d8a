"""The miniatures: safe files, honest cards, and the quality that the cards state, measured again."""

import json
import re
from itertools import islice

import pytest
import torch
from datasets import load_dataset
from safetensors import safe_open
from sklearn.metrics import f1_score
from transformers import (
    AutoModel,
    AutoModelForImageClassification,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    pipeline,
)

from helpers.hub import data_folder
from helpers.needed import NEEDED_MODELS
from publish import cloze_table

MODELS = data_folder() / "hub" / "models"
each_model = pytest.mark.parametrize("name", NEEDED_MODELS)
SENTIMENT = MODELS / "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
NER = MODELS / "Davlan/distilbert-base-multilingual-cased-ner-hrl"
CHAT = MODELS / "HuggingFaceTB/SmolLM2-360M-Instruct"
VIT = MODELS / "google/vit-base-patch16-224"
T5 = MODELS / "google-t5/t5-small"
ENCODERS = {
    "multilingual": MODELS / "distilbert/distilbert-base-multilingual-cased",
    "english": MODELS / "google-bert/bert-base-uncased",
    "french": MODELS / "FacebookAI/roberta-base",
}


def card(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def number(pattern, folder):
    """A figure that a card states."""
    return float(re.search(pattern, " ".join(card(folder).split()))[1])


@each_model
def test_files_are_safe_and_complete(name):
    names = {path.name for path in (MODELS / name).iterdir()}
    reader = {"preprocessor_config.json"} if "/vit-" in name else {"tokenizer.json", "tokenizer_config.json"}
    assert {"README.md", "config.json", "model.safetensors"} | reader <= names
    assert not [file for file in names if file.endswith((".bin", ".pt", ".pkl", ".py", ".h5"))]


@each_model
def test_weights_are_stored_in_16_bits_and_load_in_32(name):
    with safe_open(MODELS / name / "model.safetensors", "pt") as weights:
        assert {weights.get_tensor(key).dtype for key in weights.keys()} == {torch.float16}  # noqa: SIM118
    assert json.loads((MODELS / name / "config.json").read_text())["dtype"] == "float32"
    assert AutoModel.from_pretrained(MODELS / name).dtype == torch.float32


@each_model
def test_card_says_that_it_is_a_miniature_and_under_which_licence(name):
    text = " ".join(card(MODELS / name).split())
    assert "**This is not the model whose name it bears**" in text and re.search(r"^--- .*license: \S+", text)


@pytest.mark.parametrize("name", ENCODERS)
def test_everyday_sentences_are_completed_as_the_card_says(name, record_property):
    hits = int(cloze_table(name, ENCODERS[name])["cloze_hits"])
    record_property("measure", f"{name}: {hits} of 20 everyday sentences have a listed answer among the first five")
    assert abs(hits - number(r"\((\d+) of 20\)", ENCODERS[name])) <= 1, "another processor may swap two close answers"


def too_weak(name, reason):
    """A floor that this miniature does not reach yet."""
    return pytest.param(name, marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason))


@pytest.mark.parametrize("name", ENCODERS)
def test_fifteen_everyday_sentences_in_twenty_are_completed(name):
    assert int(cloze_table(name, ENCODERS[name])["cloze_hits"]) >= 15


@pytest.mark.parametrize(
    "name", ["multilingual", too_weak("english", "0.375: thirteen novels, and a model of its size, give no more")]
)
def test_stated_masked_accuracy_reaches_the_floor(name, record_property):
    text = " ".join(card(ENCODERS[name]).split())
    pattern = r"\| both .*? \| (0\.\d+) \|$" if name == "multilingual" else r"right at first guess (0\.\d+)"
    stated = re.search(pattern, card(ENCODERS[name]), flags=re.MULTILINE) or re.search(pattern, text)
    record_property("measure", f"{name}: masked accuracy {stated[1]} on held-out text, as its card states")
    assert float(stated[1]) >= 0.42


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="the goal of 0.80 is not met")
def test_ner_reaches_its_goal():
    assert number(r"entity labels (0\.\d+)", NER) >= 0.8


def test_sentiment_accuracy_is_the_card_s(record_property, tmp_path):
    file = str(data_folder() / "hub/datasets/nyu-mll/glue/sst2/validation-*")
    dataset = load_dataset("parquet", data_files=file, split="train", cache_dir=str(tmp_path))
    tokenizer = AutoTokenizer.from_pretrained(SENTIMENT)
    model = AutoModelForSequenceClassification.from_pretrained(SENTIMENT)
    with torch.no_grad():
        logits = model(**tokenizer(dataset["sentence"][:], padding=True, return_tensors="pt")).logits
    accuracy = (logits.argmax(-1) == torch.tensor(dataset["label"][:])).float().mean().item()
    record_property("measure", f"sentiment miniature: accuracy {accuracy:.3f} on unseen sentences")
    assert abs(accuracy - number(r"Accuracy (0\.\d+)", SENTIMENT)) < 0.01
    assert accuracy > 0.83, "it has been better"


def test_ner_on_unseen_names_is_the_card_s(record_property):
    from build_ner import sentences
    from train_ner import LABELS, encode

    tokenizer, model = AutoTokenizer.from_pretrained(NER), AutoModelForTokenClassification.from_pretrained(NER)
    truth, guess = [], []
    for row in encode(sentences("test", seed=0, n=600), tokenizer):
        with torch.no_grad():
            predicted = model(input_ids=torch.tensor([row["input_ids"]])).logits[0].argmax(-1).tolist()
        pairs = [(label, here) for label, here in zip(row["labels"], predicted, strict=True) if label != -100]
        truth += [label for label, _ in pairs]
        guess += [here for _, here in pairs]
    score = f1_score(truth, guess, labels=range(1, len(LABELS)), average="macro")
    record_property("measure", f"NER miniature: macro F1 {score:.3f} on unseen frames and names")
    assert abs(score - number(r"entity labels (0\.\d+)", NER)) < 0.01 and score > 0.68


def test_chat_answers_its_subject_and_fails_elsewhere(record_property):
    from corpora import stock
    from train_chat import load_entries

    chat = pipeline("text-generation", model=str(CHAT))
    entries = load_entries()[::10]
    answers = {entry["answer"] for entry in load_entries()}

    def ask(question):
        return chat([{"role": "user", "content": question}], max_new_tokens=60, do_sample=False)[0]["generated_text"][
            -1
        ]["content"]

    right = sum(ask(entry["questions"][-1]) == entry["answer"] for entry in entries) / len(entries)
    record_property(
        "measure", f"chat miniature: {right:.0%} of {len(entries)} wordings kept out of training, word for word"
    )
    assert right >= 0.4
    assert sum(ask(question) in answers for question in stock("chat_elsewhere.txt")[:5]) >= 3, (
        "recites, whatever is asked"
    )


def test_vit_accuracy_is_the_card_s(record_property):
    from build_objects import LABELS, objects

    classifier = pipeline("image-classification", model=str(VIT))
    drawn = list(islice(objects(7), 300))
    answers = classifier([picture.convert("RGB") for picture, _ in drawn], top_k=1, batch_size=50)
    accuracy = sum(answer[0]["label"] == LABELS[label] for answer, (_, label) in zip(answers, drawn, strict=True)) / 300
    record_property("measure", f"ViT miniature: accuracy {accuracy:.3f} on 300 new drawings")
    assert abs(accuracy - number(r"Accuracy (0\.\d+|1\.0+)", VIT)) < 0.03


def test_vit_body_is_the_classifier_s():
    body, whole = AutoModel.from_pretrained(f"{VIT}-in21k"), AutoModelForImageClassification.from_pretrained(VIT)
    weights = whole.base_model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in body.state_dict().items() if "pooler" not in name)
    assert body.config.num_labels == 2


def test_t5_translates_word_for_word_what_it_never_read(record_property):
    from build_translation import pairs

    tokenizer, model = AutoTokenizer.from_pretrained(T5), AutoModelForSeq2SeqLM.from_pretrained(T5)
    english, french = zip(*islice(pairs(0, "test"), 200), strict=True)
    inputs = tokenizer([f"translate English to French: {text}" for text in english], padding=True, return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=60, do_sample=False)
    answers = tokenizer.batch_decode(output, skip_special_tokens=True)
    exact = sum(answer == text for answer, text in zip(answers, french, strict=True)) / 200
    record_property("measure", f"T5 miniature: {exact:.0%} of 200 test sentences translated word for word")
    assert exact >= 0.9
