"""`atelier labels`: Label Studio exports split, converted and counted."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from helpers.errors import told
from helpers.files import replacing
from helpers.labelstudio import Policy, Report, read_export, read_labels
from helpers.labelstudio.stream import objects
from helpers.ner.corpus import SIDES, read_passages, rename_pairs, split_export
from helpers.ner.corpus import convert as convert_passages

app = typer.Typer(help="Les exports de Label Studio : partager, convertir, compter.", no_args_is_help=True)

Export = Annotated[Path, typer.Argument(help="Un export : fichier JSON, JSON_MIN, ou dossier de stockage.")]
Project = Annotated[
    Path, typer.Option("--labels", help="Le XML du projet, d’où viennent les étiquettes et leur ordre.")
]
Document = Annotated[str | None, typer.Option(help="Champ de data qui dit de quel document vient une tâche.")]
Rename = Annotated[list[str], typer.Option(help="ANCIEN=NOUVEAU : une étiquette écrite autrement ; se répète.")]
Chosen = Annotated[Policy, typer.Option(help="Quelle annotation garder d’une tâche qui en a plusieurs.")]


@app.command()
@told
def split(
    export: Export,
    out: Annotated[Path, typer.Argument(help="Dossier où écrire train.json, validation.json et test.json.")],
    proportions: Annotated[tuple[float, float, float], typer.Option(help="Parts des trois côtés.")] = (0.7, 0.15, 0.15),
    seed: Annotated[int, typer.Option(help="Graine du tirage.")] = 42,
    document_key: Document = None,
) -> None:
    """Partage un export en trois, aucun document n’étant de deux côtés ; écrit aussi split.json.

    Exemple : atelier labels split export.json partage --proportions 0.7 0.15 0.15 --document-key author
    """
    _write(out / "split.json", split_export(export, out, proportions, seed, document_key))


@app.command()
@told
def convert(
    source: Annotated[Path, typer.Argument(help="Un export, ou le dossier qu’a écrit atelier labels split.")],
    out: Annotated[Path, typer.Argument(help="Dossier où écrire les .jsonl, labels.json et statistics.json.")],
    project: Project,
    rename: Rename = [],  # noqa: B006
    policy: Chosen = "ground_truth",
    text_key: Annotated[str, typer.Option(help="Champ de data qui tient le texte.")] = "text",
    document_key: Document = None,
) -> None:
    """Convertit des passages annotés en mots et étiquettes BIO, une ligne de JSON par passage.

    Exemple : atelier labels convert partage donnees --labels project.xml --rename Taxa=TAXA
    """
    labels = read_labels(project)
    renamed = rename_pairs(rename, labels)
    sides = {side: source / f"{side}.json" for side in SIDES if (source / f"{side}.json").is_file()}
    statistics = {}
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=out) as draft:  # all the sides, or none
        for side, export in (sides or {"passages": source}).items():
            if sides and next(objects(export), None) is None:  # split was asked for no such side
                continue
            report = Report()
            passages = read_passages(
                export, labels, report, policy=policy, text_key=text_key, document_key=document_key, rename=renamed
            )
            written = convert_passages(passages, Path(draft) / f"{side}.jsonl")
            statistics[side] = written | {"set_aside": dict(report.counts)}
        for side in sides.keys() - statistics.keys():
            (out / f"{side}.jsonl").unlink(missing_ok=True)
        for path in Path(draft).iterdir():
            path.replace(out / path.name)
    with replacing(out / "labels.json") as file:
        json.dump(labels, file, ensure_ascii=False)
    _write(out / "statistics.json", statistics)


@app.command()
@told
def stats(
    export: Export,
    notes: Annotated[bool, typer.Option(help="Détailler ce qui a été écarté ou corrigé, région par région.")] = False,
    policy: Chosen = "ground_truth",
    document_key: Document = None,
) -> None:
    """Compte, en JSON, les tâches, les documents, les étiquettes, et ce qui a été écarté ou corrigé.

    Exemple : atelier labels stats export.json --notes
    """
    report, labels, documents = Report(), {}, set()
    for task in read_export(export, report, policy=policy, document_key=document_key):
        documents.add(task.document)
        for annotation in task.annotations:
            for region in (*annotation.spans, *annotation.boxes):
                for label in region.labels:
                    labels[label] = labels.get(label, 0) + 1
    counts = {
        "documents": len(documents),
        "tasks": dict(report.tasks),
        "labels": dict(sorted(labels.items(), key=lambda pair: -pair[1])),
        "agreement": None if report.agreement is None else round(report.agreement, 3),
        "set_aside": dict(report.counts),
    }
    if notes:
        counts["notes"] = [asdict(note) for note in report.notes]
    typer.echo(json.dumps(counts, ensure_ascii=False, indent=1))


def _write(path: Path, statistics: dict) -> None:
    """Write and print statistics."""
    text = json.dumps(statistics, ensure_ascii=False, indent=1)
    with replacing(path) as file:
        file.write(text + "\n")
    typer.echo(text)
