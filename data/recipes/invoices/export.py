"""The pages as a Label Studio export, with the blemishes of real ones, and as lines of words."""

import random
import zlib
from typing import Any

from helpers.documents import CLASSES
from helpers.labelstudio import project_xml

from .pages import Field, Page

ANNOTATORS = ("camille@atelier.example", "noor@atelier.example", "sacha@atelier.example", "yann@atelier.example")
# Share of tasks with a cancelled attempt, and how far from the ink, in pixels, an annotator draws a box.
CANCELLED, CARELESS = 0.04, 2.2
DECIMALS = 4  # of a percentage: a thousandth of a pixel


def region(key: str, field: Field, page: Page, rng: random.Random) -> list[dict[str, Any]]:
    """Return the rectangle and the transcription of a field, sharing an id, as an annotator would draw it."""
    wide, high = page.size
    gaps = [rng.uniform(0.3, CARELESS) for _ in range(4)]
    left, top = max(0.0, field.box[0] - gaps[0]), max(0.0, field.box[1] - gaps[1])
    right, bottom = min(float(wide), field.box[2] + gaps[2]), min(float(high), field.box[3] + gaps[3])
    shares = {"x": left / wide, "y": top / high, "width": (right - left) / wide, "height": (bottom - top) / high}
    place = {name: round(100 * share, DECIMALS) for name, share in shares.items()} | {"rotation": 0}
    common = {"id": key, "to_name": "image", "original_width": wide, "original_height": high, "image_rotation": 0}
    return [
        common | {"from_name": "label", "type": "rectanglelabels", "value": place | {"rectanglelabels": [field.label]}},
        common | {"from_name": "transcription", "type": "textarea", "value": place | {"text": [field.text]}},
    ]


def regions(page: Page, rng: random.Random) -> list[dict[str, Any]]:
    """Return the results of an annotation of a page."""
    return [part for field in page.fields for part in region(f"{rng.getrandbits(40):010x}", field, page, rng)]


def second_opinion(
    first: list[dict[str, Any]], other: list[dict[str, Any]], rng: random.Random
) -> list[dict[str, Any]]:
    """Return the first annotator's regions as another left them: the last missing, some drawn again, most alike."""
    found = []
    for start in range(0, len(first) - 2, 2):
        found += (other if rng.random() < 0.2 else first)[start : start + 2]
    return found


def annotation(number: int, who: str, results: list[dict[str, Any]], created: str, **fields: bool) -> dict[str, Any]:
    """Return one annotation, as Label Studio writes it."""
    return {
        "id": number, "completed_by": {"email": who}, "result": results, "was_cancelled": False, "ground_truth": False,
        "created_at": created, "lead_time": 48.5,
    } | fields  # fmt: skip


def task(number: int, page: Page, twice: bool) -> dict[str, Any]:
    """Return the task of a page; of two annotations, the first is marked as ground truth."""
    rng = random.Random(f"export-{page.name}")
    who, other = rng.sample(ANNOTATORS, 2)
    annotations = []
    if rng.random() < CANCELLED:
        annotations.append(annotation(10 * number, other, [], "2024-09-02T08:00:00Z", was_cancelled=True))
    first = regions(page, rng)
    annotations.append(annotation(10 * number + 1, who, first, "2024-09-03T09:00:00Z", ground_truth=twice))
    if twice:
        again = second_opinion(first, regions(page, rng), rng)
        annotations.append(annotation(10 * number + 2, other, again, "2024-09-10T10:00:00Z"))
    upload = f"{zlib.crc32(page.name.encode()):08x}-{page.name}"
    data = {"image": f"/data/upload/1/{upload}", "document": page.document, "supplier": page.supplier.name}
    return {
        "id": number,
        "data": data | {"page": page.number},
        "annotations": annotations,
        "predictions": [],
        "drafts": [],
    }


def beyond(tasks: list[dict[str, Any]]) -> None:
    """Let the box that is nearest to the right edge reach a little over it."""
    results = [r for task in tasks for a in task["annotations"] for r in a["result"] if r["type"] == "rectanglelabels"]
    last = max(results, key=lambda result: result["value"]["x"] + result["value"]["width"])
    for task in tasks:
        for each in task["annotations"]:
            for result in each["result"]:
                if result["id"] == last["id"]:
                    result["value"] = result["value"] | {"width": 100.04 - result["value"]["x"]}


def interface() -> str:
    """Return the labelling interface of the project."""
    return project_xml(CLASSES, "page", to_name="image")


def export(pages: list[Page]) -> list[dict[str, Any]]:
    """Return every task: one has two annotators, one a region without transcription, one a box over the edge."""
    middle = next((n for n, page in enumerate(pages) if n >= len(pages) // 3 and len(page.fields) > 4), 0)
    tasks = [task(number, page, number == middle + 1) for number, page in enumerate(pages, start=1)]
    results = tasks[len(tasks) // 2]["annotations"][-1]["result"]
    if results:
        results.remove(next(result for result in results if result["type"] == "textarea"))
    beyond(tasks)
    return tasks


def record(page: Page) -> dict[str, Any]:
    """Return what a perfect reader would find on a page: words, pixel boxes, classes, fields and values."""
    return {
        "image": f"pages/{page.name}", "document": page.document, "page": page.number, "pages": page.count,
        "supplier": page.supplier.name, "layout": page.supplier.layout.name, "split": page.supplier.split,
        "width": page.size[0], "height": page.size[1], "wear": page.wear.kind, "skew": round(page.wear.skew, 2),
        "words": [word.text for word in page.words], "boxes": [list(word.box) for word in page.words],
        "labels": [word.label for word in page.words], "fields": page.strings, "values": page.values,
        "document_values": page.document_values,
    }  # fmt: skip
