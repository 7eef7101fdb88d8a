"""Mirroring: the models and data sets of the lessons, copied from the Hub at pinned revisions into a hub folder.

Each file is received in `.partial/`, compared with what the Hub says of it, and moved to its place once its repository
is whole: what `models/` and `datasets/` hold can always be used. `REVISIONS.json` notes the revision of each repository
at first contact, and later runs keep to it. `MANIFEST.json` is written last.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import hub
from helpers.files import replacing, sha256
from helpers.hub import HubError
from helpers.login import explain
from helpers.needed import NEEDED_DATASETS, NEEDED_MODELS

if TYPE_CHECKING:
    from huggingface_hub import HfApi

NEEDED = {"models": NEEDED_MODELS, "datasets": NEEDED_DATASETS}
# The revisions that the lessons were checked against, which only the real Hub has.
CHECKED, ENDPOINT = Path(__file__).with_name("revisions.json"), "https://huggingface.co"
# Configs that lessons load, for the data sets that have others.
NEEDED_CONFIGS = {"nyu-mll/glue": ("mrpc", "sst2")}
MODEL_FILES = (
    *("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json", "README.md", "LICENSE*"),
    *("tokenizer*.json", "special_tokens_map.json", "added_tokens.json", "chat_template*", "*preprocessor_config.json"),
    *("processor_config.json", "vocab.*", "merges.txt", "spiece.model", "sentencepiece*.model", "tokenizer.model"),
)
# What a repository is of no use without.
CONTENTS = {"models": ("*.safetensors",), "datasets": ("*.parquet",)}


class UnusableError(HubError):
    """A repository that the Hub does not give, or of which lessons can do nothing; others may go on."""


@dataclass(frozen=True)
class Remote:
    """Size in bytes of a file on the Hub, and its sha256, or git's sha1 for a small one."""

    size: int
    digest: str


@dataclass
class Plan:
    """What to bring of one repository: its files at one revision, and those that are still to be received or moved."""

    kind: str
    name: str
    revision: str
    files: dict[str, Remote]
    terms: str = ""
    card: bytes | None = None
    missing: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files.values()) + len(self.card or b"")

    @property
    def left(self) -> int:
        """Bytes that are still to be received."""
        return sum(self.files[path].size for path in self.missing)

    def keep(self, paths: Iterable[str]) -> None:
        """Leave out all other files."""
        self.files = {path: self.files[path] for path in sorted(paths)}

    def place(self, folder: Path) -> Path:
        """Where the repository is in a hub folder."""
        return folder / self.kind / self.name

    def draft(self, folder: Path) -> Path:
        """Where its files are received."""
        return folder / ".partial" / f"{self.kind}--{self.name.replace('/', '--')}"


def megabytes(size: int) -> str:
    """A size in megabytes, aligned on the right."""
    return f"{size / 1e6:8.1f} Mo"


def choose(only: list[str], without: list[str]) -> list[tuple[str, str]]:
    """Kind and name of the repositories to bring, in order; HubError for a name that no lesson needs."""
    known = [(kind, name) for kind, names in NEEDED.items() for name in names]
    for name in [*only, *without]:
        if name not in (each for _, each in known):
            raise HubError(f"{name} : aucune leçon ne s’en sert ; « atelier hub list » donne les noms")
    return [(kind, name) for kind, name in known if name not in without and (not only or name in only)]


