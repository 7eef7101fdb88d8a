"""Draw invented French invoices, and write them as a Label Studio export and as the words of a perfect reader.

    python build_invoices.py FOLDER [--pool main|pretraining] [--documents N] [--seed N] [--scale X] [--limit BYTES]

It needs Faker (drawn with 40.54.0) besides the course's own dependencies. The same arguments give the same bytes. In
the main pool 28 suppliers take turns; six are for the test, three of them with layouts that nobody else has. The
pretraining pool has other suppliers, and layouts of its own.
"""

import argparse
import json
from pathlib import Path

from invoices.export import export, interface, record
from invoices.pages import Page, Settings, draw_pages


def summary(pages: list[Page]) -> list[dict[str, object]]:
    """Return every supplier with its layout, its part of the data and its documents."""
    found: dict[str, dict[str, object]] = {}
    documents: dict[str, list[str]] = {}
    for page in pages:
        s = page.supplier
        found.setdefault(s.name, {"supplier": s.name, "layout": s.layout.name, "split": s.split})
        names = documents.setdefault(s.name, [])
        if page.document not in names:
            names.append(page.document)
    return [entry | {"documents": documents[name]} for name, entry in found.items()]


def build(folder: Path, settings: Settings) -> list[Page]:
    """Draw the pages and write everything into a folder; return the pages."""
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    pages = []
    for page in draw_pages(settings):
        (folder / "pages" / page.name).write_bytes(page.jpeg)
        pages.append(page)
    tasks = ",\n".join(json.dumps(task, ensure_ascii=False) for task in export(pages))
    (folder / "export.json").write_text(f"[\n{tasks}\n]\n", encoding="utf-8")
    lines = "".join(json.dumps(record(page), ensure_ascii=False) + "\n" for page in pages)
    (folder / "words.jsonl").write_text(lines, encoding="utf-8")
    listed = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in summary(pages))
    (folder / "suppliers.json").write_text(f"[\n{listed}\n]\n", encoding="utf-8")
    (folder / "project.xml").write_text(interface(), encoding="utf-8")
    return pages


def main() -> None:
    """Read the arguments, build, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pool", choices=("main", "pretraining"), default="main")
    parser.add_argument("--documents", type=int, default=168)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--limit", type=int, default=25_000)
    arguments = vars(parser.parse_args())
    pages = build(arguments.pop("folder"), Settings(**arguments))
    size = sum(len(page.jpeg) for page in pages) / 1e6
    print(f"{len({page.document for page in pages})} documents, {len(pages)} pages, {size:.1f} MB of pictures")


if __name__ == "__main__":
    main()
