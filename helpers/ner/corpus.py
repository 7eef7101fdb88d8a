"""From Label Studio exports to data for training: splitting by document, words and labels, statistics."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from helpers.files import replacing, sha256
from helpers.labelstudio import ExportError, Policy, Report, read_export, settle
from helpers.labelstudio.forms import kind_of, task_id
from helpers.labelstudio.stream import objects

from .words import Alignment, Passage, label_list, to_bio, words_of

SIDES = ("train", "validation", "test")


def read_passages(
    export: Path, labels: Sequence[str], report: Report, *, policy: Policy = "ground_truth", text_key: str = "text",
    document_key: str | None = None, rename: Mapping[str, str] | None = None,
) -> Iterator[Passage]:  # fmt: skip
    """Every annotated passage of an export, in order; those annotated and left empty have no entity.

    `rename` gives the project's label for another spelling. With policy "all", a task is as many passages as it has
    annotations. Raises ExportError, as `read_export` does, also for a label that is neither in `labels` nor renamed.
    """
    rename = rename or {}
    known = [*labels, *rename]
    tasks = read_export(
        export, report, policy=policy, text_key=text_key, document_key=document_key, labels=known
    )  # fmt: skip
    for task in tasks:
        if task.text is None:
            report.add("no_text", task.id, detail=f"data.{text_key}")
            continue
        for annotation in task.annotations:
            entities = settle(annotation.spans, known, task.id, report)
            renamed = tuple((start, end, rename.get(label, label)) for start, end, label in entities)
            name = task.id if len(task.annotations) == 1 else f"{task.id}-{annotation.id}"
            yield Passage(name, task.document, task.text, renamed)


def rename_pairs(pairs: Iterable[str], labels: Sequence[str]) -> dict[str, str]:
    """`["Taxa=TAXA"]` as a mapping; ExportError when a pair is badly written or its label is not the project's."""
    found = {}
    for pair in pairs:
        old, equal, new = pair.partition("=")
        if not (old and equal and new):
            raise ExportError(f"--rename {pair} : écrivez ANCIEN=NOUVEAU")
        if new not in labels:
            raise ExportError(f"--rename {pair} : le projet n’a pas d’étiquette {new} ({', '.join(labels)})")
        found[old] = new
    return found


def assign(sizes: Mapping[str, int], proportions: Sequence[float], seed: int) -> dict[str, str]:
    """The side of every document, given how many tasks each has: in a seeded order, to the side that lacks most.

    Raises ExportError when proportions are not three numbers that sum to 1, or when a side would stay empty.
    """
    if len(proportions) != len(SIDES) or min(proportions) < 0 or not abs(sum(proportions) - 1) <= 1e-6:
        raise ExportError(f"trois proportions dont la somme est 1 étaient attendues, pas {tuple(proportions)}")
    documents = sorted(sizes)
    random.Random(seed).shuffle(documents)
    wanted = {side: share * sum(sizes.values()) for side, share in zip(SIDES, proportions, strict=True)}
    sides, held = {}, Counter(dict.fromkeys(SIDES, 0))
    for document in documents:
        side = max(SIDES, key=lambda name: wanted[name] - held[name])
        sides[document] = side
        held[side] += sizes[document]
    empty = [side for side in SIDES if wanted[side] and not held[side]]
    if empty:
        raise ExportError(f"{len(documents)} documents ne suffisent pas : {empty[0]} resterait vide")
    return sides


