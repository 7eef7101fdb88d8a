"""The fonts that matplotlib carries: the three DejaVu families and STIX, which looks like Times."""

from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont
from PIL import ImageFont

FAMILIES = {"sans": "DejaVu Sans", "serif": "DejaVu Serif", "mono": "DejaVu Sans Mono", "times": "STIXGeneral"}
# At one size the letters of these families are not equally large.
STRETCH = {"sans": 1.0, "serif": 1.0, "mono": 0.96, "times": 1.25}
# STIX parts its words so little that they run together on a small page.
SPACES = {"times": 1.3}


@lru_cache
def path(family: str, bold: bool, italic: bool) -> str:
    """Return the file of a face; ValueError when matplotlib does not have it."""
    weight, style = "bold" if bold else "normal", "italic" if italic else "normal"
    wanted = FontProperties(family=FAMILIES[family], weight=weight, style=style)
    return findfont(wanted, fallback_to_default=False)


@lru_cache(maxsize=512)
def face(family: str, bold: bool, italic: bool, size: float) -> ImageFont.FreeTypeFont:
    """Return a font of a size in pixels; its layout is the basic one, which is the same on every machine."""
    pixels = size * STRETCH[family]
    return ImageFont.truetype(path(family, bold, italic), pixels, layout_engine=ImageFont.Layout.BASIC)
