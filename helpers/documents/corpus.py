"""Annotated pages: an export's regions laid over the words that were read on each picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from PIL.Image import Image

from helpers.labelstudio import Box, Report, find_image, open_image, read_export

from .boxes import bio_labels, owners, to_thousandths, word_classes
from .images import open_page
from .records import DocumentError, Thousandths, Word


@dataclass(frozen=True)
class Page:
    """A page: its picture's file, its document and supplier, its words as read, and the regions drawn by hand."""

    path: Path
    document: str
    supplier: str
    size: tuple[int, int]
    words: tuple[Word, ...]
    regions: tuple[Box, ...]

    @property
    def boxes(self) -> list[Thousandths]:
        """The words' boxes in thousandths of the page."""
        return [to_thousandths(word.box, self.size) for word in self.words]

    @property
    def classes(self) -> list[str]:
        """One class per word, `Autre` outside all regions."""
        return word_classes(owners([word.box for word in self.words], self.regions), self.regions)

    @property
    def labels(self) -> list[str]:
        """One BIO label per word."""
        return bio_labels(owners([word.box for word in self.words], self.regions), self.regions)

    def open(self) -> Image:
        """The picture, as RGB."""
        return open_page(self.path)


def read_words(path: Path) -> dict[str, list[Word]]:
    """Picture's name → its words: a Parquet file of `image`, `words`, `boxes` in pixels and `confidences`."""
    columns = ("image", "words", "boxes", "confidences")
    try:
        rows = pq.read_table(path, columns=list(columns)).to_pylist()
    except FileNotFoundError:
        raise DocumentError(f"{path} n’existe pas") from None
    except (OSError, ValueError, KeyError) as error:
        raise DocumentError(f"{path} n’est pas un fichier Parquet de mots lus ({error})") from None
    return {row["image"]: list(_words(*(row[name] for name in columns[1:]))) for row in rows}


def _words(texts: Sequence[str], boxes: Sequence[list[int]], scores: Sequence[float]) -> Iterator[Word]:
    """The words of one page."""
    for text, (left, top, right, bottom), score in zip(texts, boxes, scores, strict=True):
        yield Word(text, (left, top, right, bottom), score)


def read_pages(export: Path, folder: Path, words: Mapping[str, Sequence[Word]], report: Report) -> Iterator[Page]:
    """The annotated pages of an export whose pictures are in `folder`; `words` are what was read on each, by name.

    A task without annotation, without picture in the folder, or whose picture is broken or was read by nobody is left
    out, and noted in `report`. ExportError for what is no export.
    """
    for task in read_export(export, report, document_key="document"):
        path = find_image(str(task.data.get("image", "")), folder, task.id)
        if path is None:
            report.add("missing_image", task.id, detail=str(task.data.get("image")))
        elif path.name not in words:
            report.add("unread_image", task.id, detail=path.name)
        elif task.annotations:
            picture = open_image(path, task.id, report)
            if picture is None:
                continue
            supplier = str(task.data.get("supplier", task.document))
            regions = task.annotations[0].boxes
            yield Page(path, task.document, supplier, picture.size, tuple(words[path.name]), regions)
