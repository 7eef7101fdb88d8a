"""Every slide of every lesson in a real browser at 1280×720: it fits, it can be read, nothing leaves the machine."""

import ast
import functools
import re
import time

import nbformat
import pytest
import slides
from bs4 import BeautifulSoup
from nbconvert.filters import markdown2html
from slides_lesson import is_prose, left_out, only_draws
from slides_measure import HEIGHT, WIDTH, package
from slides_plan import PICTURES

from lessons import ROOT, START, lessons, tags

LESSONS = lessons()
each_lesson = pytest.mark.parametrize("name", [lesson.stem for lesson in LESSONS])
CHECK, CONTRAST = ((slides.DECK / name).read_text(encoding="utf-8") for name in ("check.js", "contrast.js"))
RULES = """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}).then((found) =>
    found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html.slice(0, 120)}`))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("slides")


@pytest.fixture(scope="module")
def counts(folder):
    """Number of slides of each lesson, once they are built; and the time that it took."""
    started = time.perf_counter()
    counts = slides.build(folder)
    counts["seconds"] = time.perf_counter() - started
    return counts


@pytest.fixture(scope="module")
def address(folder, counts, serve):
    """Address, on this machine, at which the slides are served."""
    return serve(folder)


@pytest.fixture
def page(browser):
    """A page that notes what it asks for, and what goes wrong."""
    opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    opened.asked, opened.wrong = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("requestfailed", lambda request: opened.wrong.append(f"failed: {request.url}"))
    opened.on("response", lambda answer: answer.status >= 400 and opened.wrong.append(f"{answer.status}: {answer.url}"))
    opened.on("console", lambda said: said.type in ("error", "warning") and opened.wrong.append(said.text))
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    yield opened
    opened.close()


def show(page, url):
    """Open slides and reveal what appears step by step."""
    page.goto(url)
    page.wait_for_function("Reveal.isReady()")
    page.evaluate("document.fonts.ready")
    page.evaluate("Reveal.configure({fragments: false})")


def load_axe(page):
    """Load axe-core from its package."""
    page.add_script_tag(path=str(package("axe_playwright_python") / "axe.min.js"))


def findings(page):
    """What is wrong with the slide shown, as lines of text."""
    return [f"{kind}: {line}" for kind, lines in page.evaluate(CHECK).items() for line in lines]


def leaving(page, address):
    """Addresses asked for that are not on this machine."""
    return [url for url in page.asked if not url.startswith((address, "data:"))]


@each_lesson
def test_every_slide_fits_and_can_be_read(name, page, address, counts, record_property):
    started = time.perf_counter()
    show(page, f"{address}/{name}.html")
    wrong = []
    for rank in range(counts[name]):
        identity = page.evaluate("Reveal.getCurrentSlide().id")
        wrong += [f"slide {rank + 1} ({identity}) {line}" for line in findings(page)]
        page.evaluate("Reveal.next()")
    assert page.evaluate("Reveal.isLastSlide()") and page.evaluate("Reveal.getTotalSlides()") == counts[name]
    assert not wrong, "\n".join(wrong)
    load_axe(page)
    contrast = page.evaluate(CONTRAST)
    assert contrast["judged"] > 10 * counts[name] and not contrast["low"]
    assert not leaving(page, address) and not page.wrong
    if name == LESSONS[0].stem:
        record_property("measure", f"slides built in {counts['seconds']:.1f} s")
    record_property("measure", f"slides {name}: {counts[name]} slides in {time.perf_counter() - started:.1f} s")


SPOILT = {
    "outside": "<p style='height: 800px'>trop haut</p>",
    "scrolls": f"<pre style='white-space: pre; overflow: auto'>{'x' * 400}</pre>",
    "small": "<p style='font-size: 15px'>trop petit</p>",
    "silent": "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' alt=''>",
    "broken": "<img src='data:image/png;base64,AAAA' alt='une image qui ne se lit pas du tout'>",
}


@pytest.mark.parametrize("kind", SPOILT)
def test_the_checks_see_what_is_wrong(kind, page, address):
    show(page, f"{address}/{LESSONS[0].stem}.html")
    page.evaluate("Reveal.slide(1)")
    assert findings(page) == []
    page.evaluate("html => Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', html)", SPOILT[kind])
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    assert any(line.startswith(f"{kind}:") for line in findings(page))


@pytest.mark.parametrize("text", ["trop pâle pour être lu de loin", "→"])
def test_a_text_too_pale_is_seen_on_any_slide(text, page, address):
    show(page, f"{address}/{LESSONS[0].stem}.html")
    load_axe(page)
    pale = f"<p class='pale' style='color: #999; background: #fff'>{text}</p>"
    page.evaluate("html => document.querySelectorAll('section section')[7].insertAdjacentHTML('beforeend', html)", pale)
    low = page.evaluate(CONTRAST)["low"]
    assert len(low) == 1 and "pale" in low[0]


def test_an_address_elsewhere_would_be_seen(page, address):
    show(page, f"{address}/{LESSONS[0].stem}.html")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.org/image.png'}))")
    page.wait_for_function("document.body.lastChild.complete")
    assert leaving(page, address) == ["https://example.org/image.png"] and page.wrong


def test_keyboard_notes_and_way_back(page, address, counts):
    name = LESSONS[1].stem
    page.goto(f"{address}/{name}.html")
    page.wait_for_function("Reveal.isReady()")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.title() == "01 · Pipelines · diapositives"
    assert page.inner_text(".slide-number").split() == ["1", "/", str(counts[name])]
    page.keyboard.press("ArrowRight")
    assert page.inner_text("section.present h2") == "Positif ou négatif\u00a0?"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("Reveal.getIndices().v") == 1
    page.keyboard.press("Shift+Space")
    assert page.evaluate("Reveal.getIndices().v") == 0
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_function(
        "document.querySelector('.speaker-controls-notes .value').innerText.includes('étiquette')"
    )
    speaker.close()
    page.click("footer a")
    assert page.url == f"{address}/index.html" and not page.wrong


def test_index_lists_the_lessons(page, address, counts):
    page.goto(f"{address}/index.html")
    links = page.eval_on_selector_all("li a", "links => links.map(link => link.getAttribute('href'))")
    assert links == [f"{lesson.stem}.html" for lesson in LESSONS]
    load_axe(page)
    assert page.evaluate(RULES) == []
    assert not leaving(page, address) and not page.wrong


def test_deck_breaks_no_rule_of_access(page, address):
    show(page, f"{address}/{LESSONS[1].stem}.html")
    load_axe(page)
    assert page.evaluate(RULES) == []


def test_a_deck_prints_one_page_per_slide(page, address, counts):
    page.goto(f"{address}/{LESSONS[1].stem}.html?print-pdf")
    page.wait_for_function("document.querySelectorAll('.pdf-page').length > 0")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == counts[LESSONS[1].stem]


@functools.cache
def deck_of(folder, name):
    return BeautifulSoup((folder / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def squeezed(text):
    """Letters and digits alone, so that markup and spaces do not count."""
    return re.sub(r"\W+", "", text)


@each_lesson
def test_all_prose_is_shown_or_in_the_notes(name, folder, counts):
    said = squeezed(deck_of(folder, name).get_text())
    lesson = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for cell in lesson.cells:
        for block in cell.source.split("\n\n") if cell.cell_type == "markdown" else []:
            if is_prose(block) and not block.startswith(("[![", "#")):
                html = BeautifulSoup(markdown2html(block), "html.parser")
                assert squeezed(html.get_text()) in said, f"{cell.id}: {block[:80]}"


@each_lesson
def test_code_is_shown_and_solutions_are_for_the_speaker(name, folder, counts):
    deck = deck_of(folder, name)
    noted = {squeezed(pre.get_text()) for pre in deck.select("aside pre")}
    shown = "\n".join(pre.get_text() for pre in deck.select(".code pre"))
    lesson = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    assert "helpers.verify(" not in deck.get_text() and "hosted = {" not in shown
    for cell in lesson.cells:
        if cell.cell_type != "code" or left_out(cell) or cell.source == START:
            continue
        code = cell.source.removeprefix("#@title Solution\n")
        if "solution" in tags(cell) or (cell.outputs and only_draws(code)):
            assert squeezed(code) in noted and code not in shown, cell.id
        elif code not in shown:
            folded = [pre.get_text() for pre in deck.select(".code pre")]
            assert any(same_code(code, other) for other in folded) or code.startswith("%"), cell.id


def same_code(code, other):
    """Whether two pieces of code differ by their layout only."""
    try:
        return ast.dump(ast.parse(code)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False


@each_lesson
def test_every_picture_is_shown_with_its_text(name, folder, counts):
    lesson = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    texts = [output.metadata[kind]["alt"] for output in outputs for kind in PICTURES if kind in output.get("data", {})]
    assert [image["alt"] for image in deck_of(folder, name).select("img")] == texts


@each_lesson
def test_most_slides_have_notes(name, folder, counts):
    sections = deck_of(folder, name).select("section > section")
    with_notes = [section for section in sections if section.select("aside.notes")]
    assert len(sections) == counts[name] and len(with_notes) >= 0.7 * len(sections)
