"""The layouts: which kind of heading, details, table and sums an invoice has, in pools that share no layout.

The first nine are everybody's; the next three are only for suppliers kept for the test, and the reserved ones only for
pretraining, which also mixes the kinds at random, but never as a layout of the main pool does.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """A layout: its name and the kinds of its parts; `client` is the side of the client's address."""

    name: str
    header: str
    meta: str
    client: str
    table: str
    totals: str
    foot: str


def _layouts(text: str) -> tuple[Layout, ...]:
    """Return the layouts of a block of lines."""
    return tuple(Layout(*line.split()) for line in text.strip().splitlines())


SHARED = _layouts("""
    classique  left     box       right  grid     right     legal
    lettre     letter   letter    right  lines    sentence  bank
    bandeau    banner   stacked   left   zebra    big       bank
    centre     centred  cells     right  grid     strip     legal
    droite     right    title     left   lines    left      bank
    pied       bottom   foot      right  plain    boxed     identity
    colonne    side     column    right  lines    rows      page
    ticket     centred  inline    left   ticket   right     legal
    milieu     split    sentence  right  grid     recap     legal
    """)
UNSEEN = _layouts("""
    marge      side     foot      right  zebra    left      page
    annonce    letter   cells     left   ticket   recap     legal
    filet      split    inline    right  plain    sentence  bank
    """)
RESERVED = _layouts("""
    papier     left     letter    right  zebra    rows      legal
    socle      bottom   stacked   left   grid     strip     identity
    affiche    banner   title     right  ticket   boxed     bank
    medaillon  centred  column    right  plain    big       legal
    """)
KINDS = {
    "header": ("left", "right", "centred", "banner", "split", "letter", "side", "bottom"),
    "meta": ("box", "letter", "stacked", "cells", "title", "column", "inline", "sentence", "foot"),
    "client": ("left", "right"),
    "table": ("grid", "lines", "zebra", "plain", "ticket"),
    "totals": ("right", "sentence", "big", "strip", "left", "boxed", "rows", "recap"),
    "foot": ("legal", "bank", "page"),
}


def mixed(rank: int, rng: random.Random) -> Layout:
    """Return a random layout whose heading, details and sums are not together those of a layout of the main pool."""
    taken = {(layout.header, layout.meta, layout.totals) for layout in SHARED + UNSEEN}
    while True:
        kinds = {name: rng.choice(choices) for name, choices in KINDS.items()}
        if kinds["header"] == "bottom":
            kinds["foot"] = "identity"
        if (kinds["header"], kinds["meta"], kinds["totals"]) not in taken:
            return Layout(f"melange-{rank:03d}", **kinds)
