"""The French of the lessons, the README and the site: spelling, typography, and the glossary."""

import re

import french
import glossary
import pytest

from lessons import lessons

LESSONS = lessons()
TEXTS = [*LESSONS, *french.pages()]
each_text = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
spelling = pytest.mark.skipif(
    not french.has_dictionary(), reason="hunspell and its French dictionary are missing (Debian: hunspell hunspell-fr)"
)


@pytest.fixture(scope="module")
def misspelt():
    """Words of all the texts that the dictionary does not know; asking once is quicker."""
    return french.misspelt(set().union(*map(french.words_by, TEXTS)))


@spelling
@each_text
def test_spelling(path, misspelt):
    assert sorted(french.not_ours(misspelt & french.words_by(path))) == []


@spelling
def test_spelling_finds_mistakes():
    text = "L’atention, un tokenizer, l’entrainement et l’affinage, Ecrivez, `codde`, des *tokens spesial*."
    words = french.words_of(french.french_of(text))
    assert french.not_ours(french.misspelt(words)) == {"atention", "entrainement", "Ecrivez"}


@spelling
def test_word_list_is_sorted_and_every_word_is_used(misspelt):
    own = french.own_words()
    assert own == sorted(set(own))
    words = {french.base_of(word) for word in misspelt}
    used = words | {word[0].lower() + word[1:] for word in words}
    prose = "\n".join(french.markdown_of(path) for path in TEXTS)
    assert [entry for entry in own if (entry not in prose if " " in entry else entry not in used)] == []


def test_most_of_a_lesson_is_read():
    assert min(len(french.words_by(lesson)) for lesson in LESSONS) > 300
    text = "[a]: http://x.org\nUn mot, `du code`, <b>deux</b> *english*.\n```\nx = 1\n```\nFin."
    assert french.words_of(french.french_of(text)) == {"Un", "mot", "deux", "Fin"}


def test_code_shows_french():
    """Titles, alternative texts, labels, checks and hints are found in the code cells."""
    shown = {kind for lesson in LESSONS for source in french.code_of(lesson) for kind, _ in french.shown_by(source)}
    assert shown == french.SHOWN | {"check", "chart"}
    source = 'plots.score_bars({"un": x["deux"]}, title=f"« {a[\'b\']} » gagne".replace(".", ","), alt="Barres.")'
    texts = [text for _, text in french.shown_by(source)]
    assert sorted(texts) == sorted(["« ", " » gagne", "Barres.", "un"])


@each_text
def test_typography(path):
    found = french.mistakes(french.prose_of(french.markdown_of(path)))
    if path.name.startswith("README"):  # its source is read as plain text, where no-break spaces do not show
        found = [(name, passage) for name, passage in found if "no-break" not in name]
    assert found == []


@pytest.mark.parametrize("page", french.pages()[1:], ids=lambda path: path.stem)
def test_pages_have_no_break_spaces_and_curly_apostrophes(page):
    """As test_lessons.py asks of the lessons; `python tests/tools/french.py PAGE` sets them."""
    prose = french.prose_of(french.markdown_of(page))
    wrong = r".{0,20}(?: [:;?!»]|« |\w[;?!»]|\w:(?=\s)|«\S|['\"]).{0,20}"
    assert re.findall(wrong, re.sub(r"^(?:```|:::|\{).*$", "", prose, flags=re.MULTILINE)) == []


def test_spaces_are_set():
    text = french.with_spaces("[Un](x) : « `a : b` » ; l'un de 5 Go !\n\n| :-- |\n")
    assert text == "[Un](x)\u00a0: «\u00a0`a : b`\u00a0»\u00a0; l’un de 5\u00a0Go\u00a0!\n\n| :-- |\n"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("Voici...", "three dots for …"),
        ("Des mots, etc…", "etc. needs no …"),
        ("Deux  espaces.", "two spaces"),
        ("Un , deux.", "a space before a comma or a full stop"),
        ("Un,deux.", "no space after a comma or a full stop"),
        ("Ceci ( cela).", "a space inside parentheses"),
        ("Un mot - un autre.", "a hyphen for a dash"),
        ("A la fin.", "A without its accent"),
        ("Ca va.", "Ca or Etat without cedilla or accent"),
        ("10 000 mots.", "thousands need a no-break space"),
        ("Environ 0.5.", "a decimal point"),
        ("De 5 Go.", "a number and its unit need a no-break space"),
        ("La 2ème.", "an ordinal is 2e, 1er, 1re"),
        ("Le “mot”.", "English quotation marks"),
        ("Du CO2.", "CO₂"),
        ("Le le mot.", "a word twice"),
        ("« Un mot.", "« without »"),
        ("(Un mot.", "( without )"),
        ("Une phrase", "no full stop"),
    ],
)
def test_typography_finds(text, mistake):
    assert mistake in [name for name, _ in french.mistakes(text)]


