"""The glossary of the site: its entries, and where the lessons first use each term."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from french import CODE, ITALICS, cells_of

from lessons import ROOT, lessons

GLOSSARY = ROOT / "site" / "glossaire.md"
LINK = re.compile(r"\[leçon (\d\d), ([^\]]+)\]\(\.\./lessons/(\w+)\.md#([\w-]+)\)")
ENTRY = re.compile(
    r"^\*\*(?P<term>[^*]+)\*\*(?: \((?P<english>\*[^)]+\*)\))?\. (?P<definition>.+?) Voir la (?P<links>\[leçon .*)\.$",
    flags=re.MULTILINE,
)


@dataclass(frozen=True)
class Entry:
    """A term, its English, its definition, and (lesson, section title, file, anchor) of each link."""

    term: str
    english: tuple[str, ...]
    definition: str
    links: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Section:
    """A section of a lesson: its title as read, its anchor in the page, and its prose."""

    title: str
    anchor: str
    prose: str


def entries() -> list[Entry]:
    """The entries of the glossary, in its order."""
    return [
        Entry(
            found["term"],
            tuple(re.findall(r"\*([^*]+)\*", found["english"] or "")),
            found["definition"],
            tuple(LINK.findall(found["links"])),
        )
        for found in ENTRY.finditer(GLOSSARY.read_text(encoding="utf-8"))
    ]


def anchor_of(title: str) -> str:
    """The anchor that GitHub and the site give to a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower().replace(" ", "-"))


@cache
def sections_of(lesson: Path) -> list[Section]:
    """Sections of a lesson, its head first, without code and without the English in parentheses."""
    prose = "\n\n".join(cell.source for cell in cells_of(lesson) if cell.cell_type == "markdown")
    parts = re.split(r"^#+ (.+)$", CODE.sub("◊", prose), flags=re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", prose, flags=re.M | re.DOTALL), flags=re.MULTILINE)
    return [
        Section(title.replace("`", ""), anchor_of(title.replace("`", "")), plain(f"{heading}\n{body}"))
        for title, heading, body in zip(titles, parts[1::2], parts[2::2], strict=True)
    ]


def plain(prose: str) -> str:
    """Prose without English in parentheses, addresses and marks of emphasis."""
    text = re.sub(r" ?\(\*[^*]+\*[^)]*\)|\]\([^)]*\)|<!--.*?-->", "", prose)
    return re.sub(r"\s+", " ", text.replace("*", "").replace(" ", " "))


def pattern_of(term: str) -> re.Pattern[str]:
    """What finds a term in prose: singular or plural, masculine or feminine; of terms that go together, the first."""
    words = [re.sub("eux$", "eu", re.escape(word)) + "(?:s|x|e|es|se|ses)?" for word in term.split(",")[0].split(" ")]
    body = r"\s+".join(words)
    if term[0].islower():
        body = f"[{term[0]}{term[0].upper()}]{body[1:]}"
    return re.compile(rf"(?<![\w-]){body}(?![\w-])")


def places(term: str) -> list[tuple[Path, Section]]:
    """Every section whose prose uses the term, in the order of the course."""
    pattern = pattern_of(term)
    return [
        (lesson, section) for lesson in lessons() for section in sections_of(lesson) if pattern.search(section.prose)
    ]


def sorting_key(term: str) -> str:
    """French alphabetical order: accents, capitals and hyphens do not count."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", term.lower()) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", " ", bare.replace("œ", "oe"))


def introduced(lesson: Path) -> tuple[list[str], list[str]]:
    """What a lesson introduces: terms in bold, and English terms in italics within parentheses."""
    prose = CODE.sub("◊", "\n\n".join(cell.source for cell in cells_of(lesson) if cell.cell_type == "markdown"))
    english = [found for aside in re.findall(r"\((\*[^)]*)\)", prose) for found in ITALICS.findall(aside)]
    bold = [found for found in re.findall(r"\*\*([^*]+)\*\*", prose) if not found.endswith(".")]
    return bold, english
