"""Build French and English sentences whose people, organisations and places are marked.

The stocks of `stocks/ner.yaml` hold frames with slots, and names to put in them. A sentence is a
frame drawn at random and filled; its entities are character spans `(start, end, label)`, the label
being PER, ORG or LOC. Titles ("Mme", "Dr") and small articles ("le", "the") stay outside the spans.
The train and test stocks share no frame and no name.
"""

import random
import re
from functools import lru_cache
from pathlib import Path

import yaml

Span = tuple[int, int, str]
Example = tuple[str, list[Span]]
Pools = dict[str, list[str]]

STOCK = Path(__file__).parent / "stocks" / "ner.yaml"
SLOT = re.compile(r"\{([A-Z]+)\d?\}")
ARTICLE = re.compile(r"(?:l'|(?:le|la|les|the) )(?=\S)")
ELIDED = re.compile(r"\b(?:de|que|lorsque) $", re.IGNORECASE)
VOWEL = re.compile(r"[aâeéèêiîoôuAÀÂEÉÈÊIÎOÔU]|Yv|H(?:él|enri|ugo|onor|onfleur)")
PERSON = {"PER", "PERF", "PERM", "FIRST", "FIRSTF", "FIRSTM", "LAST"}
PLACE = {"LOC", "TOWN", "COUNTRY", "IN", "AT", "RIVER", "MOUNT", "STREET"}
ORGANISATION = {"ORG", "BRAND", "UNIV", "MUSEUM", "CLUB", "BODY", "PAPER"}
DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


@lru_cache
def pools(split: str, language: str) -> Pools:
    """The names that may fill each slot, for one split and one language."""
    stock = yaml.safe_load(STOCK.read_text(encoding="utf-8"))[split]
    bodies, places, others = stock["organisations"], stock["places"], stock["fillers"]
    pool: Pools = {"frames": stock[language], "FAMOUS": stock["famous"], "LAST": stock["last_names"]}
    pool |= {"WOMEN": stock["first_names"]["feminine"], "MEN": stock["first_names"]["masculine"]}
    pool["FIRST"] = pool["WOMEN"] + pool["MEN"]
    kinds = {"UNIV": "universities", "MUSEUM": "museums", "CLUB": "clubs", "BODY": "bodies", "PAPER": "newspapers"}
    pool |= {slot: bodies[f"{kind}_{language}"] for slot, kind in kinds.items()}
    pool["BRAND"] = bodies["brands"]
    pool["ORG"] = [name for slot in ("BRAND", "UNIV", "MUSEUM", "CLUB", "BODY") for name in pool[slot]]
    kinds = {"RIVER": "rivers", "MOUNT": "mountains", "STREET": "streets", "IN": "countries"}
    pool |= {slot: places[f"{kind}_{language}"] for slot, kind in kinds.items()}
    pool["COUNTRY"] = [name for name in pool["IN"] if not name.startswith("les ")]
    pool["TOWN"] = places["towns"] + places[f"towns_{language}"]
    pool["LOC"] = pool["TOWN"] + pool["COUNTRY"]
    kinds = {"THEME": "themes", "TITLE": "titles", "PEOPLE": "peoples", "NAT": "nationalities"}
    pool |= {slot: others.get(f"{kind}_{language}", []) for slot, kind in kinds.items()}
    pool |= {"DAY": DAYS[language].split(), "MONTH": MONTHS[language].split()}
    pool |= {"YEAR": [str(year) for year in range(1950, 2026)], "NUM": [str(number) for number in range(5, 25)]}
    return pool


def person(slot: str, pool: Pools, rng: random.Random) -> str:
    """A person's name: in full most of the time, sometimes a part of it."""
    genders = {"PERF": "WOMEN", "FIRSTF": "WOMEN", "PERM": "MEN", "FIRSTM": "MEN"}
    first = rng.choice(pool[genders.get(slot, "FIRST")])
    last = rng.choice(pool["LAST"])
    draw = rng.random()
    if slot.startswith("FIRST"):
        return first
    if slot == "LAST":
        return last
    if slot in ("PERF", "PERM"):
        return first if draw < 0.15 else f"{first} {last}"
    if draw < 0.62:
        return f"{first} {last}"
    if draw < 0.74:
        return first
    if draw < 0.84:
        return last[0].upper() + last[1:]
    return f"{first[0]}. {last}" if draw < 0.92 else rng.choice(pool["FAMOUS"])


