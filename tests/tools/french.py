"""The French that students read: prose of the lessons, README and site pages, and strings shown by code cells."""

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from lessons import ROOT, from_markdown, lessons, tags

WORDS = ROOT / "tests" / "french_words.txt"
NBSP = "\u00a0\u202f"  # no-break space, and the narrow one
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?=\w)", flags=re.IGNORECASE)
# What a reader sees of a chart, a picture or an exercise; captions and labels of charts come as positional arguments.
SHOWN = {"title", "alt", "xlabel", "ylabel", "hint"}
CODE = re.compile(r"```.*?```|~~~.*?~~~|``[^`]+``|`[^`]*`|\$[^$\n]+\$", flags=re.DOTALL)
MARKUP = re.compile(
    r"<!--.*?-->|</?\w[^<>]*>|https?://[^\s)>]+|\]\([^)]*\)|^\[[^\]]+\]: [^\n]*$", flags=re.DOTALL | re.M
)
ITALICS = re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]+?)\*(?![\w*])")
WORK = re.compile(r"\[«[^]]*»(?: \([^)]*\))?\](?=\(http)")  # the title of a work keeps its language

UNIT = r"(?:[KMGT]o|k?Wh?|k?g|[MG]bit/s|Tflop/s|[€%]|ms?|px)(?![\w/])"
VERSION = r"(?:version|licence|Python|transformers|PyTorch|Datasets|Transformers|BY-SA|BY-NC-SA|MIT|Apache)[ \xa0-]"
# What tests/test_lessons.py does not look for in the prose: name of the mistake → where it is.
MISTAKES = {
    "three dots for …": r"\.\.",
    "etc. needs no …": r"\b[Ee]tc\.?\s?…",
    "two spaces": rf"(?<=[^\s|])[ {NBSP}]{{2,}}(?=[^\s|])",
    "a space before a comma or a full stop": rf"[ {NBSP}][,.](?![.\d])",
    "no space after a comma or a full stop": r"[^\W\d_],[^\W\d_]|[a-zà-ÿ]\.[A-ZÀ-Ÿ][a-zà-ÿ]",
    "a space inside parentheses": rf"\([ {NBSP}]|[ {NBSP}]\)",
    "a hyphen for a dash": r"(?<=[\w,;)]) - (?=\w)",
    "A without its accent": r"(?:^(?:- |> )?|[.?!…»:] )A (?=[\wàé])",
    "Ca or Etat without cedilla or accent": r"\b(?:Ca|Etats?|Etapes?|Ecole|Evidemment|Egalement)\b",
    "thousands need a no-break space": r"(?<!\d)\d{1,3}[ .,]\d{3}(?!\d)",
    "a decimal point": r"\d\.\d",
    "a number and its unit need a no-break space": rf"\d {UNIT}",
    "an ordinal is 2e, 1er, 1re": r"\b\d+(?:ème|ième|eme|è|er(?<!1er)|nde?)\b",
    "English quotation marks": r"[“”„‘]",
    "CO₂": r"\bCO2\b",
}
TWICE = {"en en", "nous nous", "vous vous"}  # pronouns that may follow each other


def pages() -> list[Path]:
    """French pages beside the lessons: the French README and the pages of the site."""
    return [ROOT / "README.fr.md", *sorted((ROOT / "site").rglob("*.md"))]


@cache
def cells_of(lesson: Path) -> list[NotebookNode]:
    """Cells of a lesson."""
    return from_markdown(lesson).cells


@cache
def markdown_of(path: Path) -> str:
    """Markdown source of a page without its YAML header, or the Markdown cells of a lesson."""
    if path in lessons():
        return "\n\n".join(cell.source for cell in cells_of(path) if cell.cell_type == "markdown")
    return re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def prose_of(markdown: str) -> str:
    """The text that a person reads, bold kept; code becomes ◊ and addresses, tags and comments go."""
    text = MARKUP.sub(lambda found: "]" if found[0].startswith("]") else "", CODE.sub("◊", markdown))
    return re.sub(r"^ *(?:\| *:?-+:? *)+\|? *$|^[*_-]{3,}$|^:::.*$|@[A-Z]+@", "", text, flags=re.MULTILINE)


def french_of(markdown: str) -> str:
    """The prose, less what keeps its own language: terms in italics and titles of works."""
    return prose_of(ITALICS.sub("◊", WORK.sub("[◊]", CODE.sub("◊", markdown))))


def python_of(source: str) -> str:
    """A code cell without the lines that only IPython understands; nothing of a file in another language."""
    first = source.partition("\n")[0].strip()
    if first.startswith("%%") and not first.endswith(".py"):
        return ""
    return re.sub(r"^( *)[%!](?!=).*$", r"\1pass", source, flags=re.MULTILINE)


