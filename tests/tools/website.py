"""Build the site of the course: the lessons with their outputs, a home page, search and the slides, nothing remote.

python tests/tools/website.py [FOLDER]

The pages are gathered in a folder of their own, from site/ and notebooks/, then given to Sphinx (site/conf.py).
"""

import base64
import io
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from PIL import Image

from lessons import ROOT, badge, lessons, notebook_path, on_colab, repository

SITE = ROOT / "site"
SLIDES = ROOT / "build" / "slides"
PICTURES = {"image/png": "png", "image/jpeg": "jpg"}


def build(folder: Path, slides: Path = SLIDES) -> None:
    """Write the site into `folder`, whose content is replaced, with the slides that the folder `slides` holds.

    Raises CalledProcessError where Sphinx has an error or a warning.
    """
    source = folder.with_name(f"{folder.name}-source")
    for old in (folder, source):
        shutil.rmtree(old, ignore_errors=True)
    gather(source / "pages", slides)
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--quiet"]
    settings = ["--conf-dir", str(SITE), "--doctree-dir", str(source / "trees")]
    subprocess.run([*command, *settings, str(source / "pages"), str(folder)], check=True)
    shutil.move(source / "pages" / "figures", folder / "figures")
    if slides.is_dir():
        shutil.copytree(slides, folder / "slides")
    for page in folder.glob("*.html"):
        page.write_text(mended(page.read_text(encoding="utf-8")), encoding="utf-8")


def gather(source: Path, slides: Path) -> None:
    """Write the pages as Sphinx is to read them into `source`, and their pictures into `source`/figures."""
    figures = source / "figures"
    figures.mkdir(parents=True)
    for lesson in lessons():
        notebook = nbformat.read(notebook_path(lesson), as_version=4)
        nbformat.write(prepared(notebook, lesson, slides, figures), source / f"{lesson.stem}.ipynb")
    for page in SITE.glob("*.md"):
        text = page.read_text(encoding="utf-8").replace("@DEPOT@", repository())
        text = re.sub(r"\]\(\.\./(?:lessons|notebooks)/(\w+)\.(?:md|ipynb)", r"](\1.ipynb", text)
        (source / page.name).write_text(text.replace("@LECONS@", cards(slides)), encoding="utf-8")


def cards(slides: Path) -> str:
    """The lessons as an HTML list: title, promise, duration, slides."""
    return "\n".join(['<ol class="lecons">', *(card(lesson, slides) for lesson in lessons()), "</ol>"])


def card(lesson: Path, slides: Path) -> str:
    """One lesson of the list, in the words of its first cell."""
    head = nbformat.read(notebook_path(lesson), as_version=4).cells[0].source
    number, title = re.search(r"^# (\d\d) · (.+)$", head, re.MULTILINE).groups()
    promise = MarkdownIt().renderInline(head.partition(badge(lesson))[2].strip().partition("\n")[0])
    minutes = re.search(r"\*\*Durée\.\*\* (\d+\s+minutes)", head)[1]
    where = [
        f'<a href="{address}">{text.removeprefix("Ouvrir dans ")}'
        f'<span class="visually-hidden"> : {escape(title)}</span></a>'
        for text, address in doors(lesson, slides)
    ]
    return (
        f'<li class="lecon"><h3><a href="{lesson.stem}.html">{number} · {escape(title)}</a></h3>'
        f'<p>{promise}</p><p class="portes"><span>{minutes}</span>{"".join(where)}</p></li>'
    )


def doors(lesson: Path, slides: Path) -> list[tuple[str, str]]:
    """Other ways into a lesson: text and address of each."""
    found = [("Ouvrir dans Colab", on_colab(lesson))]
    if (slides / f"{lesson.stem}.html").is_file():
        found.append(("Diapositives", f"slides/{lesson.stem}.html"))
    return found


def prepared(notebook: NotebookNode, lesson: Path, slides: Path, figures: Path) -> NotebookNode:
    """The notebook as the site shows it: what only serves a running notebook is left out."""
    links = "".join(f'<a class="porte" href="{address}">{text}</a>' for text, address in doors(lesson, slides))
    head = notebook.cells[0]
    head.source = head.source.replace(badge(lesson), f'<p class="portes">{links}</p>')
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
    after_solution = False
    for cell in notebook.cells:
        tags = cell.metadata.setdefault("tags", [])
        if "installation" in tags:
            tags.append("remove-cell")
        if "verification" in tags and after_solution:
            tags.append("remove-input")
        after_solution = "solution" in tags
        if after_solution:
            tags.append("hide-input")
            cell.source = cell.source.removeprefix("#@title Solution\n")
        for rank, output in enumerate(cell.get("outputs", [])):
            readable(output, figures / f"{cell.id}-{rank}")
    return notebook


def readable(output: NotebookNode, stem: Path) -> None:
    """Give an output as HTML: a picture as a file with its alternative text, a table with its headers."""
    data = output.get("data", {})
    for kind in PICTURES.keys() & data.keys():
        content, shown = base64.b64decode(data.pop(kind)), output.metadata[kind]
        path = stem.with_suffix(f".{PICTURES[kind]}")
        path.write_bytes(content)
        width, height = Image.open(io.BytesIO(content)).size
        address, wide = f"figures/{path.name}", shown.get("width", width)
        data["text/html"] = (
            f'<a class="figure" href="{address}"><img src="{address}" alt="{escape(shown["alt"])}" '
            f'width="{wide}" height="{round(height * wide / width)}" loading="lazy"></a>'
        )
    if "dataframe" in data.get("text/html", ""):
        data["text/html"] = str(with_headers(BeautifulSoup(data["text/html"], "html.parser")))


def with_headers(table: BeautifulSoup) -> BeautifulSoup:
    """A pandas table whose headers say what they head; an empty corner is no header."""
    for style in table.find_all("style"):
        style.decompose()
    rows = table.select("thead tr")
    if len(rows) == 2 and not rows[0].th.get_text(strip=True):  # the second row only names the index
        rows[0].th.string = rows[1].extract().th.get_text()
    for header in table.find_all("th"):
        header["scope"] = "col" if header.find_parent("thead") else "row"
        if not header.get_text(strip=True):
            header.name = "td"
            del header["scope"]
    return table


def mended(page: str) -> str:
    """A page with the generator's faults of access repaired."""
    soup = BeautifulSoup(page, "html.parser")
    for summary in soup.select("details.hide > summary"):
        del summary["aria-label"]  # it hides the French text from screen readers
    return str(soup)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site")
