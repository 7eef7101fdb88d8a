"""Reads an executed lesson as sections of steps: what is shown, and what the speaker says before and after."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import pairwise

import nbformat
from slides_measure import SCALES, code_columns, text_lines

from lessons import START, tags

LEAD_LINES, LEAD_SIZE = 3, 24
CODE_COLUMNS = code_columns(SCALES[-1][1])
MANY_LINES = 21  # what a slide holds in small letters; rather a long line than a function cut in two
BADGE = re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)$")
SENTENCE_END = re.compile(r"[.!?…](?:\s?»|\))?\s+(?=[A-ZÀ-ÖØ-Þ«`*(])")


@dataclass(frozen=True)
class Block:
    """One thing that stands on a slide: Markdown, code, or one output of code."""

    kind: str  # "text", "code" or "output"
    source: str = ""
    output: dict = field(default_factory=dict)
    spare: bool = False  # the notes hold it too, so that a full slide may do without


@dataclass
class Step:
    """What is shown together, what is said before and after it, and what the notes add in code."""

    id: str
    blocks: list[Block]
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    comment: str = ""  # what is said after and stands on no other slide
    code: dict[str, str] = field(default_factory=dict)  # title → code that the slide leaves out
    alone: bool = False  # an exercise shares its slide with nothing
    beside: bool = False  # the picture stands on the right of the rest


@dataclass
class Section:
    """A heading and what follows it; `new` when it starts a column of slides."""

    id: str
    title: str
    level: int
    new: bool
    items: list[tuple[str, nbformat.NotebookNode | str]] = field(default_factory=list)  # ("text", …) or ("code", …)


def sentences(paragraph: str) -> list[str]:
    """A paragraph cut after its sentences, never inside code."""
    hidden = re.sub(r"`[^`]*`", lambda code: "`" + "x" * (len(code[0]) - 2) + "`", paragraph)
    places = [0, *(match.end() for match in SENTENCE_END.finditer(hidden)), len(paragraph)]
    return [paragraph[start:end].strip() for start, end in pairwise(places)]


def shortened(paragraph: str, last: bool = True, lines: int = LEAD_LINES) -> str:
    """A short paragraph whole; of a long one, the last (or first) sentences that fill so many lines, at least one."""
    kept = sentences(paragraph)
    while len(kept) > 1 and text_lines(" ".join(kept), LEAD_SIZE) > lines:
        kept = kept[1:] if last else kept[:-1]
    return " ".join(kept)


def is_prose(block: str) -> bool:
    """Whether a block of Markdown is a paragraph, and not a list, a table or code."""
    return not re.match(r"- |\d+\. |\||```", block)


def only_draws(source: str) -> bool:
    """Whether code does nothing but call the course's plots."""
    try:
        statements = [node for node in ast.parse(source).body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    except SyntaxError:  # a line of IPython's own
        return False
    calls = [isinstance(node, ast.Expr) and ast.unparse(node).startswith("plots.") for node in statements]
    return bool(calls) and all(calls)


def left_out(cell: nbformat.NotebookNode) -> bool:
    """Whether a code cell is noise on a slide: installation, and checks of exercises."""
    return cell.metadata.get("slideshow", {}).get("slide_type") == "skip" or "verification" in tags(cell)


def read(notebook: nbformat.NotebookNode) -> list[Section]:
    """The sections of a lesson, each with its prose and code in order."""
    sections: list[Section] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            before = sections[-1].items
            # The two lines that start every lesson are shown where the lesson talks of them.
            silent = cell.source == START and len(sections) == 1 and not (before and before[-1][0] == "announced")
            if not left_out(cell) and not silent:
                before.append(("code", cell))
            continue
        headed = cell.source.startswith("#")
        for block in re.split(r"\n\s*\n(?!\s)", cell.source.strip()):
            heading = re.match(r"(#+) (.*)", block)
            if heading:
                new = cell.metadata.get("slideshow", {}).get("slide_type") == "slide"
                sections.append(Section(cell.id, heading[2], len(heading[1]), new))
            elif block and not BADGE.match(block):
                kind = "text" if headed or len(sections) > 1 else "announced"
                sections[-1].items.append((kind, block))
    return sections


def steps(section: Section) -> list[Step]:
    """The steps of a section: each shows some code with its outputs, or a list, a table, fenced code."""
    if not any(kind == "code" for kind, _ in section.items):
        return [Step(section.id, [Block("text", text) for _, text in section.items])] if section.items else []
    made: list[Step] = []
    prose: list[str] = []
    if section.level == 1:
        shown = [text for kind, text in section.items if kind == "text"]
        made.append(Step(section.id, [Block("text", text) for text in shown], alone=True))
    for kind, item in section.items:
        if kind == "code" and "solution" in tags(item):
            made[-1].code["Solution"] = item.source.removeprefix("#@title Solution\n")
        elif kind == "code":
            made.append(_step(item, _share(prose, made), whole=before_stub(section, item)))
            prose = []
            if made[-1].alone:
                _join_stub(made)
        elif section.level > 1 and not is_prose(item):
            made.append(_listing(section, item, _share(prose, made), len(made)))
            prose = []
        elif section.level > 1 or kind == "announced":
            prose.append(item)
    if prose:
        made[-1].after, made[-1].comment = prose, prose[0]
    return made


def before_stub(section: Section, cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is the stub of an exercise, or stands before the first one of its section."""
    kinds = [(item.id, "exercice" in tags(item)) for kind, item in section.items if kind == "code"]
    stubs = [rank for rank, (_, stub) in enumerate(kinds) if stub]
    rank = [name for name, _ in kinds].index(cell.id)
    return rank in stubs or (bool(stubs) and rank < stubs[0])


def _join_stub(made: list[Step]) -> None:
    """Put the stub of an exercise under the lines that prepare it, when no prose or output stands between."""
    if len(made) > 1 and not made[-1].before and made[-2].blocks[-1].kind == "code" and not made[-2].alone:
        stub = made.pop()
        made[-1] = Step(made[-1].id, made[-1].blocks + stub.blocks, made[-1].before, alone=True)


def _share(prose: list[str], made: list[Step]) -> list[str]:
    """Give the step before what comments it, return what announces the next: the last paragraph, or the only one."""
    if made:
        made[-1].after, made[-1].comment = prose[:-1] or prose, "".join(prose[:-1][:1])
    return prose[-1:] if made else prose


def folded(source: str, width: int = CODE_COLUMNS) -> str:
    """The same code with shorter lines, that it may be set in larger letters; what is not Python stays as it is."""
    magic = re.match(r"%%writefile .*\n\n?", source)
    head, code = (magic[0], source[magic.end() :]) if magic else ("", source)
    if max(map(len, source.split("\n"))) <= width:
        return source
    command = [sys.executable, "-m", "ruff", "format", "--isolated", f"--line-length={width}", "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True)
    if done.returncode != 0:
        return source
    shorter = head + re.sub("\n{3,}", "\n\n", done.stdout.rstrip("\n"))
    return shorter if shorter.count("\n") < MANY_LINES else source


def shown_outputs(cell: nbformat.NotebookNode) -> list[Block]:
    """The outputs of a cell without the blank lines around them, and without those that say nothing."""
    if cell.source.startswith("%%writefile"):
        return []
    made = []
    for output in cell.outputs:
        if "text/html" in output.get("data", {}):
            html = re.sub(r"<style.*?</style>", "", output.data["text/html"], flags=re.DOTALL)
            output = nbformat.from_dict({**output, "data": {"text/html": html}})
        if "text" in output:
            text = re.sub(r"[^\n]*\r", "", output.text).strip("\n")  # a progress bar rewrites its line
            if not text.strip():
                continue
            output = nbformat.from_dict({**output, "text": text})
        made.append(Block("output", output=output))
    return made


def _step(cell: nbformat.NotebookNode, prose: list[str], whole: bool) -> Step:
    """The step of a code cell; code that only draws is left to the notes, and the text of an exercise stays whole."""
    texts = prose if whole else [shortened(text) for text in prose[-1:]]
    lead = [Block("text", text, spare=not whole) for text in texts]
    outputs = shown_outputs(cell)
    if outputs and only_draws(cell.source):
        return Step(cell.id, lead + outputs, prose, code={"Code de la figure": cell.source})
    return Step(cell.id, [*lead, Block("code", folded(cell.source)), *outputs], prose, alone="exercice" in tags(cell))


def _listing(section: Section, block: str, prose: list[str], rank: int) -> Step:
    """The step of a list, a table or fenced code, under the paragraph that announces it."""
    shown = [Block("text", shortened(text)) for text in prose[-1:]]
    return Step(f"{section.id}-{rank}", [*shown, Block("text", block)], prose)
