"""Synthetic stand-in for `tblard/allocine`: French film reviews with a binary polarity.

Half of the reviews are worded by `build_reviews.py`, whose frames and opinion words are dealt out to the splits. The
others are assembled from `stocks/allocine.yaml`, which holds one disjoint stock of lines per split: a review has one
to five sentences, optional circumstances, then opinions. Concessions weigh two clauses of opposite polarity, and the
dominating clause always bears the label, so that single keywords seldom decide.
"""

import random
import re
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

import build_reviews

STOCK_PATH = Path(__file__).parent / "stocks" / "allocine.yaml"
SIZES = {"train": 3400, "validation": 440, "test": 440}
MAX_USES = {"train": 30, "validation": 10, "test": 10}
MAX_JACCARD = 0.5
MAX_SENTENCES = 5

# Share of reviews worded by the generator; the others are assembled, each around one device of MIXTURE.
WORDED_SHARE = 0.5
# Share of assembled reviews built around each device.
MIXTURE = {
    "sentences": 0.39,
    "concession": 0.24,
    "outweighed": 0.14,
    "ironies": 0.08,
    "negations": 0.08,
    "comparisons": 0.07,
}
# Number of further opinion sentences, as (number, weight) pairs.
EXTRA_OPINIONS = ((0, 0.35), (1, 0.43), (2, 0.22))
GENRES = {
    "any": 0.44, "comedy": 0.08, "horror": 0.08, "documentary": 0.08,
    "animation": 0.08, "adaptation": 0.08, "sequel": 0.08, "action": 0.08,
}  # fmt: skip
CIRCUMSTANCE_RATE = 0.35
PREMISE_RATE = 0.25
GENRE_LINE_RATE = 0.5
DETAIL_AS_MAIN_CLAUSE_RATE = 0.35

CONCESSIONS = (
    "{weak}, mais {strong}.",
    "{weak}, et pourtant {strong}.",
    "{weak}, c'est vrai, mais {strong}.",
    "{weak} ; malgré tout, {strong}.",
    "{weak}, n'empêche que {strong}.",
    "{weak}, sauf que {strong}.",
    "certes, {weak}, mais {strong}.",
    "d'accord, {weak}, mais {strong}.",
    "j'admets que {weak}, mais {strong}.",
    "même si {weak}, {strong}.",
    "alors que {weak}, {strong}.",
    "on a beau me répéter que {weak}, {strong}.",
    "{strong}, même si {weak}.",
    "{strong}, et tant pis si {weak}.",
)
ADMISSIONS = (
    "{weak}.",
    "{weak}, et {weak2}.",
    "bien sûr, {weak}.",
    "bien sûr, {weak}, et {weak2}.",
    "je reconnais que {weak}.",
    "on me dira que {weak} et que {weak2}.",
    "oui, {weak}, oui, {weak2}.",
)
OUTWEIGHINGS = (
    "Reste que {strong}.",
    "Peu importe : {strong}.",
    "Mais au bout du compte, {strong}.",
    "Cela n'y change rien : {strong}.",
    "Il n'empêche que {strong}.",
    "Pourtant, {strong}.",
    "Seulement voilà, {strong}.",
    "L'essentiel est ailleurs : {strong}.",
)

