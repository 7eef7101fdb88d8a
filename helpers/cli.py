"""The `atelier` command."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from helpers import hub, session

app = typer.Typer(help="Atelier Transformers : vérifier la machine et les hubs.", no_args_is_help=True)
hub_app = typer.Typer(help="Les modèles et les jeux de données que lisent les leçons.", no_args_is_help=True)
app.add_typer(hub_app, name="hub")

Result = TypeVar("Result")
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
def list_hub(folder: Folder = None) -> None:
    """Dit, pour chaque modèle et jeu de données des leçons, s’il est dans le hub et ce qu’il pèse.

    Exemple : atelier hub list /media/usb/hub
    """
    manifest = _or_exit(hub.read_manifest, _folder(folder))
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
def verify(folder: Folder = None) -> None:
    """Compare chaque fichier au sha256 du manifeste ; code de retour 1 si l’un d’eux diffère.

    Exemple : atelier hub verify /media/usb/hub
    """
    problems = _or_exit(lambda path: list(hub.verify(path)), _folder(folder))
    for problem in problems:
        typer.echo(f"✗ {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"✓ {len(hub.read_manifest(_folder(folder)))} fichiers conformes")


@hub_app.command()
def manifest(folder: Annotated[Path, typer.Argument(help="Dossier d’un hub.")]) -> None:
    """Écrit MANIFEST.json, qu’un dossier doit porter pour servir de hub.

    Exemple : atelier hub manifest /media/usb/hub
    """
    typer.echo(f"✓ {len(_or_exit(hub.write_manifest, folder))} fichiers inscrits dans {folder / 'MANIFEST.json'}")


def _folder(folder: Path | None) -> Path:
    """The folder asked for, or the embedded hub."""
    return folder or hub.data_folder() / "hub"


def _or_exit(function: Callable[[Path], Result], folder: Path) -> Result:
    """The function's result, or its one-line error on stderr and exit code 2."""
    try:
        return function(folder)
    except (hub.HubError, OSError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