def mirror(
    folder: Path,
    repositories: list[tuple[str, str]],
    revisions: dict[str, str] | None = None,
    say: Callable[[str], None] = print,
    sizes_only: bool = False,
    endpoint: str | None = None,
) -> None:
    """Bring repositories into a hub folder, or go on where an earlier run stopped, and say so line by line.

    `revisions` (`models/ORG/NAME` → sha, branch or tag) goes before those of the folder, which go before the checked
    ones of `revisions.json`, which only the real Hub has. HubError, in a line for each
    repository that cannot be brought, or for what interrupts; what was received stays and is not received again.
    """
    from huggingface_hub import HfApi

    noted = folder / "REVISIONS.json"
    if (folder / "MANIFEST.json").exists() and not noted.exists():
        raise HubError(f"{folder} est un hub mais pas un miroir : choisissez un autre dossier")
    checked = read_revisions(CHECKED) if endpoint in (None, ENDPOINT) else {}
    pins = checked | (read_revisions(noted) if noted.exists() else {}) | (revisions or {})
    api = HfApi(endpoint=endpoint)
    plans = _plans(api, repositories, pins)
    for plan in plans:
        _survey(plan, folder)
        say(f"{megabytes(plan.size)}  {plan.name}  (révision {plan.revision[:8]}{plan.terms})")
    say(f"{megabytes(sum(plan.left for plan in plans))}  à télécharger")
    if sizes_only:
        return
    _check_space(folder, sum(plan.left for plan in plans))
    with replacing(noted) as file:
        json.dump(pins | {f"{plan.kind}/{plan.name}": plan.revision for plan in plans}, file, indent=1, sort_keys=True)
    for plan in plans:
        _bring(api, plan, folder)
        say(f"✓ {plan.name} : {megabytes(plan.left).strip()} reçus" if plan.left else f"✓ {plan.name} : déjà là")
    with suppress(OSError):  # another repository may still be there in part
        (folder / ".partial").rmdir()
    say(f"✓ {len(hub.write_manifest(folder))} fichiers inscrits dans {folder / 'MANIFEST.json'}")


def read_revisions(path: Path) -> dict[str, str]:
    """`models/ORG/NAME` or `datasets/ORG/NAME` → revision; HubError when the file does not hold that."""
    try:
        pins = json.loads(path.read_text(encoding="utf-8"))
        valid = all(isinstance(sha, str) and name.split("/", 1)[0] in NEEDED for name, sha in pins.items())
    except (OSError, ValueError, AttributeError) as error:
        raise HubError(f"{path} est illisible ({error})") from None
    if not valid:
        raise HubError(f'{path} : il faut un objet {{"models/ORG/NOM": "révision", …}}')
    return pins


def _plans(api: "HfApi", repositories: list[tuple[str, str]], pins: dict[str, str]) -> list[Plan]:
    """What to bring of each repository; HubError that names all those that the Hub does not give."""
    plans, refused = [], []
    for kind, name in repositories:
        try:
            with _naming(f"{api.endpoint}/{'datasets/' if kind == 'datasets' else ''}{name}", name):
                plans.append(_plan(api, kind, name, pins.get(f"{kind}/{name}")))
        except UnusableError as error:
            refused.append(str(error))
    if refused:
        raise HubError("\n✗ ".join(refused))
    return plans


def _plan(api: "HfApi", kind: str, name: str, revision: str | None) -> Plan:
    """Ask the Hub what a repository holds, and keep what lessons need of it."""
    from huggingface_hub import constants

    repo_type, patience = kind.removesuffix("s"), constants.HF_HUB_ETAG_TIMEOUT
    info = api.repo_info(name, repo_type=repo_type, revision=revision, files_metadata=True, timeout=patience)
    if info.gated:
        api.auth_check(name, repo_type=repo_type)
    files = {each.rfilename: Remote(each.size, each.lfs.sha256 if each.lfs else each.blob_id) for each in info.siblings}
    plan = Plan(kind, name, info.sha, files, _terms(info))
    if kind == "datasets":
        _keep_configs(api, plan)
    else:
        plan.keep(path for path in files if "/" not in path and _fits(path, MODEL_FILES))
    if not any(_fits(path, CONTENTS[kind]) for path in plan.files):
        raise UnusableError(f"{name} : pas de fichier {' ni '.join(CONTENTS[kind])} à la révision {info.sha}")
    return plan


def _keep_configs(api: "HfApi", plan: Plan) -> None:
    """Keep the data files of the configs that lessons load, and a card that names no other config."""
    from huggingface_hub.repocard import metadata_load, metadata_save

    wanted = NEEDED_CONFIGS.get(plan.name)
    with tempfile.TemporaryDirectory() as scratch:
        path = _receive(api, plan, "README.md", Path(scratch))
        metadata = metadata_load(path) or {}
        configs = metadata.get("configs") or [{"data_files": "*.parquet"}]
        kept = [each for each in configs if wanted is None or each.get("config_name") in wanted]
        if len(kept) < len(configs):
            metadata["configs"] = kept
            if isinstance(metadata.get("dataset_info"), list):
                metadata["dataset_info"] = [x for x in metadata["dataset_info"] if x.get("config_name") in wanted]
            metadata_save(path, metadata)
        plan.card = path.read_bytes()
    patterns = list(_strings([each.get("data_files") for each in kept]))
    plan.keep(path for path in plan.files if path != "README.md" and _fits(path, patterns))