def split_export(
    export: Path, out: Path, proportions: Sequence[float] = (0.7, 0.15, 0.15), seed: int = 42,
    document_key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Deal the tasks of an export out to `out`/{train,validation,test}.json, no document on two sides.

    The records are written as they were read. Returns the number of documents and tasks of each side and the sha256
    of the export. Nothing is written when the export cannot be read. Raises ExportError.
    """
    if export.is_dir():
        raise ExportError(f"{export} est un dossier : le partage demande un fichier d’export")
    if export.resolve() in {(out / f"{side}.json").resolve() for side in SIDES}:
        raise ExportError(f"{export} serait remplacé par le partage : choisissez un autre dossier")
    documents: dict[str, str] = {}
    for task in read_export(export, Report(), document_key=document_key):
        if documents.setdefault(task.id, task.document) != task.document:
            raise ExportError(f"{export}, tâche {task.id} : deux tâches de documents différents ont ce numéro")
    sides = assign(Counter(documents.values()), proportions, seed)
    kind = kind_of(next(objects(export)))
    tasks = Counter()
    with ExitStack() as stack:
        files = {side: stack.enter_context(replacing(out / f"{side}.json")) for side in SIDES}
        for record in objects(export):
            side = sides[documents[task_id(record, kind)]]
            files[side].write(",\n" if tasks[side] else "[\n")
            json.dump(record, files[side], ensure_ascii=False)
            tasks[side] += 1
        for side, file in files.items():
            file.write("\n]\n" if tasks[side] else "[]\n")
    count = Counter(sides.values())
    result = {side: {"documents": count[side], "tasks": tasks[side]} for side in SIDES}
    return result | {"export": sha256(export), "seed": seed, "proportions": list(proportions)}


def convert(passages: Iterable[Passage], path: Path) -> dict[str, Any]:
    """Write passages as JSON lines (`id`, `document`, `text`, `tokens`, `starts`, `ends`, `labels`); their statistics.

    `tokens` are the words of the passage, `starts` and `ends` their places in it, `labels` one BIO label per word.
    Whole or not at all. Entities that words do not follow are listed in the statistics.
    """
    alignment, counts, documents, words = Alignment(), Counter(), Counter(), 0
    by_document: dict[str, Counter[str]] = defaultdict(Counter)
    with replacing(path) as file:
        for passage in passages:
            places = words_of(passage.text)
            row = {
                "id": passage.id,
                "document": passage.document,
                "text": passage.text,
                "tokens": [passage.text[start:end] for start, end in places],
                "starts": [start for start, _ in places],
                "ends": [end for _, end in places],
                "labels": to_bio(passage, places, alignment),
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            documents[passage.document] += 1
            words += len(places)
            counts.update(label for *_, label in passage.entities)
            by_document[passage.document].update(label for *_, label in passage.entities)
        if not documents:
            raise ExportError(f"{path.name} : aucun passage annoté à convertir")
    return {
        "passages": documents.total(),
        "documents": len(documents),
        "words": words,
        "entities": counts.total(),
        "by_type": dict(counts.most_common()),
        "documents_by_type": {label: sum(label in held for held in by_document.values()) for label in sorted(counts)},
        "cut": [list(row) for row in alignment.cut],
        "lost": [list(row) for row in alignment.lost],
    }


def read_converted(path: Path, labels: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Rows that `convert` wrote. ExportError, with the line's number, for a file that it did not write.

    With `labels`, also for a passage whose BIO labels are not theirs.
    """
    if not path.is_file():
        raise ExportError(f"{path} n’existe pas : atelier labels convert l’écrit")
    known = None if labels is None else set(label_list(labels))
    rows = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
                lengths = {len(row[name]) for name in ("tokens", "starts", "ends", "labels")}
                unknown = set() if known is None else set(row["labels"]) - known
                name = row["id"]
            except (ValueError, KeyError, TypeError) as error:
                raise ExportError(
                    f"{path}, ligne {number} : {type(error).__name__} {error} ; atelier labels convert écrit ce fichier"
                ) from None
            if len(lengths) != 1:
                raise ExportError(f"{path}, ligne {number} : tokens et labels n’ont pas le même nombre d’éléments")
            if unknown:
                raise ExportError(f"{path}, passage {name} : {sorted(unknown)[0]} n’est pas parmi {', '.join(labels)}")
            rows.append(row)
    if not rows:
        raise ExportError(f"{path} est vide")
    return rows
