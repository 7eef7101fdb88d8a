"""Reading a Label Studio export of half a gigabyte: the converter of label-studio-sdk against `helpers.labelstudio`.

python benchmarks/labelstudio.py               prints the ratios
python benchmarks/labelstudio.py conll2003 42  one run with this seed, one JSON line (so do `json_min` and `ours`)

All read the same 200,000 tasks, made of passages of data/labelstudio/rapports, on one line as Label Studio writes them.
conll2003: the converter streams with ijson, cuts the texts into words and writes a tagged file, which its users train
on. json_min: it writes spans as they stand, to be read again. Ours: `read_export` keeping every annotation, as the
converter does, and `settle`: disjoint (start, end, label) triples whose offsets were checked. All find the same spans.
"""

import importlib.util
import json
import random
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from common import alternate, report
from helpers.files import replacing
from helpers.labelstudio import Report, read_export, read_labels, settle

TASKS = 200_000
DATA = Path(__file__).parents[1] / "data/labelstudio/rapports"
FOLDER = Path(__file__).parents[1] / "build/bench"
LABELS = read_labels(DATA / "project.xml")
# The converter's file of each format, and what marks a span in it.
OUTPUTS = {"conll2003": ("result.conll", " -X- _ B-"), "json_min": ("result.json", '"labels": [')}
PEAK_UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in a megabyte
Passage = tuple[str, list[tuple[int, int, str]]]  # a text and its spans


def passages() -> list[Passage]:
    """The annotated texts of the reports' export, with the spans of the project's labels."""
    found = []
    for task in read_export(DATA / "export.json", Report()):
        spans = [s for made in task.annotations for s in made.spans if set(s.labels) <= set(LABELS)]
        found.append((task.text or "", settle(spans, LABELS, task.id, Report())))
    return [(text, spans) for text, spans in found if spans]


def joined(rng: random.Random, pool: list[Passage]) -> Passage:
    """Two or three passages as one text, with two to six of their spans; one in thirty takes a blank along."""
    text, spans = "", []
    for passage, places in rng.choices(pool, k=rng.randint(2, 3)):
        spans += [(len(text) + start, len(text) + end, label) for start, end, label in places]
        text += passage + " "
    kept = sorted(rng.sample(spans, min(len(spans), rng.randint(2, 6))))
    return text, [(start, end + (text[end] == " " and rng.random() < 1 / 30), label) for start, end, label in kept]


def annotation(rng: random.Random, number: int, text: str, spans: list[tuple[int, int, str]]) -> dict[str, Any]:
    """One annotation or prediction, one in twenty cancelled, with the fields that Label Studio writes."""
    results = [
        {"value": {"start": start, "end": end, "text": text[start:end], "labels": [label]}, "origin": "manual",
         "id": f"{rng.getrandbits(40):010x}", "from_name": "label", "to_name": "text", "type": "labels"}
        for start, end, label in spans
    ]  # fmt: skip
    day = f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(8, 18):02}:{rng.randint(0, 59):02}"
    return {
        "id": number, "completed_by": rng.randint(1, 9), "result": results, "was_cancelled": rng.random() < 0.05,
        "ground_truth": rng.random() < 0.1, "created_at": f"{day}:07.120934Z", "updated_at": f"{day}:42.538112Z",
        "draft_created_at": None, "lead_time": round(rng.uniform(5, 90), 3), "prediction": {}, "import_id": None,
        "result_count": len(spans), "unique_id": str(uuid.UUID(int=rng.getrandbits(128))), "last_action": None,
        "task": number // 3, "project": 7, "updated_by": rng.randint(1, 9), "parent_prediction": None,
        "parent_annotation": None, "last_created_by": None,
    }  # fmt: skip


def task(rng: random.Random, number: int, pool: list[Passage]) -> dict[str, Any]:
    """One task: most have one annotation, a few none or two; some have predictions and drafts, which are not gold."""
    text, spans = joined(rng, pool)
    made = [annotation(rng, 3 * number + rank, text, spans) for rank in range(rng.choices((0, 1, 2), (3, 87, 10))[0])]
    return {
        "id": number, "annotations": made, "file_upload": "3f2a9c1e-rapports.json", "meta": {}, "inner_id": number,
        "drafts": [annotation(rng, number, text, spans[:1])] if rng.random() < 0.02 else [], "project": 7,
        "predictions": [annotation(rng, number, text, spans[:2]) | {"score": 0.4}] if rng.random() < 0.1 else [],
        "data": {"text": text, "document": f"{number // 30}_01", "passage": number % 30}, "comment_count": 0,
        "created_at": "2024-03-02T09:00:00.000000Z", "updated_at": "2024-03-09T17:12:08.401276Z", "updated_by": 1,
        "total_annotations": len(made), "unresolved_comment_count": 0, "comment_authors": [],
    }  # fmt: skip


def export(seed: int) -> Path:
    """The export of this seed, written once and kept in build/bench; those of other seeds make room for it."""
    path = FOLDER / f"labelstudio-{TASKS}-{seed}.json"
    if not path.exists() or path.stat().st_mtime < Path(__file__).stat().st_mtime:
        for old in FOLDER.glob("labelstudio-*.json"):
            old.unlink()
        rng, pool = random.Random(seed), passages()
        with replacing(path) as file:
            for number in range(TASKS):
                file.write((", " if number else "[") + json.dumps(task(rng, number, pool), ensure_ascii=False))
            file.write("]")
    return path


def run(recipe: str, path: Path, folder: str) -> dict[str, float]:
    """Seconds, tasks per second, the process's peak memory and the spans found."""
    if recipe != "ours":
        from label_studio_sdk.converter import Converter
    spans, started = 0, time.perf_counter()
    if recipe == "ours":
        for item in read_export(path, found := Report(), policy="all"):
            spans += sum(len(settle(made.spans, LABELS, item.id, found)) for made in item.annotations)
    else:
        Converter(str(DATA / "project.xml"), folder).convert(str(path), folder, recipe.upper(), is_dir=False)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / PEAK_UNIT
    if recipe in OUTPUTS:
        name, mark = OUTPUTS[recipe]
        with Path(folder, name).open(encoding="utf-8") as file:
            spans = sum(mark in line for line in file)
    return {"seconds": seconds, "tasks_per_second": TASKS / seconds, "peak_mb": peak, "spans": spans}


if __name__ == "__main__":
    if sys.argv[1:2] != ["ours"] and importlib.util.find_spec("label_studio_sdk") is None:
        sys.exit("label-studio-sdk is missing: pip install label-studio-sdk")
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(run(sys.argv[1], export(int(sys.argv[2])), folder)))
    else:
        for recipe in OUTPUTS:
            report(f"Label Studio export of {TASKS} tasks", alternate(Path(__file__), (recipe, "ours")), "seconds")
