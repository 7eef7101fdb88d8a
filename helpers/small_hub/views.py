"""How a small Hub describes its users, repositories and files: the JSON that the clients read."""

import hashlib
from pathlib import Path

from helpers.small_hub.store import KINDS, Commit, File, Repository, Store


def user(name: str, role: str) -> dict:
    """The answer to `whoami`."""
    token = {"displayName": "atelier", "role": role, "createdAt": "2026-01-01T00:00:00.000Z"}
    return {
        "type": "user",
        "id": name,
        "name": name,
        "fullname": name,
        "isPro": False,
        "orgs": [],
        "auth": {"type": "access_token", "accessToken": token},
    }


def info(store: Store, repository: Repository, commit: Commit, with_files: bool = False) -> dict:
    """What the page of a repository says at one revision; sizes and digests of the files when asked."""
    card = metadata(store, commit)
    licence = card.get("license")
    first = list(repository.history(commit))[-1]
    return {
        "_id": hashlib.sha1(repository.name.encode()).hexdigest()[:24],
        "id": repository.name,
        "modelId": repository.name,
        "author": repository.owner,
        "sha": commit.sha,
        "lastModified": commit.date,
        "createdAt": first.date,
        "private": repository.private,
        "gated": repository.gated,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [*_list(card.get("tags")), *([f"license:{licence}"] if licence else [])],
        "pipeline_tag": card.get("pipeline_tag"),
        "library_name": card.get("library_name"),
        "cardData": card,
        "siblings": [_sibling(path, file, with_files) for path, file in sorted(commit.files.items())],
    }


def metadata(store: Store, commit: Commit) -> dict:
    """The YAML at the head of the card, empty when there is none or it cannot be read."""
    file = commit.files.get("README.md")
    path = store.path(file.sha256) if file else None
    try:
        return front_matter(path) if path else {}
    except Exception:  # a card that is not YAML was pushed nevertheless
        return {}


def front_matter(card: Path) -> dict:
    """The YAML between the two lines of dashes of a card; ValueError or YAMLError when it is none."""
    from huggingface_hub.repocard import metadata_load  # late, since a lesson's Hub must start before it is imported

    return metadata_load(card) or {}


def tree(commit: Commit, folder: str, recursive: bool) -> list[dict]:
    """The files and folders under a folder, the repository's root being the empty name."""
    prefix = f"{folder}/" if folder else ""
    entries: dict[str, dict] = {}
    for path, file in sorted(commit.files.items()):
        if not path.startswith(prefix):
            continue
        parts = path.removeprefix(prefix).split("/")
        parents = [prefix + "/".join(parts[: depth + 1]) for depth in range(len(parts) - 1)]
        for parent in parents if recursive else parents[:1]:
            entries.setdefault(parent, _directory(parent))
        if recursive or not parents:
            entries[path] = entry(path, file)
    return list(entries.values())


def paths(commit: Commit, wanted: list[str]) -> list[dict]:
    """Files and folders by their names, those that do not exist left out."""
    found = []
    for path in wanted:
        if path in commit.files:
            found.append(entry(path, commit.files[path]))
        elif any(name.startswith(f"{path}/") for name in commit.files):
            found.append(_directory(path))
    return found


def entry(path: str, file: File) -> dict:
    """A file, as in a listing."""
    described = {"type": "file", "path": path, "size": file.size, "oid": file.oid}
    return described | ({"lfs": {"oid": file.sha256, "size": file.size, "pointerSize": 134}} if file.lfs else {})


def refs(repository: Repository) -> dict:
    """Branches and tags."""
    return {
        "branches": [_ref(name, "heads", sha) for name, sha in repository.branches.items()],
        "tags": [_ref(name, "tags", sha) for name, sha in repository.tags.items()],
        "converts": [],
        "pullRequests": [],
    }


def commits(repository: Repository, commit: Commit) -> list[dict]:
    """The history of a revision, the latest first."""
    return [
        {
            "id": each.sha,
            "title": each.title,
            "message": each.description,
            "authors": [{"user": each.author}],
            "date": each.date,
        }
        for each in repository.history(commit)
    ]


def url(address: str, repository: Repository) -> str:
    """The address of a repository's page."""
    return f"{address}/{'' if KINDS[repository.kind] == 'model' else 'datasets/'}{repository.name}"


def _list(value: object) -> list:
    """A list, of one item where YAML gave a single one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _ref(name: str, kind: str, sha: str) -> dict:
    """A branch or a tag."""
    return {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": sha}


def _directory(path: str) -> dict:
    """A folder, as in a listing."""
    return {"type": "directory", "path": path, "size": 0, "oid": hashlib.sha1(path.encode()).hexdigest()}


def _sibling(path: str, file: File, with_digests: bool) -> dict:
    """A file, as in a repository's description."""
    if not with_digests:
        return {"rfilename": path}
    described = {"rfilename": path, "size": file.size, "blobId": file.oid}
    return described | ({"lfs": {"sha256": file.sha256, "size": file.size, "pointerSize": 134}} if file.lfs else {})