def _strings(data_files: Any) -> Iterator[str]:
    """The patterns in any of the forms that a card gives to `data_files`."""
    if isinstance(data_files, str):
        yield data_files
    elif isinstance(data_files, dict):
        yield from _strings(data_files["path"] if "path" in data_files else list(data_files.values()))
    elif isinstance(data_files, list):
        for each in data_files:
            yield from _strings(each)


def _fits(path: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the patterns."""
    return any(fnmatch(path, pattern) for pattern in patterns)


def _terms(info: Any) -> str:
    """The licence, when it forbids commercial use, and whether access is asked for."""
    said = (info.card_data or {}).get("license") or "licence inconnue"
    licence = said if isinstance(said, str) else ", ".join(said)
    commercial = " : pas d’usage commercial" if "nc" in licence.split("-") else ""
    return f", {licence}{commercial}{', accès sur demande' if info.gated else ''}"


def _survey(plan: Plan, folder: Path) -> None:
    """See which files are in place, which are received and which are missing."""
    for path, remote in plan.files.items():
        if not _same(plan.place(folder) / path, remote):
            received = _same(plan.draft(folder) / path, remote)
            (plan.received if received else plan.missing).append(path)


def _same(path: Path, remote: Remote) -> bool:
    """Whether a file is, byte for byte, the one of the Hub."""
    if not path.is_file() or path.stat().st_size != remote.size:
        return False
    if len(remote.digest) == 64:
        return sha256(path) == remote.digest
    return hashlib.sha1(b"blob %d\0" % remote.size + path.read_bytes()).hexdigest() == remote.digest


def _check_space(folder: Path, needed: int) -> None:
    """HubError when the disk has not the room for so many bytes."""
    disk = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(disk).free
    if needed > free:
        raise HubError(
            f"{folder} : il faut{megabytes(needed)} et il n’y en a que{megabytes(free)} de libres : "
            "libérez de la place, ou laissez de côté un jeu de données avec --without"
        )


def _bring(api: "HfApi", plan: Plan, folder: Path) -> None:
    """Receive what is missing of a repository, then move it to its place and remove what is not of this revision."""
    place, draft = plan.place(folder), plan.draft(folder)
    for path in plan.missing:
        with _naming(plan.name, plan.name):
            _receive(api, plan, path, draft)
    for path in (*plan.missing, *plan.received):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).replace(place / path)
    if plan.card is not None:
        with replacing(place / "README.md") as file:
            file.write(plan.card.decode())
    ours = {*plan.files, *(["README.md"] if plan.card is not None else [])}
    for path in place.rglob("*"):
        if path.is_file() and path.relative_to(place).as_posix() not in ours:
            path.unlink()
    shutil.rmtree(draft, ignore_errors=True)


def _receive(api: "HfApi", plan: Plan, path: str, draft: Path) -> Path:
    """Download a file and compare it with what the Hub says of it; HubError when it differs."""
    (draft / path).unlink(missing_ok=True)
    api.hf_hub_download(plan.name, path, repo_type=plan.kind.removesuffix("s"), revision=plan.revision, local_dir=draft)
    if not _same(draft / path, plan.files[path]):
        (draft / path).unlink()
        raise HubError(f"{plan.name} : {path} est arrivé abîmé ; la même commande le reprendra")
    return draft / path


@contextmanager
def _naming(page: str, name: str) -> Iterator[None]:
    """Say in one line which repository could not be brought, why, and what to do."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        yield
    except RevisionNotFoundError as error:
        raise UnusableError(
            f"{name} : la révision épinglée n’existe pas, ou plus, sur le Hub : retirez-la de REVISIONS.json ou du "
            "fichier donné par --revisions"
        ) from error
    except RepositoryNotFoundError as error:  # a gated one too
        raise UnusableError(f"{name} : {explain(error)} ({page}), ou --without {name}") from error
    except (*HfHubHTTPError.__bases__, ValueError) as error:
        raise HubError(f"{name} : {explain(error)} ; la même commande reprendra où elle en est") from error
