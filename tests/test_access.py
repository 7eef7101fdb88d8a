"""The colours of the course's figures: told apart by colour-blind readers, and standing out from their ground."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from helpers import plots

KINDS = ("deuteranomaly", "protanomaly", "tritanomaly")
APART = 10  # a difference in CAM02-UCS: ten times one that is just noticed side by side


def luminance(color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in to_rgb(color)]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(first, second) -> float:
    """Contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def seen(color, kind: str):
    """The colour as someone with one kind of complete colour blindness sees it."""
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    return np.clip(cspace_convert(to_rgb(color), space, "sRGB1"), 0, 1)


def nearest(colors, kind: str) -> float:
    """Smallest difference between two of the colours, as seen by a colour-blind person."""
    return min(deltaE(seen(a, kind), seen(b, kind), input_space="sRGB1") for a, b in combinations(colors, 2))


@pytest.fixture
def drawn(monkeypatch):
    """Figures that the helpers would show, kept instead, in the style of the course."""
    figures = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: figures.append(figure))
    with plt.rc_context():
        plots.set_style()
        yield figures
    plt.close("all")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colors", [plots.PALETTE, plots.SERIES], ids=["palette", "series"])
def test_colours_are_told_apart_by_colour_blind_readers(colors, kind):
    assert nearest(colors, kind) >= APART


@pytest.mark.parametrize("colors", [("#00A000", "#FF0000"), ("#1f77b4", "#9467bd")], ids=["red-green", "matplotlib"])
def test_colours_that_some_confuse_are_found(colors):
    assert nearest(colors, "deuteranomaly") < APART


def test_lines_and_bars_take_the_colours_that_stand_out(drawn):
    names = [f"série {number}" for number in range(len(plots.SERIES))]
    plots.learning_curves({name: {0: 0.0, 1: 1.0} for name in names}, "titre", "mesure", "courbes")
    plots.grouped_bars({name: {"a": 1.0, "b": 2.0} for name in names}, "titre", "mesure", "barres")
    lines, bars = (figure.axes[0] for figure in drawn)
    colors = [line.get_color() for line in lines.lines]
    assert [to_rgb(group[0].get_facecolor()) for group in bars.containers if group] == [*map(to_rgb, colors)]
    assert {to_rgb(color) for color in colors} == {to_rgb(color) for color in plots.SERIES}
    assert all(contrast(color, "white") >= 3 for color in colors)


def test_a_colour_too_pale_for_a_line_is_found():
    assert contrast("#E69F00", "white") < 3 < contrast("#D55E00", "white")


def test_pale_grounds_carry_black_text():
    assert min(contrast(color, "black") for color in plots.PALE) >= 7


def test_numbers_of_a_heat_map_are_readable_on_every_cell():
    values = [list(np.linspace(0, 1, 101))]
    figure = plots.heat_map_figure(values, [""], [""] * 101, "titre")
    axes, image = figure.axes[0], figure.axes[0].images[0]
    grounds = [image.cmap(image.norm(value)) for value in values[0]]
    inks = [text.get_color() for text in axes.texts]
    assert len(inks) == 101 and set(inks) == {"black", "white"}
    assert min(contrast(ink, ground) for ink, ground in zip(inks, grounds, strict=True)) >= 4.5
    plt.close(figure)
