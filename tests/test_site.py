"""The site as readers meet it: in a browser, on a phone, with a keyboard or a screen reader, offline."""

import re
from urllib.parse import urldefrag, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from website import SITE, build, mended, with_headers

from lessons import COLAB, lessons, notebook_path

LESSONS = [lesson.stem for lesson in lessons()]
WRITTEN = [path.stem for path in sorted(SITE.glob("*.md"))]
PAGES = [f"{name}.html" for name in [*WRITTEN, *LESSONS, "search"]]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Open what is folded, show and colour it at once, and keep one piece of code of each kind per ground: the others have
# the same colours.
SIFT = """() => {
    const style = document.head.appendChild(document.createElement("style"))
    style.textContent = "* { animation: none !important; transition: none !important }"
    document.querySelectorAll("details").forEach(details => { details.open = true })
    const seen = new Set()
    document.querySelectorAll(".highlight").forEach(code => {
        const ground = code.closest(".cell, .output")?.className
        code.querySelectorAll("pre span[class]").forEach(span => {
            const kind = `${ground} ${span.className}`
            if (seen.has(kind)) span.replaceWith(span.textContent)
            seen.add(kind)
        })
    })
}"""
SMALL = """least => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const text = walker.currentNode, box = text.parentElement
        if (!text.data.trim() || !box.checkVisibility({visibilityProperty: true})) continue
        const size = parseFloat(getComputedStyle(box).fontSize)
        if (size < least) found.push(`${size}px ${box.tagName} ${text.data.trim().slice(0, 40)}`)
    }
    return found
}"""
# What sticks out of the screen sideways, but for what lies in code, results and tables, which scroll by themselves.
OUTSIDE = """() => {
    const out = box => box.checkVisibility() && box.getBoundingClientRect().right > innerWidth + 1
    const found = [...document.querySelectorAll("main *, header *, footer *")].filter(out)
    const scrolling = "pre, .output, .pst-scrollable-table-container"
    return found.filter(box => !box.closest(scrolling)).map(box => box.outerHTML.slice(0, 80))
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """async () => {
    await Promise.allSettled(document.getAnimations().map(animation => animation.finished))
    const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect()
    const ring = style.outlineStyle != "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow != "none"
    const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    return {name: (focused.ariaLabel || focused.textContent).trim(), tag: focused.tagName, shown: ring && inside}
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Folder of the site, built with a stand-in for each lesson's slides."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "slides").mkdir()
    for name in LESSONS:
        (folder / "slides" / f"{name}.html").write_text(f"<!doctype html><html lang=fr><title>{name}</title></html>")
    build(folder / "site", folder / "slides")
    return folder / "site"


@pytest.fixture(scope="module")
def address(site, serve):
    """Address of the site on this machine."""
    return serve(site)


@pytest.fixture
def open_page(browser, address):
    """Opens a page in a window of a size; `page.complaints` are its console errors and requests beyond the site."""
    contexts = []

    def opened(path, viewport=DESKTOP, content=None):
        contexts.append(browser.new_context(viewport=viewport, locale="fr-FR", color_scheme="light"))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.complaints.append(request.url) if is_beyond(request.url) else None)
        if content:
            page.route(f"**/{path}", lambda route: route.fulfill(body=content, content_type="text/html"))
        page.goto(f"{address}/{path}")
        return page

    def is_beyond(url):
        return not url.startswith((f"{address}/", "data:"))

    yield opened
    for context in contexts:
        context.close()


