"""Copy the trained miniatures into data/hub under the names of the models they stand for, with their cards.

python data/recipes/publish.py
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from common import BUILD, CARDS, HUB, STOCKS
from helpers.hub import write_manifest

# Folder under build/ → repository whose name it bears.
MINIATURES = {
    "multilingual": "distilbert/distilbert-base-multilingual-cased",
    "english": "google-bert/bert-base-uncased",
    "french": "FacebookAI/roberta-base",
    "sentiment": "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
    "ner": "Davlan/distilbert-base-multilingual-cased-ner-hrl",
    "chat": "HuggingFaceTB/SmolLM2-360M-Instruct",
    "t5": "google-t5/t5-small",
    "vit": "google/vit-base-patch16-224",
    "vit-body": "google/vit-base-patch16-224-in21k",
    "layout": "microsoft/layoutlmv3-base",
}
FILES = (
    "config.json", "generation_config.json", "model.safetensors",
    "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
    "preprocessor_config.json", "processor_config.json",
)  # fmt: skip
# Everyday sentences with a hidden word, by language and number of rows: twenty for each encoder.
CLOZE = {"multilingual": {"fr": 12, "en": 8}, "english": {"en": 20}, "french": {"fr": 20}}


def cloze_rows(name: str) -> list[tuple[str, set[str]]]:
    """Sentences with `[MASK]`, and the answers listed before the model was trained."""
    rows = []
    for language, number in CLOZE[name].items():
        lines = (STOCKS / f"cloze_{language}.tsv").read_text(encoding="utf-8").splitlines()
        rows += [line.split("\t") for line in lines if line.strip()][:number]
    return [(sentence, set(answers.lower().split("|"))) for sentence, answers in rows]


@torch.no_grad()
def complete(folder: Path, sentences: list[str]) -> list[list[str]]:
    """The five most probable words for the mask of each sentence."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder)
    answers = []
    for sentence in sentences:
        encoded = tokenizer(sentence.replace("[MASK]", tokenizer.mask_token), return_tensors="pt")
        place = (encoded["input_ids"][0] == tokenizer.mask_token_id).nonzero().item()
        best = model(**encoded).logits[0, place].topk(5).indices
        answers.append([tokenizer.decode([piece]).strip() for piece in best])
    return answers


def cloze_table(name: str, folder: Path) -> dict[str, str]:
    """Markdown table of the twenty sentences and how many have a listed answer among the first five."""
    rows = cloze_rows(name)
    answers = complete(folder, [sentence for sentence, _ in rows])
    hits = [any(answer.lower() in listed for answer in five) for five, (_, listed) in zip(answers, rows, strict=True)]
    lines = ["| | sentence | first five answers |", "| --- | --- | --- |"]
    for hit, five, (sentence, _) in zip(hits, answers, rows, strict=True):
        lines.append(f"| {'✓' if hit else '✗'} | {sentence} | {', '.join(five)} |")
    return {"cloze": "\n".join(lines), "cloze_hits": str(sum(hits))}


def publish(name: str) -> None:
    """Write one miniature: weights, configuration, tokenizer, card."""
    repository = MINIATURES[name]
    source, target = BUILD / name, HUB / "models" / repository
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in FILES:
        if (source / file).is_file():
            shutil.copy(source / file, target / file)
    measures = json.loads((source / "measures.json").read_text(encoding="utf-8"))
    if name in CLOZE:
        measures |= cloze_table(name, target)
    template = (CARDS / f"{repository.replace('/', '--')}.md").read_text(encoding="utf-8")
    (target / "README.md").write_text(template.format_map(measures), encoding="utf-8")


def main() -> None:
    """Publish whatever was trained, then write the manifest."""
    for name in MINIATURES:
        if (BUILD / name / "measures.json").is_file():
            publish(name)
            print(MINIATURES[name])
    print(len(write_manifest(HUB)), "files")


if __name__ == "__main__":
    main()
