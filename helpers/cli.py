"""The `atelier` command."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers import hub, mirror, session
from helpers.errors import told
from helpers.labels_cli import app as labels_app
from helpers.needed import NEEDED_DATASETS, NEEDED_MODELS
from helpers.ner.cli import app as ner_app

app = typer.Typer(help="Atelier Transformers : machine, hubs, annotations, entités nommées.", no_args_is_help=True)
hub_app = typer.Typer(help="Les modèles et les jeux de données que lisent les leçons.", no_args_is_help=True)
app.add_typer(hub_app, name="hub")
app.add_typer(labels_app, name="labels")
app.add_typer(ner_app, name="ner")

Folder = Annotated[Path | None, typer.Argument(help="Dossier du hub ; par défaut, le hub embarqué.")]


@app.callback()
def replace_unwritable() -> None:
    """A console that knows no ✓ or ✗ gets a question mark instead of a failure."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@app.command()
def check() -> None:
    """Vérifie Python, les bibliothèques, le calcul et le hub ; code de retour 1 si une ligne échoue.

    Exemple : atelier check
    """
    if not session.check():
        raise typer.Exit(1)


@hub_app.command("list")
@told
def list_hub(folder: Folder = None) -> None:
    """Dit, pour chaque modèle et jeu de données des leçons, s’il est dans le hub et ce qu’il pèse.

    Exemple : atelier hub list /media/usb/hub
    """
    manifest = hub.read_manifest(_folder(folder))
    for kind, needed, title in (
        ("models", NEEDED_MODELS, "Modèles"),
        ("datasets", NEEDED_DATASETS, "Jeux de données"),
    ):
        held = hub.repositories(manifest, kind)
        typer.echo(title)
        for name in sorted(set(held) | set(needed)):
            size = mirror.megabytes(held[name]) if name in held else "   absent  "
            typer.echo(f"  {size}  {name}  (leçons {', '.join(needed.get(name, ('aucune',)))})")


@hub_app.command()
@told
def verify(folder: Folder = None) -> None:
    """Compare chaque fichier au sha256 du manifeste ; code de retour 1 si l’un d’eux diffère.

    Exemple : atelier hub verify /media/usb/hub
    """
    problems = list(hub.verify(_folder(folder)))
    for problem in problems:
        typer.echo(f"✗ {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"✓ {len(hub.read_manifest(_folder(folder)))} fichiers conformes")


@hub_app.command()
@told
def manifest(folder: Annotated[Path, typer.Argument(help="Dossier d’un hub.")]) -> None:
    """Écrit MANIFEST.json, qu’un dossier doit porter pour servir de hub.

    Exemple : atelier hub manifest /media/usb/hub
    """
    typer.echo(f"✓ {len(hub.write_manifest(folder))} fichiers inscrits dans {folder / 'MANIFEST.json'}")


@hub_app.command("mirror")
@told
def mirror_hub(
    folder: Annotated[Path, typer.Argument(help="Dossier du miroir, vide ou déjà commencé.")],
    only: Annotated[list[str], typer.Option(help="Ce dépôt seulement ; se répète.")] = [],  # noqa: B006
    without: Annotated[list[str], typer.Option(help="Sans ce dépôt ; se répète.")] = [],  # noqa: B006
    revisions: Annotated[Path | None, typer.Option(help="JSON des révisions à prendre, comme REVISIONS.json.")] = None,
    sizes: Annotated[bool, typer.Option("--sizes", help="Dit ce que chaque dépôt pèse, et s’arrête là.")] = False,
) -> None:
    """Télécharge du Hub les modèles et les jeux de données des leçons, et en fait un hub pour une salle sans réseau.

    Interrompu, il reprend où il en était. HF_ENDPOINT désigne un autre Hub que huggingface.co.

    Exemple : atelier hub mirror /media/usb/hub --without ethz/food101
    """
    chosen, pins = mirror.choose(only, without), mirror.read_revisions(revisions) if revisions else {}
    _quiet_libraries()
    mirror.mirror(folder, chosen, pins, typer.echo, sizes, os.environ.get("HF_ENDPOINT"))


def _quiet_libraries() -> None:
    """No warnings of the Hub's client, and its progress bars only in a terminal."""
    from huggingface_hub.utils import disable_progress_bars, logging

    logging.set_verbosity_error()
    if not sys.stderr.isatty():
        disable_progress_bars()


def _folder(folder: Path | None) -> Path:
    """The folder asked for, or the embedded hub."""
    return folder or hub.data_folder() / "hub"


if __name__ == "__main__":
    app()