@each_lesson
def test_strings_shown_by_code(lesson):
    """Curly apostrophes, in comments too; no doubled word; alternative texts are sentences that describe."""
    shown = [pair for source in french.code_of(lesson) for pair in french.shown_by(source)]
    prose = [text for kind, text in shown if kind != "hint"]
    assert [text for text in prose if re.search(r"\w'\w|\.\.\.|  |\b(\w+) \1\b", text)] == []
    assert [text for kind, text in shown if kind == "title" and text.endswith(".")] == []
    alts = [text for kind, text in shown if kind == "alt"]
    assert [text for text in alts if len(text) <= 20 or not text.endswith(".")] == []
    assert [text for text in alts if re.match(r"(?:Une? )?(?:figure|graphique)", text)] == []
    notes = [note for source in french.code_of(lesson) for note in french.notes_of(source)]
    assert [note for note in notes if re.search(r"\w'\w", note)] == []


@each_lesson
def test_markdown_pictures_have_alternative_text(lesson):
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", french.markdown_of(lesson))
    assert [alt for alt, address in pictures if len(alt) <= 20 and "colab-badge" not in address] == []
    assert "<img" not in french.markdown_of(lesson)


ENTRIES = glossary.entries()
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
# In bold for emphasis, or a word that the sentence itself explains and the course does not take up again.
EMPHASIS = {
    "Au hasard",
    "Entier",
    "ajoute",
    "autorégression",
    "documents",
    "non divisés",
    "pourcentages",
    "ranger, étiqueter, comparer",
    "recouvre",
    "transformer",
    "varier",
    "écrire et dialoguer",
    "entités",
}
ASIDES = {
    "EXIF",
    "accuracy",
    "exact",
    "gate",
    "model FLOPs utilization",
    "partial",
    "strict",
    "stratified split",
    "tag",
    "task",
    "taxa",
    "thresholding",
    "type",
    "unknown",
    "warm-up",
}


def test_glossary_is_read_whole():
    text = glossary.GLOSSARY.read_text(encoding="utf-8")
    assert len(ENTRIES) == text.count("\n**") and 70 <= len(ENTRIES) <= 140


def test_glossary_is_in_french_alphabetical_order():
    keys = [glossary.sorting_key(entry.term) for entry in ENTRIES]
    assert keys == sorted(set(keys))
    assert sorted(["époque", "encodeur", "F1", "été"], key=glossary.sorting_key) == ["encodeur", "époque", "été", "F1"]
    letters = re.findall(r"^## (.)$", glossary.GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert letters == sorted({key[0].upper() for key in keys})


@each_entry
def test_entry_leads_to_first_use(entry):
    """The first link names the lesson that first uses the term, and a section that does."""
    used = glossary.places(entry.term)
    assert used, "no lesson uses this term"
    number, _, stem, anchor = entry.links[0]
    assert stem == used[0][0].stem and anchor in {section.anchor for lesson, section in used if lesson == used[0][0]}
    assert stem.startswith(number)


@each_entry
def test_entry_is_well_made(entry):
    """One or two short sentences; links that exist, with the title of their section."""
    assert 30 <= len(entry.definition) <= 220 and entry.definition.count(". ") <= 1 and entry.definition.endswith(".")
    assert entry.definition[0].isupper()
    for number, title, stem, anchor in entry.links:
        lesson = next(path for path in LESSONS if path.stem == stem)
        assert number == stem[:2]
        titles = {
            (section.title.removeprefix(f"{number} · "), section.anchor) for section in glossary.sections_of(lesson)
        }
        assert (title, anchor) in titles


def test_places_tell_forms_apart():
    found = [
        bool(glossary.pattern_of("décodeur").search(text)) for text in ("Les décodeurs", "encodeur-décodeur", "décoder")
    ]
    assert found == [True, False, False]
    assert glossary.pattern_of("paresseux").search("elle est paresseuse")
    assert glossary.plain("noyau (*kernel*), **le** processus") == "noyau, le processus"


@each_lesson
def test_introduced_terms_are_in_the_glossary(lesson):
    bold, english = glossary.introduced(lesson)
    terms = {word.lower() for entry in ENTRIES for word in re.split(r",? ", entry.term)} | {e.term for e in ENTRIES}
    known = {word.lower() for entry in ENTRIES for word in (*entry.english, entry.term)}
    assert [w for w in bold if w not in EMPHASIS and not {w, w.lower(), w.lower().removesuffix("s")} & terms] == []
    assert [w for w in english if w not in ASIDES and not {w.lower(), w.lower().removesuffix("s")} & known] == []


def test_exceptions_are_all_needed():
    pairs = [glossary.introduced(lesson) for lesson in LESSONS]
    assert EMPHASIS & {word for bold, _ in pairs for word in bold} == EMPHASIS
    assert ASIDES & {word for _, english in pairs for word in english} == ASIDES
