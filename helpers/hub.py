"""Mounting a folder of models and data sets as if it were the Hugging Face Hub, and checking what it holds.

A hub folder holds `models/ORG/NAME/…`, `datasets/ORG/NAME/…` and `MANIFEST.json` (size and sha256 of every file).
Mounting lays a cache beside the user's other caches, in the layout that `from_pretrained` and `load_dataset` read
offline, and points the libraries at it by environment variables. Nothing is written into the folder itself.
"""

import hashlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HASHED_AT_MOUNT = 64 * 2**20  # larger files are compared by size when mounting, by sha256 in `verify`
MAP_CACHE_LIMIT = 2**30  # bytes that `Dataset.map` may leave in a mounted hub

# Repository → lessons that load it.
NEEDED_MODELS = {
    "HuggingFaceTB/SmolLM2-360M-Instruct": ("01",),
    "distilbert/distilbert-base-multilingual-cased": ("00", "01", "04"),
    "Davlan/distilbert-base-multilingual-cased-ner-hrl": ("01",),
    "distilbert/distilbert-base-uncased-finetuned-sst-2-english": ("01", "04"),
    "google-bert/bert-base-uncased": ("04",),
}
NEEDED_DATASETS = {"nyu-mll/glue": ("01", "04"), "tblard/allocine": ("04",)}


class HubError(RuntimeError):
    """A hub that cannot be used; the message is one line that says which file and what to do."""


@dataclass(frozen=True)
class Entry:
    """Size in bytes and sha256 (hexadecimal) of one file of a hub."""

    size: int
    sha256: str


def data_folder() -> Path:
    """The folder of the data that lessons read: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parent
    return package / "data" if (package / "data").is_dir() else package.parent / "data"


def read_manifest(folder: Path) -> dict[str, Entry]:
    """Path relative to the hub → its entry; HubError when `MANIFEST.json` is absent or unreadable."""
    path = folder / "MANIFEST.json"
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {name: Entry(**entry) for name, entry in files.items()}
    except FileNotFoundError:
        raise HubError(f"{path} n’existe pas : « atelier hub manifest {folder} » l’écrit") from None
    except (ValueError, KeyError, TypeError) as error:
        raise HubError(f"{path} est illisible ({error}) : « atelier hub manifest {folder} » le réécrit") from None


def write_manifest(folder: Path) -> dict[str, Entry]:
    """Hash every file of `folder/models` and `folder/datasets` and write `MANIFEST.json`; returns what was written."""
    paths = sorted(path for kind in ("models", "datasets") for path in (folder / kind).rglob("*") if path.is_file())
    entries = {path.relative_to(folder).as_posix(): Entry(path.stat().st_size, sha256(path)) for path in paths}
    content = {"files": {name: vars(entry) for name, entry in entries.items()}}
    (folder / "MANIFEST.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return entries


def verify(folder: Path) -> Iterator[str]:
    """One line in French for each file that is missing, damaged or not in the manifest; nothing when all is well."""
    manifest = read_manifest(folder)
    for name, entry in manifest.items():
        problem = _problem(folder / name, entry, hash_up_to=None)
        if problem:
            yield problem
    for kind in ("models", "datasets"):
        for path in sorted((folder / kind).rglob("*")):
            if path.is_file() and path.relative_to(folder).as_posix() not in manifest:
                yield f"{path} : absent du manifeste"


def repositories(manifest: dict[str, Entry], kind: str) -> dict[str, int]:
    """`ORG/NAME` → bytes, for the `models` or the `datasets` of a manifest."""
    sizes: dict[str, int] = {}
    for name, entry in manifest.items():
        top, organization, repository, *_ = name.split("/")
        if top == kind:
            sizes[f"{organization}/{repository}"] = sizes.get(f"{organization}/{repository}", 0) + entry.size
    return sizes


def mount(folder: Path) -> Path:
    """Point the libraries at the cache of the hub `folder`, laid out the first time, and return that cache folder.

    Safe when several processes mount at once. Raises HubError, naming the file, when one is missing or damaged; a file
    that changed since the mount is hashed again; raises it too when a library was imported with other settings.
    """
    from filelock import FileLock
    from platformdirs import user_cache_path

    folder = folder.resolve()
    manifest = read_manifest(folder)
    key = hashlib.sha256((folder / "MANIFEST.json").read_bytes() + str(folder).encode()).hexdigest()[:16]
    root = user_cache_path("atelier-transformers") / key
    root.parent.mkdir(parents=True, exist_ok=True)
    _point_libraries_at(root)
    if not (root / "stamps.json").is_file():
        with FileLock(root.with_suffix(".lock")):
            if not (root / "stamps.json").is_file():
                _lay_out(folder, manifest, root)
    _check_unchanged(folder, manifest, root)
    _bound_map_cache(root)
    return root


def release_libraries() -> None:
    """For the real Hub: HubError if this process already reads a mounted one."""
    _refuse_early_imports(None)


def sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _point_libraries_at(root: Path) -> None:
    """Set the environment so that the Hugging Face libraries read the mounted hub and no network."""
    settings = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(root / "hub"), "HF_DATASETS_CACHE": str(root / "datasets")}
    _refuse_early_imports(settings["HF_HUB_CACHE"])
    os.environ.update(settings)
    for name in ("datasets.load", "datasets.packaged_modules.cache.cache"):
        logging.getLogger(name).addFilter(_is_not_about_the_cache)


def _refuse_early_imports(cache: str | None) -> None:
    """HubError when huggingface_hub was imported with other settings, since it reads them only once."""
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is None:
        return
    current = str(constants.HF_HUB_CACHE) if constants.HF_HUB_OFFLINE else None
    if current != cache:
        raise HubError(
            "transformers, datasets ou huggingface_hub a été importé avant helpers.start() : redémarrez le noyau, "
            "puis exécutez d’abord la cellule « import helpers »"
        )


def _is_not_about_the_cache(record: logging.LogRecord) -> bool:
    """False for the warnings that say that a mounted data set was found in the cache."""
    message = record.getMessage()
    return not message.startswith(("Using the latest cached version", "Found the latest cached dataset"))


def _problem(path: Path, entry: Entry, hash_up_to: int | None) -> str | None:
    """What is wrong with one file, in one line, or None; files over `hash_up_to` bytes are compared by size only."""
    if not path.is_file():
        return f"{path} : fichier manquant"
    if path.stat().st_size != entry.size:
        return f"{path} : {path.stat().st_size} octets au lieu de {entry.size}"
    if (hash_up_to is None or entry.size <= hash_up_to) and sha256(path) != entry.sha256:
        return f"{path} : fichier abîmé (sha256 inattendu)"
    return None


def _stamp(path: Path) -> list[int]:
    """Size and modification time, by which an unchanged file is recognised without reading it."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _lay_out(folder: Path, manifest: dict[str, Entry], root: Path) -> None:
    """Verify, link models, prepare data sets in a temporary folder, then rename it to `root`."""
    _raise_on_problem(folder, manifest)
    building = root.with_name(f"{root.name}.{os.getpid()}")
    for repository in repositories(manifest, "models"):
        _link_model(folder, manifest, repository, building)
    for repository in repositories(manifest, "datasets"):
        _prepare_dataset(folder / "datasets" / repository, building)
    stamps = {name: _stamp(folder / name) for name in manifest}
    (building / "stamps.json").write_text(json.dumps(stamps), encoding="utf-8")
    shutil.rmtree(root, ignore_errors=True)
    building.rename(root)