def parsed(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def broken_links(folder):
    """Links and sources, of all the pages, that lead nowhere."""
    pages = {path.name: parsed(path) for path in folder.glob("*.html")}
    anchors = {name: {tag.get("id") for tag in page.find_all(id=True)} | {""} for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        links = [tag[key] for tag in page.find_all(True) for key in ("href", "src", "action") if tag.has_attr(key)]
        for link in links:
            parts = urlsplit(link)
            if parts.scheme and not (parts.scheme == "https" and "." in parts.netloc):
                broken.append((name, link))
            if parts.scheme:
                continue
            path, anchor = parts.path or name, urldefrag(link).fragment
            if not (folder / path).is_file() or (path in anchors and anchor not in anchors[path]):
                broken.append((name, link))
    return broken


def violations(page, **options):
    """What axe-core reproaches the page with: rule, how often, and one example."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    first = [(rule["id"], len(rule["nodes"]), rule["nodes"][0]) for rule in found]
    return [(name, count, node["html"][:200], node["failureSummary"]) for name, count, node in first]


def headings(page):
    return [int(tag.name[1]) for tag in page.find("main").find_all(re.compile("^h[1-6]$"))]


def test_every_link_and_anchor_resolves(site):
    assert broken_links(site) == []


def test_a_dead_link_and_a_dead_anchor_are_found(site, tmp_path):
    page = '<a href="absent.html"></a><a href="#absent"></a><a href="#a" id="a"></a><a href="http://x.org"></a>'
    (tmp_path / "page.html").write_text(page)
    assert [link for _, link in broken_links(tmp_path)] == ["absent.html", "#absent", "http://x.org"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_page_holds_what_the_lesson_holds(site, lesson):
    page, notebook = parsed(site / f"{lesson}.html"), nbformat.read(notebook_path(SITE / f"{lesson}.md"), 4)
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    shown = [output.metadata[kind]["alt"] for cell in notebook.cells for output in cell.get("outputs", [])
             for kind in output.get("data", {}) if kind.startswith("image/")]  # fmt: skip
    assert [picture["alt"] for picture in page.select("article img")] == shown
    folded = page.select("article details")
    assert len(folded) == tags.count("solution") and not any(details.has_attr("open") for details in folded)
    links = {link.get_text(): link["href"] for link in page.select(".portes a")}
    assert links["Ouvrir dans Colab"].startswith(COLAB) and links["Ouvrir dans Colab"].endswith(f"/{lesson}.ipynb")
    assert links["Diapositives"] == f"slides/{lesson}.html"
    assert "%pip install" not in page.get_text() and page.html["lang"] == "fr"
    assert headings(page)[0] == 1 and headings(page).count(1) == 1


def test_pages_follow_one_another(site):
    following = [parsed(site / f"{name}.html").select_one("a.right-next")["href"] for name in ["index", *LESSONS[:-1]]]
    preceding = [parsed(site / f"{name}.html").select_one("a.left-prev")["href"] for name in LESSONS]
    assert following == [f"{name}.html" for name in LESSONS]
    assert preceding == [f"{name}.html" for name in ["index", *LESSONS[:-1]]]


def test_home_page_lists_the_lessons(site):
    items = parsed(site / "index.html").select("ol.lecons > li")
    assert [item.select_one("h3 a")["href"] for item in items] == [f"{name}.html" for name in LESSONS]
    assert all(re.search(r"\d+\sminutes", item.get_text()) and len(item.p.get_text()) > 40 for item in items)


def test_no_english_is_left_in_the_frame(site):
    """The words around the lessons: menus, buttons, what is folded, what screen readers say."""
    page = parsed(site / f"{LESSONS[4]}.html")
    words = [tag[key] for tag in page.find_all(True) for key in ("aria-label", "title", "placeholder") if tag.get(key)]
    words += [tag.get_text(" ", strip=True) for tag in page.select("header, footer, nav, button, summary, dialog")]
    english = (
        r"\b(search|toggle|next|previous|skip|home|page toc|navigation bar|light|dark|show|hide|copy|created|built)\b"
    )
    assert len(words) > 20 and [text for text in words if re.search(english, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_in_light_and_dark(open_page, path):
    page = open_page(path)
    page.wait_for_load_state("load")
    assert page.complaints == []
    page.evaluate(SIFT)
    assert violations(page, runOnly=RULES) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme == 'dark'")
    assert violations(page, runOnly=COLOURS) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_readable_on_a_phone(open_page, path):
    page = open_page(path, PHONE)
    page.evaluate(SIFT)
    assert page.evaluate(SIDEWAYS) <= 0, "the page scrolls sideways"
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(SMALL, 16) == []
    assert violations(page, runOnly=RULES, rules={"color-contrast": {"enabled": False}}) == []


@pytest.fixture
def spoilt(site, open_page):
    """Opens a lesson's page in which one thing was replaced by another."""

    def opened(before, after, viewport=DESKTOP):
        name = f"{LESSONS[4]}.html"
        content = (site / name).read_text(encoding="utf-8")
        assert before in content
        return open_page(name, viewport, content.replace(before, after, 1))

    return opened


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (' alt="', ' data-alt="', "image-alt"),
        ("</h1>", "</h1><h4>Trop bas</h4>", "heading-order"),
        ("<p>", '<p style="color: #999">', "color-contrast"),
        (' lang="fr"', "", "html-has-lang"),
        ("</article>", '<table><tr><th></th><th scope="col">a</th></tr></table></article>', "empty-table-header"),
    ],
)
def test_an_inaccessible_page_is_found(spoilt, before, after, rule):
    page = spoilt(before, after)
    page.evaluate(SIFT)
    assert rule in [found for found, *_ in violations(page, runOnly=RULES)]


def test_code_too_pale_is_found(spoilt):
    page = spoilt("</head>", "<style>.highlight .k, .highlight .kn { color: #aaa !important }</style></head>")
    page.evaluate(SIFT)
    assert "color-contrast" in [found for found, *_ in violations(page, runOnly=COLOURS)]


