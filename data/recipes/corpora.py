"""Text that the miniatures are pretrained on: public-domain novels, spoken French, and the project's own sentences.

The novels and the transcripts are not part of the repository. `ATELIER_CORPORA` names a folder that holds them as
`novels_fr/*.txt`, `novels_en/*.txt` and `spoken_fr/*.txt`; they come from the public repositories
COST-ELTeC/ELTeC-fra, COST-ELTeC/ELTeC-eng, UniversalDependencies/UD_French-Rhapsodie and UD_French-ParisStories.
"""

import os
import random
from itertools import islice
from pathlib import Path

STOCKS = Path(__file__).parent / "stocks"
FOLDERS = {"fr": ("novels_fr", "spoken_fr"), "en": ("novels_en",)}
PASSAGE_LINES = 40
HELD_OUT_EVERY = 50


def passages(language: str) -> tuple[list[list[str]], list[list[str]]]:
    """Training and held-out passages (lists of up to 40 lines) of one language; one passage in fifty is held out."""
    train, held_out = [], []
    for path in corpus_files(language):
        lines = [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if len(line) > 2]
        for index, start in enumerate(range(0, len(lines), PASSAGE_LINES)):
            side = held_out if index % HELD_OUT_EVERY == HELD_OUT_EVERY // 2 else train
            side.append(lines[start : start + PASSAGE_LINES])
    return train, held_out


def corpus_files(language: str) -> list[Path]:
    """Every text file of a language, sorted by name; raises SystemExit when `ATELIER_CORPORA` is missing or empty."""
    root = Path(os.environ.get("ATELIER_CORPORA", ""))
    files = [path for folder in FOLDERS[language] for path in sorted((root / folder).glob("*.txt"))]
    if not os.environ.get("ATELIER_CORPORA") or not files:
        raise SystemExit(
            "ATELIER_CORPORA must name a folder with novels_fr/, novels_en/ and spoken_fr/ (see corpora.py)"
        )
    return files


def stock(name: str) -> list[str]:
    """Lines of `stocks/NAME`, without comments and blank lines."""
    lines = (STOCKS / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def own_sentences(language: str, n_reviews: int, seed: int) -> tuple[list[str], list[str]]:
    """The project's everyday sentences and opinions, and `n_reviews` unlabelled film reviews in one language."""
    from build_reviews import reviews

    written = stock(f"everyday_{language}.txt") + stock(f"opinions_{language}.txt")
    return written, list(islice(reviews(language, seed), n_reviews))


def written_reviews(language: str) -> list[tuple[str, int]]:
    """Film reviews written for the course with their opinion, 1 or 0; none in a language without such a stock."""
    if not (STOCKS / f"rated_{language}.tsv").exists():
        return []
    rows = [line.split("\t") for line in stock(f"rated_{language}.tsv")]
    return [(text, int(sign == "+")) for sign, text in rows]


def vary_apostrophe(line: str, rng: random.Random) -> str:
    """The line with typographic apostrophes three times in ten, so that models know both signs."""
    return line.replace("'", "’") if rng.random() < 0.3 else line.replace("’", "'")