# Two lines of one review never share an aspect, which keeps them from contradicting each other.
ASPECTS = {
    "acting": r"act(?:eur|rice)|comédien|interpr|casting|distribution|affiche\b|vedette|jou(?:e|ent|er|é)\b|\bjeu\b"
    r"|rôle|cabotin|duo|couple|tandem|troupe|figurant|personnage|héro|méchant|briscard|antagoniste|traître|rivaux"
    r"|jeune premier|minaude|sourcil|pantins|cachetonne|prompteur|campe|cœur à l'ouvrage",
    "plot": r"scénari|intrigue|histoire|récit|twist|retournement|rebondissement|mystère|trame|énigme|suspense|tension"
    r"|narration|argument|postulat|point de départ|idée de départ|jeu de piste|surprises|époques|bifurque|spirale"
    r"|méca|ellipses|confus|comprend|actes? ",
    "ending": r"\bfin\b|final|dénouement|épilogue|coda|dernière|dernier quart|troisième acte|ultime|ouverte",
    "opening": r"début|ouverture|première demi|premières? (?:minutes|scènes)|prologue|générique|introduction"
    r"|lever de rideau|entrée en matière|amorce|mise en place|démarre",
    "music": r"musi|bande-son|bande originale|bande sonore|partition|chanson|piano|violon|refrain|mélodie|harmonies"
    r"|orchestre|\bsons?\b|sonore|clarinette|chanteuse|thème principal|ritournelle|bruitage|silence|oreilles",
    "image": r"photo|image|lumi|caméra|cadr|\bplans?\b|plan-|visuel|couleur|noir et blanc|clairs-obscurs|contre-jour"
    r"|opérateur|esthéti|palette|paysage|panorama|vues aériennes|éclairage|filtre|chromatique|beau\b|ralenti|séréni",
    "sets": r"décor|costume|meuble|reconstitution|époque\b|années soixante|garde-robe|toilettes|accessoires|perruque"
    r"|historique|intérieurs|vaisselle|maquillage|direction artistique",
    "directing": r"réalisat|cinéaste|mise en scène|metteur en scène|auteur|direction|ambition|technique|facture"
    r"|finition|maîtrise|moyens|intentions|démarche|savoir-faire|ficelle|doigté|projet",
    "editing": r"montage|découpage|monteur|raccord|plan-séquence",
    "pacing": r"rythme|lent|long(?:ue|ueur|temps)?s?\b|dur(?:e|ée)\b|heures?\b|minutes?\b|ennu|montre\b|bâill|endor"
    r"|dorm|somni|pique|cadence|allure|traîn|mou\b|moll|intermin|sieste|temps mort|étire|court\b|gras\b|énergie"
    r"|soporifique|oreiller|insomnie|poussif|assomm|captivé|passer le temps|voir le temps|gramme|sommeil|torpeur",
    "humour": r"\brire?\b|\brit\b|\bri\b|\brie?nt\b|riait|drôl|humour|gag|blague|comiqu|hilar|amus|sourire?\b|vanne"
    r"|satire|farce|glouss|parodie|pastiche|saillie|bons mots|second degré|désopil|sketch|zygom",
    "dialogue": r"dialogue|répliqu|texte|langue|parl|verb|phrase|échanges|conversation|bavard|message|propos|discours"
    r"|morale|thématique|sujet|question posée|sous-texte|thème\b",
    "effects": r"effets spéciaux|cascade|trucage|truquage|poursuite|explos|combat|bagarre|duel|numérique|baston"
    r"|empoignades|relief|chorégraph",
    "emotion": r"larm|pleur|émotion|émou|touch[ée]|boulevers|mouchoir|yeux rouges|mélo|pathos|bouche bée|marbre",
    "language": r"version originale|version française|langue originale|doubl|sous-titr|voix",
    "place": r"salle|séance|fauteuil|cinéma\b|billet|place|\brang|canapé|salon|chez moi|dvd|télé\b|télévision|maison"
    r"|plateforme|train\b|avion|ordinateur|avant-première|projection|parking|pop-corn|siège|y suis allé|étais venu"
    r"|public\b|applaudi|plein air|câble|vidéo à la demande|écran|multiplexe|strapontin|cinémathèque|entracte|chaîne"
    r"|commenc|zapp|festival|euros|voiture|bus\b|y suis|y retourne|soirée|rangée|metro|métro|vestiaire|ouvreuse",
    "company": r"sœur|fill|fils\b|père|mère\b|ami|copain|collègue|enfant|neveu|voisin|ados|beau-frère|cousin|famille"
    r"|bambins|proches|entourage|tout-petits|mes élèves|lycéens|belle-mère|bureau",
    "fame": r"presse|critiques|journaux|magazine|récompense|prix\b|jury|trophée|festival|bouche-à-oreille|éloges"
    r"|bande-annonce|tout le monde en parle|palme|succès|flop|échec|triomphe|favori|primé|experts|bravos|raflé",
    "career": r"premier film|génération|plus rien à dire|signé auparavant|premier long|débutant|connais pas bien",
    "expectation": r"attendais|craign|redout|peur de|reculons|confiant|promi[st]|annoncé|espér|vanté|vendu|prédis",
    "rating": r"étoile|points?\b.*note|zéro pointé",
    "year": r"année\b|mois\b|semaine|saison",
    "revisit": r"rever|revoir|\brevu|deuxième séance|visionnage|recommen",
    "story": r"femme|deuil|usine|frères|grand-mère|grand-père|polar|chronique|village|maladie|juge|danse|plage|procès"
    r"|gare\b|marché|\bbanc\b|\bbal\b|noce|quai|héroïne|bergers|veuve|loutre|renard|hérisson|vétérinaires|glacier"
    r"|abbaye|miroir|gouffre|stade|astronef|vaisseau|braquage|ascenseur|archives|port\b|ville|pluie|lac\b|sœur"
    r"|amour\b|romance|drame|mélo|notaire|voyage intérieur|paumés|pauvreté|politique|jeunesse|gamin|fillette|mère"
    r"|couple|commissaire|fresque|amitié|portrait|maison|monstre|cave|chien|mains au travail|sous-marin"
    r"|toits|spatial|assaut|soldats"
    r"|animaux|violence|héros|cuisine|portuaire|train\b|marins|enquête|neige|famille|enfants"
    r"|superproduction|scènes d'action",
    "episode": r"deuxième chapitre|troisième (?:épisode|opus)|quatrième|cinquième|préquel|remake|le deux|premier volet"
    r"|vingt|cinq ans|douze ans|huit ans|saga|\bles? un\b|précédent",
}  # fmt: skip
# Aspects that generic lines must leave alone in reviews of a given genre.
EXCLUDED = {
    "documentary": {"acting", "plot", "story", "effects", "humour", "sets"},
    "animation": {"acting", "story", "sets"},
    "any": set[str](),
}