def _raise_on_problem(folder: Path, manifest: dict[str, Entry]) -> None:
    """HubError for the first file that is missing or damaged."""
    for name, entry in manifest.items():
        problem = _problem(folder / name, entry, HASHED_AT_MOUNT)
        if problem:
            raise HubError(f"{problem} ; reprenez ce fichier, par exemple avec « git checkout »")


def _link_model(folder: Path, manifest: dict[str, Entry], repository: str, root: Path) -> None:
    """`models/ORG/NAME/` → `hub/models--ORG--NAME/{refs/main, snapshots/<revision>/…}`."""
    prefix = f"models/{repository}/"
    files = {name: entry for name, entry in manifest.items() if name.startswith(prefix)}
    revision = hashlib.sha1("".join(entry.sha256 for entry in files.values()).encode()).hexdigest()
    model = root / "hub" / f"models--{repository.replace('/', '--')}"
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(revision, encoding="utf-8")
    for name in files:
        target = model / "snapshots" / revision / name.removeprefix(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(folder / name, target)


def _link(source: Path, target: Path) -> None:
    """A symbolic link, or a copy where the system refuses links."""
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def _prepare_dataset(source: Path, root: Path) -> None:
    """Parquet → Arrow for every config, laid out as `datasets/ORG___NAME/<config>/0.0.0/<hash>/`."""
    from datasets import get_dataset_config_names, load_dataset_builder

    scratch = root / "scratch"
    for config in get_dataset_config_names(str(source)):
        builder = load_dataset_builder(str(source), config, cache_dir=str(scratch))
        builder.download_and_prepare()
        prepared = Path(builder.cache_dir)
        target = root / "datasets" / f"{source.parent.name}___{source.name}" / config / "0.0.0" / prepared.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(prepared, target)
    shutil.rmtree(scratch)


def _check_unchanged(folder: Path, manifest: dict[str, Entry], root: Path) -> None:
    """Hash again what changed since the mount; HubError when a file no longer matches the manifest."""
    stamps = json.loads((root / "stamps.json").read_text(encoding="utf-8"))
    changed = {
        name: entry
        for name, entry in manifest.items()
        if not (folder / name).is_file() or _stamp(folder / name) != stamps.get(name)
    }
    _raise_on_problem(folder, changed)


def _bound_map_cache(root: Path) -> None:
    """Remove the oldest files that `Dataset.map` cached, until they hold less than `MAP_CACHE_LIMIT` bytes."""
    cached = sorted((root / "datasets").rglob("cache-*.arrow"), key=lambda path: path.stat().st_mtime)
    total = sum(path.stat().st_size for path in cached)
    while cached and total > MAP_CACHE_LIMIT:
        oldest = cached.pop(0)
        total -= oldest.stat().st_size
        oldest.unlink(missing_ok=True)
