"""Sphinx settings of the course's site; tests/tools/website.py gathers the pages and calls Sphinx."""

import tomllib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.search.fr import SearchFrench

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Atelier Transformers"
html_title = project
language = "fr"
extensions = ["myst_nb"]
templates_path = ["_templates"]
smartquotes = False  # the prose has its own
suppress_warnings = ["misc.highlighting_failure"]  # a cell that writes a shell script is highlighted as far as it goes

nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_code_prompt_show = "Voir la solution"  # the only folded cells
nb_code_prompt_hide = "Replier la solution"
myst_enable_extensions = []
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["atelier.css"]
html_favicon = "_static/icone.svg"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_sidebars = {"**": ["lecons.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": project},
    "navbar_center": [],
    "navbar_end": ["theme-switcher", "navbar-icon-links"],
    "icon_links": [{"name": "Dépôt du cours", "url": PROJECT["urls"]["Repository"], "icon": "fa-brands fa-github"}],
    "icon_links_label": "Ailleurs",
    "search_bar_text": "Chercher dans le cours",
    "article_header_start": [],
    "secondary_sidebar_items": ["page-toc"],
    "primary_sidebar_end": [],
    "footer_start": ["licences.html"],
    "footer_end": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

ACCENTS = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")


class SearchFrenchWithoutAccents(SearchFrench):
    """French search which also finds words that the reader types without their accents."""

    def split(self, input: str) -> list[str]:
        """The words of a text, those that bear accents twice: with and without."""
        words = super().split(input)
        plain = (word.lower().replace("œ", "oe").translate(ACCENTS) for word in words)
        return words + [bare for word, bare in zip(words, plain, strict=True) if bare != word.lower()]


def setup(app: Sphinx) -> None:
    """Put the accent-blind search in the place of the French one."""
    app.add_search_language(SearchFrenchWithoutAccents)