def literals(node: ast.AST) -> list[str]:
    """String constants of an expression, the text of f-strings included, not the expressions inside them."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Subscript | ast.FormattedValue | ast.Lambda | ast.Compare):
        return []
    if isinstance(node, ast.Call):  # "…".replace(".", ",") shows the text, not the arguments
        return literals(node.func)
    return [text for child in ast.iter_child_nodes(node) for text in literals(child)]


def shown_by(source: str) -> list[tuple[str, str]]:
    """Strings that a code cell shows to a reader, each with what it is: title, alt, hint, chart, check."""
    found = []
    for call in ast.walk(ast.parse(python_of(source))):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        found += [(word.arg, text) for word in call.keywords if word.arg in SHOWN for text in literals(word.value)]
        if name == "helpers.verify":
            found += [("check", text) for text in literals(call.args[0])]
        elif name.startswith("plots."):
            found += [("chart", text) for argument in call.args for text in literals(argument)]
    return found


def notes_of(source: str) -> list[str]:
    """Docstrings and comments of a code cell."""
    comments = [comment.replace("#@title", "#").lstrip("# ") for comment in tokens_of(source, tokenize.COMMENT)]
    definitions, tree = (ast.FunctionDef, ast.ClassDef, ast.Module), ast.parse(python_of(source))
    docstrings = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, definitions)]
    return [*comments, *filter(None, docstrings)]


@cache
def code_of(lesson: Path) -> list[str]:
    """Code cells of a lesson; the installation cell is the same everywhere."""
    cells = [cell for cell in cells_of(lesson) if cell.cell_type == "code"]
    return [cell.source for cell in cells if "installation" not in tags(cell)]


def tokens_of(source: str, kind: int) -> list[str]:
    """Tokens of one kind, names or comments, of a code cell."""
    stream = tokenize.generate_tokens(io.StringIO(python_of(source)).readline)
    return [token.string for token in stream if token.type == kind]


@cache
def words_by(path: Path) -> set[str]:
    """Words of a lesson or page whose spelling is checked; hints and comments may name what the code defines."""
    words, sources = words_of(french_of(markdown_of(path))), code_of(path) if path in lessons() else []
    names = {name for source in sources for name in tokens_of(source, tokenize.NAME)}
    names |= set(re.findall(r"""["'](\w+)["']""", "\n".join(sources)))  # columns, keys
    for source in sources:
        texts = [text for _, text in shown_by(source)] + notes_of(source)
        words |= {word for text in texts for word in words_of(CODE.sub("◊", text))} - names
    return words


def words_of(text: str) -> set[str]:
    """Words without digits or underscores, with their apostrophes and hyphens, curly apostrophes made straight."""
    for phrase in own_words():
        text = text.replace(phrase, "◊") if " " in phrase else text
    found = re.findall(r"[\w.]*[\w](?:['’-]\w+)*", text)
    words = [word.replace("’", "'") for word in found if re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word)]
    return {word for word in words if len(word) > 1}


@cache
def own_words() -> list[str]:
    """The word list: words of the field, names, and phrases in other languages that the prose quotes."""
    return WORDS.read_text(encoding="utf-8").splitlines()


def base_of(word: str) -> str:
    """A word without an elision before it: d'Accelerate → Accelerate."""
    return ELIDED.sub("", word)


def has_dictionary() -> bool:
    """Whether hunspell and a French dictionary are installed (hunspell and hunspell-fr in Debian)."""
    return shutil.which("hunspell") is not None and not misspelt({"bonjour"}) and misspelt({"bonjuor"}) == {"bonjuor"}


def not_ours(words: set[str]) -> set[str]:
    """Words that the word list does not have, without their elisions."""
    own = set(own_words())
    bases = {base_of(word) for word in words}
    return {base for base in bases if not {base, base[0].lower() + base[1:]} & own}


def misspelt(words: set[str]) -> set[str]:
    """Words that the French dictionary of hunspell does not know; personal dictionaries are ignored."""
    command = ["hunspell", "-l", "-i", "utf-8", "-d", "fr", "-p", os.devnull]
    text = "\n".join(sorted(words)) + "\n"
    unknown = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False).stdout.split("\n")
    return {word for word in words if word in set(unknown)}


def versions_of(text: str) -> str:
    """The text without its version numbers, which have points."""
    return re.sub(r"\d+(?:\.\d+){2,}", "◊", re.sub(rf"({VERSION})\d+\.\d+", r"\1◊", text))


def mistakes(text: str) -> list[tuple[str, str]]:
    """Typographic mistakes of a prose, each with the passage."""
    text, found = versions_of(text), []
    for name, pattern in MISTAKES.items():
        found += [(name, around(text, hit)) for hit in re.finditer(pattern, text, flags=re.MULTILINE)]
    for hit in re.finditer(r"\b([^\W\d_]+)[ \n]\1\b", text, flags=re.IGNORECASE):
        if hit[0].lower() not in TWICE:
            found.append(("a word twice", around(text, hit)))
    for paragraph in re.split(r"\n\s*\n|\n(?=[-|] )", text):
        for opening, closing in ("«»", "()", "[]"):
            if paragraph.count(opening) != paragraph.count(closing):
                found.append((f"{opening} without {closing}", paragraph.strip()[:60]))
        line = paragraph.strip()
        if line and line[0] not in "#|[!◊:@{" and not re.search(r"(?:[.:;?!…»)\]◊✓✗]|→.*)\**$", line):
            found.append(("no full stop", line[-60:]))
    return found


def around(text: str, hit: re.Match[str]) -> str:
    """The passage of a hit, with what stands around it."""
    return text[max(0, hit.start() - 20) : hit.end() + 20]


def with_spaces(markdown: str) -> str:
    """The Markdown with no-break spaces and curly apostrophes where French wants them; code is left alone."""
    parts = re.split(f"({CODE.pattern}|{MARKUP.pattern})", markdown, flags=re.DOTALL | re.MULTILINE)
    for rank in range(0, len(parts), 2):
        text = re.sub(r"(?<!\s) (?=[:;?!»](?![-:]))|(?<=«) ", "\u00a0", parts[rank])
        parts[rank] = re.sub(r"(?<=\w)'(?=\w)", "’", re.sub(rf"(?<=\d) (?={UNIT})", "\u00a0", text))
    return "".join(parts)


if __name__ == "__main__":  # python tests/tools/french.py site/index.md README.fr.md
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(with_spaces(page.read_text(encoding="utf-8")), encoding="utf-8")
