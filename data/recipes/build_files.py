"""Write data/files: the same sixty messages saved in ways that trip careless readers up, and two ordinary ones.

python data/recipes/build_files.py
"""

import csv
import json
from pathlib import Path

import yaml

from common import DATA, STOCKS

COLUMNS = ("rubrique", "message")


def load_messages() -> list[tuple[str, str]]:
    """Department and text of every message, one department after the other."""
    stock = yaml.safe_load((STOCKS / "messages.yaml").read_text(encoding="utf-8"))
    return [(department, text) for department, texts in stock.items() for text in texts]


def on_one_line(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same messages with their line ends turned into spaces."""
    return [(department, text.replace("\n", " ")) for department, text in rows]


def write_csv(rows: list[tuple[str, str]], path: Path, encoding: str = "utf-8", line_end: str = "\n") -> None:
    """A CSV file as the standard has it: texts that need it are quoted, and their quotation marks doubled."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerows([COLUMNS, *rows])


def write_bare(rows: list[tuple[str, str]], path: Path) -> None:
    """Fields parted by a TAB and never quoted, as databases and spreadsheets often export them."""
    lines = ["\t".join(row) for row in [COLUMNS, *on_one_line(rows)]]
    path.write_bytes(("\n".join(lines) + "\n").encode())


def build(folder: Path) -> None:
    """Write every file of the lesson into `folder`."""
    rows = load_messages()
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(rows, folder / "messages.csv")
    write_csv(on_one_line(rows), folder / "messages_bom.csv", encoding="utf-8-sig")
    write_csv(rows, folder / "messages_crlf.csv", line_end="\r\n")
    write_bare(rows, folder / "messages_guillemets.tsv")
    plain = [(department, text) for department, text in rows if not set(text) & set(',"')]
    write_bare(plain, folder / "messages_tabulation.csv")
    records = [{"rubrique": department, "message": text} for department, text in rows]
    nested = {"source": "mairie", "nombre": len(records), "messages": records}
    (folder / "messages.json").write_text(json.dumps(nested, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    lines = "".join(text + "\n" for _, text in on_one_line(rows))
    (folder / "messages.txt").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    build(DATA / "files")
