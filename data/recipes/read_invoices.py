"""Put the drawn invoices in their places, with the words that RapidOCR reads on them and those that were written.

    python data/recipes/build_invoices.py build/invoices --documents 162 --limit 17000
    python data/recipes/read_invoices.py

Reading takes two seconds a page. `mots.parquet` is what lessons train on, as they would on their own scans;
`mots_exacts.parquet` is what a perfect reader would find, to measure a real one by. Boxes are in pixels.
"""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from common import BUILD, DATA
from helpers.documents import Word, open_page, read_page

PAGES, EXPORT = DATA / "images" / "factures", DATA / "labelstudio" / "factures"
SCHEMA = pa.schema(
    {
        "image": pa.string(), "words": pa.list_(pa.string()), "boxes": pa.list_(pa.list_(pa.int16(), 4)),
        "confidences": pa.list_(pa.float32()),
    }
)  # fmt: skip


def write_words(rows: Iterable[tuple[str, list[Word]]], path: Path) -> None:
    """Write the words of every picture as one Parquet file."""
    table = [
        {
            "image": name, "words": [word.text for word in words],
            "boxes": [[round(value) for value in word.box] for word in words],
            "confidences": [round(word.confidence, 3) for word in words],
        }
        for name, words in rows
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(table, schema=SCHEMA), path, compression="zstd")


def main(source: Path = BUILD / "invoices") -> None:
    """Copy pages and export, read every page, and write both lists of words."""
    for folder in (PAGES, EXPORT):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source / "pages", PAGES)
    EXPORT.mkdir(parents=True)
    for name in ("export.json", "project.xml"):
        shutil.copy(source / name, EXPORT)
    records = [json.loads(line) for line in (source / "words.jsonl").read_text(encoding="utf-8").splitlines()]
    names = [Path(record["image"]).name for record in records]
    written = (
        [Word(text, tuple(box)) for text, box in zip(record["words"], record["boxes"], strict=True)]
        for record in records
    )
    write_words(zip(names, written, strict=True), PAGES / "mots_exacts.parquet")
    write_words(((name, read_page(open_page(PAGES / name))) for name in names), PAGES / "mots.parquet")
    print(f"{len(names)} pages")


if __name__ == "__main__":
    main()