def split_article(name: str) -> tuple[str, str]:
    """Cut a small article off the head of a name: "le CNRS" gives "le " and "CNRS"."""
    article = ARTICLE.match(name)
    return (article.group(), name[article.end() :]) if article else ("", name)


def draw(slot: str, pool: Pools, rng: random.Random) -> tuple[str, str]:
    """What fills a slot: the small words that lead, then the name itself."""
    if slot in PERSON:
        return "", person(slot, pool, rng)
    if slot == "AT":
        if rng.random() < 0.5:
            return "à ", rng.choice(pool["TOWN"])
        slot = "IN"
    article, name = split_article(rng.choice(pool[slot]))
    if slot == "IN":
        article = {"le ": "au ", "les ": "aux "}.get(article, "en ")
    return article, name


def lead(before: str, article: str, name: str) -> str:
    """The French text before a name: "de le" becomes "du", "à les" becomes "aux", "que A" "qu'A"."""
    if article in ("le ", "les "):
        ending = "u " if article == "le " else "es "
        contracted = re.sub(r"\b([dD])e $", rf"\1{ending}", before)
        contracted = re.sub(r"\bà $", "au " if article == "le " else "aux ", contracted)
        contracted = re.sub(r"^À $", "Au " if article == "le " else "Aux ", contracted)
        return contracted if contracted != before else before + article
    if not article and ELIDED.search(before) and VOWEL.match(name):
        return before[:-2] + "'"
    return before + article


def label(slot: str) -> str | None:
    """The label of what fills a slot, or None when it is no entity."""
    kinds = {"PER": PERSON, "LOC": PLACE, "ORG": ORGANISATION}
    return next((kind for kind, slots in kinds.items() if slot in slots), None)


def fill(frame: str, language: str, pool: Pools, rng: random.Random) -> Example:
    """Fill the slots of a frame, with a different name in each, and note the spans."""
    text, spans, used, end = "", [], set(), 0
    for slot in SLOT.finditer(frame):
        text += frame[end : slot.start()]
        article, name = draw(slot[1], pool, rng)
        while name in used:
            article, name = draw(slot[1], pool, rng)
        used.add(name)
        text = lead(text, article, name) if language == "fr" else text + article
        if kind := label(slot[1]):
            spans.append((len(text), len(text) + len(name), kind))
        text, end = text + name, slot.end()
    return finish(text + frame[end:], rng), spans


def finish(text: str, rng: random.Random) -> str:
    """Open with a capital; at times curl the apostrophes, or drop the full stop, as people do."""
    first = re.search(r"\w", text).start()
    text = text[:first] + text[first].upper() + text[first + 1 :]
    if rng.random() < 0.1:
        text = text.replace("'", "’")
    return text[:-1] if text.endswith(".") and rng.random() < 0.08 else text


def sentences(split: str, seed: int, n: int) -> list[Example]:
    """Draw n distinct sentences with their spans, French and English in turn; split is train or test."""
    rng = random.Random(f"{split} {seed}")
    found: dict[str, list[Span]] = {}
    for _ in range(50 * n):
        if len(found) == n:
            break
        language = ("fr", "en")[len(found) % 2]
        pool = pools(split, language)
        text, spans = fill(rng.choice(pool["frames"]), language, pool, rng)
        found.setdefault(text, spans)
    if len(found) < n:
        raise ValueError(f"The {split} stock yields only {len(found)} of the {n} sentences asked for.")
    return list(found.items())


if __name__ == "__main__":
    for sentence, entities in sentences("train", seed=0, n=20) + sentences("test", seed=0, n=10):
        print(sentence, [(sentence[start:end], kind) for start, end, kind in entities], sep="\n    ")
