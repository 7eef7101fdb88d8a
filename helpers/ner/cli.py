"""`atelier ner`: a token classifier trained, measured and put to work. `python -m helpers.ner` is the same."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from helpers.errors import told

app = typer.Typer(help="Les entités nommées : entraîner, mesurer, prédire.", no_args_is_help=True)

INTERRUPTED = 130
Model = Annotated[Path, typer.Argument(help="Dossier qu’a écrit atelier ner train.")]


@app.command()
@told
def train(
    data: Annotated[Path, typer.Argument(help="Dossier qu’a écrit atelier labels convert.")],
    out: Annotated[Path, typer.Argument(help="Dossier du modèle, des mesures, des figures et de la fiche.")],
    config: Annotated[Path | None, typer.Option(help="Réglages en TOML ; les options passent avant.")] = None,
    model: Annotated[str | None, typer.Option(help="Modèle de départ : un nom du Hub ou un dossier.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Nombre d’époques au plus.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Pas d’apprentissage le plus haut.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Passages par lot et par processus.")] = None,
    accumulation: Annotated[int | None, typer.Option(help="Lots par mise à jour.")] = None,
    window: Annotated[int | None, typer.Option(help="Tokens par fenêtre.")] = None,
    stride: Annotated[int | None, typer.Option(help="Tokens communs à deux fenêtres voisines.")] = None,
    label_all_tokens: Annotated[bool | None, typer.Option(help="Étiqueter tous les tokens d’un mot.")] = None,
    patience: Annotated[int | None, typer.Option(help="Évaluations sans progrès avant l’arrêt.")] = None,
    save_every: Annotated[int | None, typer.Option(help="Mises à jour entre deux sauvegardes.")] = None,
    max_train: Annotated[int | None, typer.Option(help="Passages d’entraînement au plus ; 0 : tous.")] = None,
    max_validation: Annotated[int | None, typer.Option(help="Passages de validation au plus.")] = None,
    max_test: Annotated[int | None, typer.Option(help="Passages de test au plus.")] = None,
    seed: Annotated[int | None, typer.Option(help="Graine.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Expérience MLflow ; la nommer met MLflow en marche.")] = None,
    log_model: Annotated[bool | None, typer.Option(help="Envoyer aussi le modèle à MLflow.")] = None,
    fresh: Annotated[bool, typer.Option(help="Oublier un entraînement commencé dans ce dossier.")] = False,
) -> None:
    """Affine un modèle ; Ctrl-C laisse une sauvegarde, et la même commande reprend d’où elle en était.

    Exemple : atelier ner train donnees modele --epochs 10 --learning-rate 5e-5

    Sur plusieurs processus : torchrun --standalone --nproc-per-node 2 -m helpers.ner train donnees modele
    """
    options = {name: value for name, value in locals().items() if name not in ("data", "out", "config", "fresh")}
    from .settings import load_settings

    settings = load_settings(config, options)
    _start()
    from . import training

    outcome = training.train(settings, data, out, fresh)
    if outcome.interrupted:
        command = "la même commande, sans --fresh," if fresh else "la même commande"
        typer.echo(f"Interrompu : {command} reprendra depuis {out / training.CHECKPOINTS}", err=True)
        raise typer.Exit(INTERRUPTED)
    if outcome.results is not None:
        _print_scores(outcome.results)


@app.command()
@told
def evaluate(
    model: Model,
    data: Annotated[Path, typer.Argument(help="Un .jsonl qu’a écrit atelier labels convert.")],
    out: Annotated[Path, typer.Argument(help="Dossier des mesures, des prédictions et des figures.")],
) -> None:
    """Mesure un modèle : mots, entités entières, par type, limites et types, dans results.json.

    Exemple : atelier ner evaluate modele donnees/test.jsonl mesures
    """
    _start()
    from . import report

    _print_scores(report.evaluate_folder(model, data, out))


@app.command()
@told
def predict(
    model: Model,
    tasks: Annotated[Path, typer.Argument(help="Un export ou une liste de tâches de Label Studio.")],
    out: Annotated[Path, typer.Argument(help="Fichier JSON de pré-annotations à écrire.")],
    text_key: Annotated[str, typer.Option(help="Champ de data qui tient le texte.")] = "text",
    threshold: Annotated[float, typer.Option(help="Score au-dessous duquel une entité est laissée de côté.")] = 0.0,
) -> None:
    """Écrit des pré-annotations que Label Studio importe, avec leurs scores.

    Exemple : atelier ner predict modele nouvelles.json pre-annotations.json --threshold 0.5
    """
    _start()
    from . import report

    passages, entities = report.predict_file(model, tasks, out, text_key, threshold)
    typer.echo(f"✓ {entities} entités dans {passages} passages : {out}")


def _start() -> None:
    """Mount the hub before any library that reads it is imported; its line goes to stderr."""
    import helpers

    with redirect_stdout(sys.stderr):
        helpers.start()
    from transformers.utils import logging

    logging.set_verbosity_error()


def _print_scores(results: dict) -> None:
    """The scores on one line each."""
    from .scores import SCORES

    for part in ("token", "entity"):
        scores = {name: round(results[part][name], 3) for name in SCORES}
        typer.echo(json.dumps({part: scores}))
