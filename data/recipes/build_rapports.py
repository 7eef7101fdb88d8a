"""Write the annotated field reports as a Label Studio export, with the blemishes that real exports have.

    python data/recipes/build_rapports.py

`stocks/rapports/` holds 152 reports by as many invented authors; each paragraph is a passage, its entities marked as
`{LABEL|text}`. The export has one task per passage, annotated by one or two of four annotators who do not always agree.
Nothing is lost by the blemishes: a careful reader finds every entity of the stock again.
"""

import json
import random
import re
from pathlib import Path
from typing import Any

from common import DATA, STOCKS
from helpers.labelstudio import project_xml

LABELS = ["SITE", "REGION", "TAXA", "AGE", "GEOG", "EMAIL", "ALTI"]
MARK = re.compile(r"\{(\w+)\|([^{}|]+)\}")
ANNOTATORS = ["camille@atelier.example", "noor@atelier.example", "sacha@atelier.example", "yann@atelier.example"]
# Shares of passages: annotated twice, with a cancelled attempt, with a prediction, kept for nobody.
TWICE, CANCELLED, PREDICTED, UNTOUCHED = 0.12, 0.05, 0.1, 0.02
# Shares of spans: with a blank at the edge, doubled by an overlapping one; and of documents that spell TAXA otherwise.
EDGE, OVERLAP, OTHER_SPELLING = 0.04, 0.02, 0.08
DISAGREEMENT = 0.1

Entity = tuple[int, int, str]


def unmarked(paragraph: str) -> tuple[str, list[Entity]]:
    """The plain text of a marked paragraph and its entities."""
    text, entities, last = "", [], 0
    for match in MARK.finditer(paragraph):
        text += paragraph[last : match.start()]
        entities.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return text + paragraph[last:], entities


def region(number: int, text: str, start: int, end: int, label: str) -> dict[str, Any]:
    """One result, as Label Studio writes it."""
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": f"r{number}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def blemished(text: str, entities: list[Entity], taxa: str, rng: random.Random) -> list[dict[str, Any]]:
    """Results in which some spans take a blank with them, and some have a shorter one of another label inside."""
    spans = []
    for start, end, label in entities:
        label = taxa if label == "TAXA" else label
        wider = end + 1 if rng.random() < EDGE and text[end : end + 1] == " " else end
        spans.append((start, wider, label))
        if rng.random() < OVERLAP and " " in text[start:end]:
            spans.append((text.index(" ", start) + 1, end, rng.choice([other for other in LABELS if other != label])))
    return [region(number, text, *span) for number, span in enumerate(spans)]


def second_opinion(text: str, entities: list[Entity], rng: random.Random) -> list[Entity]:
    """The same entities as another annotator saw them: some missed, some without their first word."""
    seen = []
    for start, end, label in entities:
        if rng.random() < DISAGREEMENT:
            if " " not in text[start:end]:
                continue
            start = text.index(" ", start) + 1
        seen.append((start, end, label))
    return seen


def annotation(number: int, who: str, results: list, created: str, **fields: bool) -> dict[str, Any]:
    """One annotation, as Label Studio writes it."""
    return {
        "id": number, "completed_by": {"email": who}, "result": results, "was_cancelled": False, "ground_truth": False,
        "created_at": created, "lead_time": 31.5,
    } | fields  # fmt: skip


def task(number: int, data: dict[str, str], entities: list[Entity], taxa: str, rng: random.Random) -> dict[str, Any]:
    """One passage with its annotations; of two, the first is marked as ground truth."""
    who, other = rng.sample(ANNOTATORS, 2)
    text, twice = data["text"], rng.random() < TWICE
    annotations = []
    if rng.random() < CANCELLED:
        annotations.append(annotation(10 * number, other, [], "2024-03-01T08:00:00Z", was_cancelled=True))
    if rng.random() >= UNTOUCHED:
        first = blemished(text, entities, taxa, rng)
        annotations.append(annotation(10 * number + 1, who, first, "2024-03-02T09:00:00Z", ground_truth=twice))
    if twice:
        again = [region(n, text, *span) for n, span in enumerate(second_opinion(text, entities, rng))]
        annotations.append(annotation(10 * number + 2, other, again, "2024-03-09T10:00:00Z"))
    guesses = [region(n, text, *span) for n, span in enumerate(entities[:1])] if rng.random() < PREDICTED else []
    predictions = [{"model_version": "regles-0", "score": 0.4, "result": guesses}] if guesses else []
    return {"id": number, "data": data, "annotations": annotations, "predictions": predictions, "drafts": []}


def build(seed: int = 0) -> list[dict[str, Any]]:
    """Every task, in the order of the documents."""
    rng, tasks = random.Random(seed), []
    for path in sorted((STOCKS / "rapports").glob("*.txt")):
        head, *paragraphs = path.read_text(encoding="utf-8").strip().split("\n\n")
        author, title = (line.split(": ", 1)[1] for line in head.splitlines())
        taxa = "Taxa" if rng.random() < OTHER_SPELLING else "TAXA"
        for rank, paragraph in enumerate(paragraphs, start=1):
            text, entities = unmarked(paragraph)
            data = {"text": text, "document": path.stem, "title": title, "author": author, "passage": rank}
            tasks.append(task(len(tasks) + 1, data, entities, taxa, rng))
    return tasks


def main(folder: Path = DATA / "labelstudio" / "rapports") -> None:
    """Write the export and the project's interface."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(task, ensure_ascii=False) for task in build())
    (folder / "export.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    (folder / "project.xml").write_text(project_xml(LABELS), encoding="utf-8")


if __name__ == "__main__":
    main()
