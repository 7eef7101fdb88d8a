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
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helpers.errors import AtelierError
from helpers.files import replacing, sha256

HASHED_AT_MOUNT = 64 * 2**20  # larger files are compared by size when mounting, by sha256 in `verify`
MAP_CACHE_LIMIT = 2**30  # bytes that `Dataset.map` may leave in a mounted hub


class HubError(AtelierError, RuntimeError):
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
        return {_inside(name): Entry(int(entry["size"]), str(entry["sha256"])) for name, entry in files.items()}
    except FileNotFoundError:
        raise HubError(f"{path} n’existe pas : « atelier hub manifest {folder} » l’écrit") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HubError(f"{path} est illisible ({error}) : « atelier hub manifest {folder} » le réécrit") from None


def write_manifest(folder: Path) -> dict[str, Entry]:
    """Hash every file under `models/ORG/NAME` and `datasets/ORG/NAME` and write `MANIFEST.json`; returns its entries.

    Hidden files are left out. HubError when there is nothing to list, or a file lies outside of a repository.
    """
    entries = {_inside(name): Entry(path.stat().st_size, sha256(path)) for name, path in _files(folder)}
    if not entries:
        raise HubError(f"{folder} ne contient ni models/ORG/NOM ni datasets/ORG/NOM")
    content = {"files": {name: vars(entry) for name, entry in entries.items()}}
    with replacing(folder / "MANIFEST.json") as file:
        file.write(json.dumps(content, indent=1) + "\n")
    return entries


def verify(folder: Path) -> Iterator[str]:
    """One line in French for each file that is missing, damaged or not in the manifest; nothing when all is well."""
    manifest = read_manifest(folder)
    for name, entry in manifest.items():
        problem = _problem(folder / name, entry, hash_up_to=None)
        if problem:
            yield problem
    for name, path in _files(folder):
        if name not in manifest:
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
    root = user_cache_path("atelier-transformers", appauthor=False) / key
    root.parent.mkdir(parents=True, exist_ok=True)
    _point_libraries_at(root)
    if not _is_whole(root):
        with FileLock(root.with_suffix(".lock")):
            if not _is_whole(root):
                _lay_out(folder, manifest, root)
    _check_unchanged(folder, manifest, root)
    _bound_map_cache(root)
    return root


def release_libraries() -> None:
    """For the real Hub: undo what a mount set; HubError if a library was imported since, or the user is offline."""
    _refuse_early_imports(None)
    if "atelier-transformers" in os.environ.get("HF_HUB_CACHE", ""):
        for name in ("HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_DATASETS_CACHE"):
            os.environ.pop(name, None)
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        raise HubError("ATELIER_HUB=online, mais HF_HUB_OFFLINE interdit le réseau : retirez cette variable")


def _inside(name: str) -> str:
    """The name of a file of a hub, if it is one; HubError when it leaves the folder or no repository holds it."""
    parts = PurePosixPath(name).parts
    if len(parts) < 4 or parts[0] not in ("models", "datasets") or ".." in parts or "\\" in name or ":" in name:
        raise HubError(f"{name} : ce n’est pas un fichier de models/ORG/NOM ni de datasets/ORG/NOM")
    return name


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of every file of a hub that is not hidden, sorted."""
    for kind in ("models", "datasets"):
        for path in sorted((folder / kind).rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") or part == "Thumbs.db" for part in name.parts):
                yield name.as_posix(), path


def _is_whole(root: Path) -> bool:
    """Whether a mount was finished and nothing that it made is gone."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        made = json.loads((root / "stamps.json").read_text(encoding="utf-8"))["made"]
        return all((root / name).exists() for name in made)
    return False


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
    building = root.with_name(f"{root.name}.partial")  # left by a mount that was killed, if it exists
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    for repository in repositories(manifest, "models"):
        _link_model(folder, manifest, repository, building)
    _prepare_datasets([folder / "datasets" / name for name in repositories(manifest, "datasets")], building)
    made = [path.relative_to(building).as_posix() for path in building.rglob("*") if not path.is_dir()]
    stamps = {"made": made, "sources": {name: _stamp(folder / name) for name in manifest}}
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


def _prepare_datasets(sources: list[Path], root: Path) -> None:
    """Prepare data sets in another process, so that this one has imported no library and may still choose its Hub."""
    code = (
        "import json, sys; from pathlib import Path; sys.path[:] = json.loads(sys.argv[1])\n"
        "from helpers.hub import prepare_dataset\n"
        "for source in sys.argv[3:]: prepare_dataset(Path(source), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-X", "utf8", "-c", code, json.dumps(sys.path), str(root), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise HubError(last.partition("HubError: ")[2] or last or f"{root} : préparation interrompue")


def prepare_dataset(source: Path, root: Path) -> None:
    """Parquet → Arrow for every config, laid out as `datasets/ORG___NAME/<config>/0.0.0/<hash>/`."""
    from datasets import get_dataset_config_names, load_dataset_builder
    from datasets.exceptions import DatasetsError
    from datasets.naming import camelcase_to_snakecase

    scratch, name = root / "scratch", f"{source.parent.name}___{camelcase_to_snakecase(source.name)}"
    try:
        for config in get_dataset_config_names(str(source)):
            builder = load_dataset_builder(str(source), config, cache_dir=str(scratch))
            builder.download_and_prepare()
            prepared = Path(builder.cache_dir)
            target = root / "datasets" / name / config / "0.0.0" / prepared.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(prepared, target)
    except (DatasetsError, FileNotFoundError, ValueError) as error:
        message = " ".join(str(error).split())
        raise HubError(f"{source} : jeu de données illisible ({message})") from error
    shutil.rmtree(scratch)


def _check_unchanged(folder: Path, manifest: dict[str, Entry], root: Path) -> None:
    """Hash again what changed since the mount; HubError when a file no longer matches the manifest."""
    stamps = json.loads((root / "stamps.json").read_text(encoding="utf-8"))["sources"]
    changed = {
        name: entry
        for name, entry in manifest.items()
        if not (folder / name).is_file() or _stamp(folder / name) != stamps.get(name)
    }
    _raise_on_problem(folder, changed)


def _bound_map_cache(root: Path) -> None:
    """Remove the oldest files that `Dataset.map` cached, until they hold less than `MAP_CACHE_LIMIT` bytes."""
    cached = []
    for path in (root / "datasets").rglob("cache-*.arrow"):
        with suppress(FileNotFoundError):  # another kernel may be clearing too
            cached.append((path.stat().st_mtime, path.stat().st_size, path))
    total = sum(size for _, size, _ in cached)
    for _, size, path in sorted(cached):
        if total <= MAP_CACHE_LIMIT:
            return
        with suppress(OSError):  # Windows keeps a file that another kernel has open
            path.unlink()
            total -= size