Stock = dict[str, Any]


def load_stock(path: Path = STOCK_PATH) -> dict[str, Stock]:
    """Read the three stocks, keyed by split."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def weighted(rng: random.Random, weights: dict[str, float]) -> str:
    """Draw one key of `weights`."""
    return rng.choices(list(weights), list(weights.values()))[0]


@cache
def aspects_of(line: str) -> frozenset[str]:
    """Return the aspects of a film that a line mentions."""
    return frozenset(name for name, pattern in ASPECTS.items() if re.search(pattern, line.lower()))


def elide(text: str) -> str:
    """Apply the French elisions that joining clauses calls for."""
    text = re.sub(r"\b([Qq])ue (?=[aeiouyhéèêà])", r"\1u'", text)
    return re.sub(r"\b([Ss])i (?=ils?\b)", r"\1'", text)


def polish(sentence: str) -> str:
    """Elide and capitalise a sentence assembled from clauses."""
    sentence = elide(sentence)
    return sentence[0].upper() + sentence[1:]


class ReviewWriter:
    """Write reviews of one split and keep count of how often each line is used."""

    def __init__(self, stock: Stock, max_uses: int, rng: random.Random) -> None:
        """Start with every line of `stock` unused."""
        self.stock, self.max_uses, self.rng = stock, max_uses, rng
        self.uses: Counter[str] = Counter()

    def start(self) -> None:
        """Choose the genre of the next review and forget the aspects of the last one."""
        self.genre = weighted(self.rng, GENRES)
        self.taken: set[str] = set()
        self.lines: list[str] = []

    def draw(self, lines: list[str], barred: set[str]) -> str:
        """Draw a line, rather a fresh one, that touches none of the barred aspects."""
        fitting = [
            line
            for line in lines
            if self.uses[line] < self.max_uses and line not in self.lines and not barred & aspects_of(line)
        ]
        if not fitting:
            raise LookupError("no fitting line left")
        line = self.rng.choices(fitting, [1 / (1 + self.uses[line]) ** 2 for line in fitting])[0]
        self.taken |= aspects_of(line)
        self.lines.append(line)
        return line

    def pick(self, stock: list[str] | dict[str, list[str]]) -> str:
        """Draw a line about aspects that the review has not judged yet, of its genre or generic."""
        by_genre = stock if isinstance(stock, dict) else {"any": stock}
        if self.genre != "any" and self.genre in by_genre and self.rng.random() < GENRE_LINE_RATE:
            return self.draw(by_genre[self.genre], self.taken)
        return self.draw(by_genre["any"], self.taken | EXCLUDED.get(self.genre, {"story"}))

    def contexts(self) -> list[str]:
        """Draw the optional neutral sentences that open a review."""
        contexts = []
        if self.rng.random() < CIRCUMSTANCE_RATE:
            contexts.append(self.pick(self.stock["contexts"]["circumstances"]))
        if self.rng.random() < PREMISE_RATE:
            contexts.append(self.draw(self.stock["contexts"]["premises"][self.genre], set()))
            self.taken.add("story")
        return contexts

    def concession(self, polarity: str, opposite: str, certain: bool) -> list[str]:
        """Write one sentence whose main clause bears the label: a verdict, or a detail if the label is certain."""
        detail = certain and self.rng.random() < DETAIL_AS_MAIN_CLAUSE_RATE
        strong = self.pick(self.stock[polarity]["clauses"]["details" if detail else "verdicts"])
        weak = self.pick(self.stock[opposite]["clauses"]["details"])
        return [polish(self.rng.choice(CONCESSIONS).format(weak=weak, strong=strong))]

    def outweighed(self, polarity: str, opposite: str) -> list[str]:
        """Write an admission of the opposite polarity and the verdict that outweighs it."""
        strong = self.pick(self.stock[polarity]["clauses"]["verdicts"])
        admission, outweighing = self.rng.choice(ADMISSIONS), self.rng.choice(OUTWEIGHINGS)
        details = self.stock[opposite]["clauses"]["details"]
        weak = {name: self.pick(details) for name in ("weak", "weak2") if f"{{{name}}}" in admission}
        return [polish(admission.format(**weak)), polish(outweighing.format(strong=strong))]

    def write(self, polarity: str) -> str:
        """Write one review of the given polarity."""
        self.start()
        opposite = {"positive": "negative", "negative": "positive"}[polarity]
        contexts = self.contexts()
        device = weighted(self.rng, MIXTURE)
        extra = self.rng.choices(*zip(*EXTRA_OPINIONS, strict=True))[0]
        units = [[self.pick(self.stock[polarity]["sentences"])] for _ in range(extra)]
        if device == "concession":
            units.append(self.concession(polarity, opposite, certain=extra > 0))
        elif device == "outweighed":
            units.append(self.outweighed(polarity, opposite))
        else:
            units.append([self.pick(self.stock[polarity][device])])
        self.rng.shuffle(units)
        sentences = contexts + [sentence for unit in units for sentence in unit]
        return " ".join(sentences)

    def commit(self) -> None:
        """Count the lines of a review that is kept."""
        self.uses.update(self.lines)


def write_split(stock: Stock, split: str, seed: int) -> list[tuple[str, int]]:
    """Write the distinct reviews of a split, half of them positive, in random order."""
    size, max_uses = SIZES[split], MAX_USES[split]
    rng = random.Random(f"{seed}-{split}")
    writer = ReviewWriter(stock, max_uses, rng)
    worded = {label: [] for label in (0, 1)}
    for text, label in islice(build_reviews.labelled_reviews("fr", seed=seed, split=split), size):
        worded[label].append(text)
    rows: dict[str, int] = {}
    while len(rows) < size:
        label = len(rows) % 2
        if rng.random() < WORDED_SHARE:
            rows.setdefault(worded[label].pop(), label)
            continue
        try:
            review = writer.write(("negative", "positive")[label])
        except LookupError:
            continue
        if review not in rows and len(re.findall(r"[.!?](?: |$)", review)) <= MAX_SENTENCES:
            rows[review] = label
            writer.commit()
    shuffled = list(rows.items())
    rng.shuffle(shuffled)
    return shuffled


def shingles(review: str) -> set[tuple[str, ...]]:
    """Return the word 3-grams of a review."""
    words = re.findall(r"\w+", review.lower())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}


def assert_disjoint(left: list[str], right: list[str]) -> None:
    """Fail if a review on the right nearly repeats one on the left."""
    index: dict[tuple[str, ...], list[int]] = {}
    sets = [shingles(review) for review in left]
    for position, grams in enumerate(sets):
        for gram in grams:
            index.setdefault(gram, []).append(position)
    for review in right:
        grams = shingles(review)
        shared = Counter(position for gram in grams for position in index.get(gram, ()))
        for position, count in shared.items():
            jaccard = count / (len(grams) + len(sets[position]) - count)
            assert jaccard < MAX_JACCARD, f"near-duplicate: {left[position]!r} / {review!r}"


def build(seed: int = 0) -> DatasetDict:
    """Build the train, validation and test splits."""
    stocks = load_stock()
    features = Features({"review": Value("string"), "label": ClassLabel(names=["neg", "pos"])})
    reviews: dict[str, list[str]] = {}
    splits = {}
    for name in SIZES:
        rows = write_split(stocks[name], name, seed)
        texts = [review for review, _ in rows]
        for earlier in reviews.values():
            assert_disjoint(earlier, texts)
        reviews[name] = texts
        splits[name] = Dataset.from_dict({"review": texts, "label": [label for _, label in rows]}, features=features)
    return DatasetDict(splits)


if __name__ == "__main__":
    print(build())
