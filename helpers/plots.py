"""The course's figures: they draw what they are given and compute nothing."""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from PIL.Image import Image

# Okabe and Ito's palette: eight colours that colour-blind readers tell apart (https://jfly.uni-koeln.de/color/).
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
# Those of them that stand out from a white ground, at a contrast of 3:1 or more: for lines and bars.
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
# The same hues, pale enough to carry black text at a contrast of 7:1 or more.
PALE = ("#BBDDF2", "#FBE2AE", "#B2E4D3", "#F1D5E3", "#DDF0FB", "#F8CFB3", "#FBF7BD", "#DDDDDD")


def set_style() -> None:
    """Matplotlib defaults of the course: readable when projected, no superfluous frame."""
    plt.rcParams.update(
        {
            "figure.figsize": (8, 3.6),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 12,
            "axes.titlesize": 13,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": plt.cycler(color=SERIES),
        }
    )


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alternative text, then close it."""
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a picture, then close it."""
    figure.savefig(path)
    plt.close(figure)


def picture(image: Image, alt: str, width: int | None = None) -> None:
    """Display a picture as JPEG, which suits photographs and scans, `width` pixels wide on the page."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=70, optimize=True)
    shown = {"alt": alt} | ({"width": width} if width else {})
    display(
        {"image/jpeg": base64.b64encode(buffer.getvalue()).decode(), "text/plain": f"<{alt}>"},
        raw=True,
        metadata={"image/jpeg": shown},
    )


def score_bars(scores: Mapping[str, float], title: str, alt: str, xlabel: str = "score", decimals: int = 2) -> None:
    """Horizontal bars, one per label, in the order given, each with its value to so many decimals."""
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.42 * len(scores)))
    bars = axes.barh(list(scores), list(scores.values()))
    axes.bar_label(bars, labels=[f"{score:.{decimals}f}".replace(".", ",") for score in scores.values()], padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set(title=title, xlabel=xlabel)
    _finish(figure, axes)
    show(figure, alt)


def grouped_bars(groups: Mapping[str, Mapping[str, float]], title: str, ylabel: str, alt: str) -> None:
    """Vertical bars: `groups[series][category]`, every series having the same categories in the same order."""
    figure, axes = plt.subplots()
    categories = list(next(iter(groups.values())))
    width = 0.8 / len(groups)
    for rank, (series, values) in enumerate(groups.items()):
        places = [index - 0.4 + width * (rank + 0.5) for index in range(len(categories))]
        bars = axes.bar(places, [values[category] for category in categories], width * 0.94, label=series)
        axes.bar_label(bars, labels=[f"{values[category]:.1f}".replace(".", ",") for category in categories], padding=2)
    axes.margins(y=0.12)
    axes.set(title=title, ylabel=ylabel)
    axes.set_xticks(range(len(categories)), categories)
    _finish(figure, axes)
    show(figure, alt)


def heat_map(
    values: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    alt: str,
) -> None:
    """A table of numbers `values[row][column]` as coloured cells, each with its value; the darkest is the highest."""
    show(heat_map_figure(values, rows, columns, title), alt)


def heat_map_figure(
    values: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str], title: str
) -> Figure:
    """The figure of `heat_map`, to be saved."""
    figure, axes = plt.subplots(figsize=(4 + 0.62 * len(columns), 1.4 + 0.42 * len(rows)))
    image = axes.imshow(values, cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(columns)), columns, fontsize=10)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(title=title)
    axes.spines[:].set_visible(False)
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            color = "white" if image.norm(value) > 0.71 else "black"  # either reads at 4.5:1
            text = f"{value:.2f}".replace(".", ",")
            axes.text(column, row, text, ha="center", va="center", color=color, fontsize=10)
    return figure


def learning_curves(curves: Mapping[str, Mapping[int, float]], title: str, ylabel: str, alt: str) -> None:
    """One line per curve: `curves[name][update]`."""
    figure, axes = plt.subplots()
    for name, points in curves.items():
        axes.plot(list(points), list(points.values()), marker="o", markersize=4, label=name)
    axes.margins(y=0.12)
    axes.set(title=title, xlabel="mises à jour", ylabel=ylabel)
    _finish(figure, axes)
    show(figure, alt)


def masks(grids: Mapping[str, Sequence[Sequence[bool]]], title: str, alt: str) -> None:
    """Attention masks side by side, `grids[name][looking][looked_at]`; a coloured cell is one that may be seen."""
    figure, places = plt.subplots(1, len(grids), figsize=(1.2 + 2.2 * len(grids), 3), squeeze=False)
    for axes, (name, grid) in zip(places[0], grids.items(), strict=True):
        _mask(axes, grid)
        axes.set_title(name, fontsize=11, loc="center")
    figure.suptitle(title, x=0.01, ha="left", fontsize=13)
    show(figure, alt)


def families(panels: Mapping[str, tuple[Mapping[str, Sequence[Sequence[bool]]], str]], title: str, alt: str) -> None:
    """One panel per family of models: its masks (name → grid), from the first read to the last, and a few lines."""
    figure, columns = plt.subplots(1, len(panels), figsize=(10, 3.4))
    for axes, (name, (grids, text)) in zip(columns, panels.items(), strict=True):
        axes.set(xticks=[], yticks=[], facecolor="#F4F6F8")
        axes.spines[:].set_visible(False)
        axes.set_title(name, loc="center", fontweight="bold")
        side = 0.27
        for rank, (label, grid) in enumerate(grids.items()):
            left = (rank + 0.5) / len(grids) - side / 2
            inset = axes.inset_axes((left, 0.5, side, side * 1.3))
            inset.set_box_aspect(1)
            _mask(inset, grid)
            inset.set_title(label, fontsize=10, loc="center", pad=4)
        axes.text(0.5, 0.4, text, ha="center", va="top", fontsize=10.5, linespacing=1.5)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13)
    show(figure, alt)


def gallery(images: Sequence[Image], captions: Sequence[str], title: str, alt: str, columns: int = 5) -> None:
    """Pictures in rows of `columns`, each with its caption under it, all cut to the same square."""
    rows = -(-len(images) // columns)
    lines = max(caption.count("\n") + bool(caption) for caption in captions)
    figure, places = plt.subplots(rows, columns, figsize=(10, rows * (2.0 + 0.22 * lines) + 0.4), squeeze=False)
    for axes in places.flat:
        axes.set_axis_off()
    for axes, image, caption in zip(places.flat, images, captions, strict=False):
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        axes.imshow(image.convert("RGB").crop((left, top, left + side, top + side)))
        axes.set_title(caption, y=-0.04, va="top", loc="center", fontsize=10)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13)
    show(figure, alt)


def patches(image: Image, size: int, title: str, alt: str) -> None:
    """A picture cut by a grid into squares of `size` pixels."""
    figure, axes = plt.subplots(figsize=(4, 4.2))
    axes.imshow(image)
    axes.set_xticks([edge - 0.5 for edge in range(size, image.width, size)], [])
    axes.set_yticks([edge - 0.5 for edge in range(size, image.height, size)], [])
    axes.grid(color="white", linewidth=2)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    show(figure, alt)


def colored_tokens(
    tokens: Sequence[str], colors: Sequence[int] | None = None, notes: Sequence[str] | None = None
) -> HTML:
    """Tokens side by side on coloured grounds, each with an optional note under it.

    `colors` are indices into the palette (by default the tokens' ranks, so that neighbours differ); −1 is no colour.
    """
    colors = range(len(tokens)) if colors is None else colors
    notes = notes or [""] * len(tokens)
    cells = "".join(_token(*cell) for cell in zip(tokens, colors, notes, strict=True))
    return HTML(f'<div style="line-height:2.6;font-family:monospace">{cells}</div>')


def _mask(axes: Axes, grid: Sequence[Sequence[bool]]) -> None:
    """One mask as a grid of cells with white lines between them."""
    axes.pcolormesh(grid, cmap=ListedColormap(["#DDE3E8", PALETTE[0]]), vmin=0, vmax=1, edgecolors="white", linewidth=2)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)


def _token(token: str, color: int, note: str) -> str:
    """One token as HTML."""
    ground = "transparent" if color < 0 else PALE[color % len(PALE)]
    under = (
        f'<span style="display:block;font-size:.7em;line-height:1.1;color:#333">{escape(note)}</span>' if note else ""
    )
    box = "display:inline-block;vertical-align:top;line-height:1.4;margin:2px;padding:1px 5px;border-radius:3px"
    style = f"{box};text-align:center;background:{ground};color:#000"
    return f'<span style="{style}">{escape(token)}{under}</span>'


def _finish(figure: Figure, axes: Axes) -> None:
    """Decimal commas on the value axes, and a legend under the data when there is something to tell apart."""
    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(axis.get_major_formatter(), ScalarFormatter):
            axis.set_major_formatter(lambda value, _: f"{value:.4g}".replace(".", ","))
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, frameon=False, loc="outside lower center", ncols=len(labels))
