"""Builds the slides of the lessons from their executed notebooks: reveal.js, everything local.

python tests/tools/slides.py [FOLDER]
"""

import re
import shutil
import sys
from pathlib import Path

import jinja2
import nbformat
from nbconvert import SlidesExporter
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pygments.formatters import HtmlFormatter
from slides_lesson import Block, Step, read
from slides_measure import CODE_FONTS, HEIGHT, REVEAL, TEXT_FONTS, WIDTH
from slides_plan import Page, pages
from traitlets.config import Config

from lessons import ROOT, lessons, notebook_path

DECK = Path(__file__).parent / "deck"
HIGHLIGHTING = "a11y-high-contrast-light"
MONOSPACE = ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "LICENSE_DEJAVU")


def inline(markdown: str) -> str:
    """A title as HTML."""
    return re.sub(r"^<p>|</p>$", "", markdown2html(markdown).strip())


def notes(step: Step) -> str:
    """What the speaker reads, in Markdown."""
    parts = list(step.before)
    if step.after:
        parts += ["**Ensuite**", *step.after]
    for title, code in step.code.items():
        parts += [f"**{title}**", f"```python\n{code}\n```"]
    return "\n\n".join(parts)


def cells(blocks: list[Block]) -> list[nbformat.NotebookNode]:
    """Blocks as cells: neighbouring Markdown in one, outputs with the code above them."""
    made: list[nbformat.NotebookNode] = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        if block.kind == "text" and before is not None and before.kind == "text":
            made[-1].source += f"\n\n{block.source}"
        elif block.kind == "text":
            made.append(new_markdown_cell(block.source))
        elif block.kind == "code":
            made.append(new_code_cell(block.source))
        else:
            if before is None or before.kind == "text":
                made.append(new_code_cell(""))
            made[-1].outputs.append(nbformat.from_dict(block.output))
    return made


def slide(page: Page) -> list[nbformat.NotebookNode]:
    """The cells of one slide; its second step and the next appear one by one, each with its notes."""
    made = [new_markdown_cell("")]
    kind = "beside" if page.steps[0].beside else ""
    text_size, code_size = page.scale
    made[0].metadata.deck = {"id": page.id, "kind": kind, "title": inline(page.title), "level": min(page.level, 2)}
    made[0].metadata.deck["style"] = f"--text:{text_size}px;--code:{code_size}px"
    made[0].metadata.slideshow = {"slide_type": "slide" if page.new else "subslide"}
    for rank, step in enumerate(page.steps):
        shown = cells(step.blocks)
        if rank:
            shown[0].metadata.slideshow = {"slide_type": "fragment"}
        if notes(step):
            shown.append(new_markdown_cell(notes(step), metadata={"slideshow": {"slide_type": "notes"}}))
        made += shown
    return made


def title_of(notebook: nbformat.NotebookNode) -> str:
    """The title of a lesson."""
    return re.match(r"# (.*)", notebook.cells[0].source)[1]


def promise_of(notebook: nbformat.NotebookNode) -> str:
    """The sentence under the title of a lesson."""
    return next(block for block in notebook.cells[0].source.split("\n\n")[1:] if not block.startswith("["))


def deck(notebook: nbformat.NotebookNode) -> tuple[str, int]:
    """The slides of a lesson as a page, and their number."""
    planned = pages(read(notebook))
    shown = new_notebook(cells=[cell for page in planned for cell in slide(page)])
    shown.metadata |= {"title": title_of(notebook), "size": [WIDTH, HEIGHT]}
    exporter = SlidesExporter(
        config=Config({"TemplateExporter": {"extra_template_basedirs": [str(DECK.parent)]}}),
        template_name=DECK.name,
        exclude_anchor_links=True,
    )
    return exporter.from_notebook_node(shown)[0], len(planned)


def copy_assets(folder: Path) -> None:
    """Copy reveal.js, fonts and style sheets out of the installed packages and of this folder."""
    fonts = folder / "fonts"
    shutil.copytree(
        TEXT_FONTS, fonts / TEXT_FONTS.name, ignore=shutil.ignore_patterns("*.eot", "*.ttf"), dirs_exist_ok=True
    )
    for name in MONOSPACE:
        shutil.copyfile(CODE_FONTS / name, fonts / name)
    (folder / "reveal").mkdir(exist_ok=True)
    for path in ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE"):
        shutil.copyfile(REVEAL / path, folder / "reveal" / Path(path).name)
    shutil.copyfile(DECK / "deck.css", folder / "deck.css")
    (folder / "pygments.css").write_text(HtmlFormatter(style=HIGHLIGHTING).get_style_defs(".highlight"))


def build(folder: Path) -> dict[str, int]:
    """Write the decks of the lessons and their index; return the number of slides of each."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder)
    entries = []
    for lesson in lessons():
        notebook = nbformat.read(notebook_path(lesson), as_version=4)
        html, count = deck(notebook)
        (folder / f"{lesson.stem}.html").write_text(html, encoding="utf-8")
        title, promise = title_of(notebook), inline(promise_of(notebook))
        entries.append({"name": lesson.stem, "title": title, "promise": promise, "count": count})
    template = jinja2.Environment(autoescape=False).from_string((DECK / "toc.html.j2").read_text(encoding="utf-8"))
    (folder / "index.html").write_text(template.render(entries=entries), encoding="utf-8")
    return {entry["name"]: entry["count"] for entry in entries}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "slides"
    for name, count in build(target).items():
        print(f"{name}: {count} diapositives")
