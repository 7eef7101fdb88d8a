"""The `atelier` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from helpers import hub, session
from helpers.errors import told
from helpers.labels_cli import app as labels_app
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
        ("models", hub.NEEDED_MODELS, "Modèles"),
        ("datasets", hub.NEEDED_DATASETS, "Jeux de données"),
    ):
        held = hub.repositories(manifest, kind)
        typer.echo(title)
        for name in sorted(set(held) | set(needed)):
            size = f"{held[name] / 1e6:8.1f} Mo" if name in held else "   absent  "
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


def _folder(folder: Path | None) -> Path:
    """The folder asked for, or the embedded hub."""
    return folder or hub.data_folder() / "hub"


if __name__ == "__main__":
    app()
