"""Read the pages of the pretraining pool by machine, and say of what kind every word is that was read.

    python data/recipes/build_invoices.py build/pool --pool pretraining --documents 800 --limit 17000
    python data/recipes/read_pool.py

Reading takes two seconds a page. `read.jsonl` has the records of `words.jsonl` with the words that RapidOCR finds, as
the model will meet them: misread, cut or joined in its way. A word has the label of the written word it covers most.
"""

import json
from pathlib import Path
from typing import Any

from common import BUILD
from helpers.documents import OTHER, Word, open_page, read_page
from helpers.documents.boxes import overlaps


def labelled(record: dict[str, Any], read: list[Word]) -> dict[str, Any]:
    """The record of a page with the words that were `read` on it; `Autre` for those that cover nothing written."""
    areas, _ = overlaps([word.box for word in read], record["boxes"])
    labels = [record["labels"][row.argmax()] if row.max() > 0 else OTHER for row in areas]
    boxes = [[round(value) for value in word.box] for word in read]
    return record | {"words": [word.text for word in read], "boxes": boxes, "labels": labels}


def main(folder: Path = BUILD / "pool") -> None:
    """Write `read.jsonl` beside `words.jsonl`; pages on which nothing is read are left out."""
    lines = (folder / "words.jsonl").read_text(encoding="utf-8").splitlines()
    with (folder / "read.jsonl").open("w", encoding="utf-8") as out:
        for record in map(json.loads, lines):
            if read := read_page(open_page(folder / record["image"])):
                out.write(json.dumps(labelled(record, read), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