def test_a_page_that_a_phone_cannot_show_is_found(spoilt):
    page = spoilt("</article>", '<p style="width: 500px; font-size: 15px">trop large, trop petit</p></article>', PHONE)
    assert any("trop large" in found for found in page.evaluate(OUTSIDE))
    assert page.evaluate(SMALL, 16) == ["15px P trop large, trop petit"]


def test_a_request_beyond_the_site_and_an_error_are_found(spoilt):
    page = spoilt("</body>", "<img src='https://example.invalid/a.png'><script>console.error('oh')</script></body>")
    assert "https://example.invalid/a.png" in page.complaints and "oh" in page.complaints


def results(page):
    """Pages that the search found, in order, once it is done."""
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.trim()")
    page.wait_for_function("!document.querySelector('#search-results h2').textContent.endsWith('.')")
    return [
        link.get_attribute("href").split("#")[0].split("?")[0] for link in page.query_selector_all("ul.search li > a")
    ]


def test_search_box_finds_perplexity(open_page):
    page = open_page("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("perplexité")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    assert "13_pre_entrainer_un_modele.html" in results(page)
    assert page.complaints == []
    page.evaluate(SIFT)
    assert violations(page, runOnly=RULES) == []


@pytest.mark.parametrize("query", ["perplexité", "Perplexités", "perplexite", "PERPLEXITES"])
def test_search_takes_other_forms_of_a_word(open_page, query):
    assert "13_pre_entrainer_un_modele.html" in results(open_page(f"search.html?q={query}"))


def test_search_finds_nothing_where_nothing_is(open_page):
    assert results(open_page("search.html?q=zygomatique")) == []


def stops(page, number):
    """What has the focus after each press of Tab: its name, its tag, whether it is on screen with a visible ring."""
    found = []
    while len(found) < number and (not found or found[-1]["tag"] != "BODY"):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return [stop for stop in found if stop["tag"] != "BODY"]


def test_keyboard_reaches_everything_and_shows_where_it_is(open_page):
    page = open_page(f"{LESSONS[0]}.html")
    found = stops(page, 300)
    names = [stop["name"] for stop in found]
    assert names[0] == "Passer au contenu principal" and len(names) < 300
    assert [stop for stop in found if not stop["shown"]] == []
    for name in ("Recherche", "Thème", "Dépôt du cours", "Ouvrir dans Colab", "Diapositives", "À retenir"):
        assert name in names, names
    assert {"A", "BUTTON", "PRE", "SUMMARY"} <= {stop["tag"] for stop in found}, "links, buttons, code, solutions"


def test_a_focus_that_is_not_shown_is_found(spoilt):
    page = spoilt("</head>", "<style>* { outline: none !important; box-shadow: none !important }</style></head>")
    assert not any(stop["shown"] for stop in stops(page, 5))


def test_skip_link_leads_to_the_text(open_page):
    page = open_page(f"{LESSONS[13]}.html")
    stops(page, 1)
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"
    assert stops(page, 1)[0]["name"] == "Ouvrir dans Colab"


def test_solution_unfolds_by_keyboard(open_page):
    page = open_page(f"{LESSONS[13]}.html")
    summary = page.locator("article details summary").first
    solution = page.locator("article details pre").first
    assert not solution.is_visible() and "Voir la solution" in summary.inner_text()
    summary.focus()
    page.keyboard.press("Enter")
    assert solution.is_visible() and "Replier la solution" in summary.inner_text()


def test_menu_of_a_phone_opens_and_closes_by_keyboard(open_page):
    page = open_page(f"{LESSONS[13]}.html", PHONE)
    assert "Navigation dans le site" in [stop["name"] for stop in stops(page, 2) if stop["shown"]]
    page.keyboard.press("Enter")
    lesson = page.locator("dialog nav a", has_text="Pipelines")
    lesson.wait_for(state="visible")
    assert violations(page, runOnly=RULES, rules={"color-contrast": {"enabled": False}}) == []
    page.keyboard.press("Escape")
    lesson.wait_for(state="hidden")


def test_folded_parts_say_their_name_to_screen_readers():
    page = '<details class="hide"><summary aria-label="Toggle hidden content">Voir la solution</summary></details>'
    assert "aria-label" not in mended(page)


def test_empty_corner_of_a_table_is_no_header():
    table = "<table><thead><tr><th></th><th>F1</th></tr></thead><tbody><tr><th>LOC</th><td>1</td></tr></tbody></table>"
    cells = with_headers(BeautifulSoup(table, "html.parser")).find_all(["th", "td"])
    assert [(cell.name, cell.get("scope")) for cell in cells] == [
        ("td", None),
        ("th", "col"),
        ("th", "row"),
        ("td", None),
    ]
