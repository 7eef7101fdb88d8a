"""What a small Hub keeps: contents named by their sha256, commits as JSON, and the state of each repository.

`objects/SHA256` holds a content; `repositories/models/OWNER/NAME/` holds `repository.json` (who may read it, its
branches and tags) and `commits/SHA.json` (every file of that revision). A commit exists once its branch names it, and
the branch is written last: whatever is cut before leaves the repository as it was.
"""

import base64
import hashlib
import json
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from helpers import hub
from helpers.files import replacing

LARGE = 10 * 2**20  # bytes; larger files, and those of these kinds, are kept apart from git as on the real Hub
LARGE_KINDS = frozenset(
    f".{kind}"
    for kind in ("arrow", "bin", "gz", "h5", "jpg", "model", "npz", "onnx", "parquet", "png", "pt", "safetensors")
)
WRITTEN = ("private", "gated", "granted", "branches", "tags")
KINDS = {"models": "model", "datasets": "dataset"}
ATTRIBUTES = "".join(f"*{kind} filter=lfs diff=lfs merge=lfs -text\n" for kind in sorted(LARGE_KINDS)).encode()


class Refusal(Exception):
    """An answer in place of the one that was asked: HTTP status, message, the Hub's error code if any, more headers."""

    def __init__(self, status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> None:
        """Note what to answer."""
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


@dataclass(frozen=True)
class File:
    """One file of a commit: size in bytes, sha256, git's name for it, and whether git holds only a pointer."""

    size: int
    sha256: str
    oid: str
    lfs: bool

    @property
    def etag(self) -> str:
        """What tells two versions of the file apart: sha256 for a large one, git's sha1 for another."""
        return self.sha256 if self.lfs else self.oid


@dataclass(frozen=True)
class Commit:
    """One revision of a repository, with every file that it holds."""

    sha: str
    parent: str | None
    title: str
    description: str
    author: str
    date: str
    files: dict[str, File]


@dataclass
class Repository:
    """A repository and who may read it; `published` ones come from a hub folder and cannot be written."""

    kind: str
    name: str
    private: bool = False
    gated: str | bool = False
    granted: list[str] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    published: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The user or organization before the slash."""
        return self.name.split("/")[0]

    def at(self, revision: str) -> Commit:
        """The commit that a branch, a tag or a sha (seven characters are enough) names; Refusal when none does."""
        name = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        sha = self.branches.get(name) or self.tags.get(name)
        found = [sha] if sha else [each for each in self.commits if len(name) >= 7 and each.startswith(name)]
        if len(found) != 1:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[found[0]]

    def history(self, commit: Commit) -> Iterator[Commit]:
        """The commit and those before it, the latest first."""
        yield commit
        while commit.parent:
            commit = self.commits[commit.parent]
            yield commit


class Store:
    """Every repository of a small Hub, read from its folder and written back at each change."""

    def __init__(self, folder: Path) -> None:
        """Read what the folder holds already."""
        self.folder = folder
        self.lock = threading.RLock()
        self.repositories: dict[tuple[str, str], Repository] = {}
        self._outside: dict[str, Path] = {}
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("repositories/*/*/*/repository.json")):
            self._load(path)

    def path(self, sha256: str) -> Path | None:
        """Where a content is, if the Hub holds it."""
        path = self._outside.get(sha256, self.folder / "objects" / sha256)
        return path if path.is_file() else None

    def receive(self, blocks: Iterable[bytes], sha256: str | None = None) -> tuple[str, int]:
        """Keep a content that arrives in blocks; returns its sha256 and size, Refusal when it is another."""
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".receiving-", delete=False) as draft:
            try:
                for block in blocks:
                    digest.update(block)
                    size += draft.write(block)
                if sha256 not in (None, digest.hexdigest()):
                    raise Refusal(400, "The content does not match the sha256 that was announced")
                draft.close()
                Path(draft.name).replace(self.folder / "objects" / digest.hexdigest())
            except BaseException:
                draft.close()
                Path(draft.name).unlink()
                raise
        return digest.hexdigest(), size

    def create(self, kind: str, name: str, private: bool) -> Repository:
        """A new repository with a first commit, as on the real Hub."""
        repository = Repository(kind, name, private)
        file = self._keep(ATTRIBUTES)
        self._add(repository, "main", {".gitattributes": file}, "initial commit", "", repository.owner, None)
        self.repositories[kind, name] = repository
        return repository

    def delete(self, repository: Repository) -> None:
        """Forget a repository and its commits."""
        del self.repositories[repository.kind, repository.name]
        folder = self._folder(repository)
        (folder / "repository.json").unlink()
        shutil.rmtree(folder)

    def change(self, repository: Repository, **changes: object) -> None:
        """Change who may read a repository, its branches or its tags, first on disk, then in memory."""
        state = {name: changes.get(name, getattr(repository, name)) for name in WRITTEN}
        with replacing(self._folder(repository) / "repository.json") as file:
            json.dump(state, file)
        for name, value in changes.items():
            setattr(repository, name, value)

    def commit(
        self, repository: Repository, branch: str, changes: list[dict], author: str, header: dict[str, str]
    ) -> Commit:
        """Apply all the changes to a branch, or none; Refusal when one is not possible or the branch moved on."""
        with self.lock:
            head = repository.at(branch)
            if header.get("parentCommit") not in (None, head.sha):
                raise Refusal(412, "The branch has changed since the parent commit")
            files = dict(head.files)
            for change in changes:
                self._apply(files, change["key"], change["value"])
            return self._add(
                repository, branch, files, header["summary"], header.get("description", ""), author, head.sha
            )

    def publish(self, folder: Path) -> None:
        """Offer every repository of a hub folder as a public one; its large files are read where they are."""
        manifest = hub.read_manifest(folder)
        date = _date((folder / "MANIFEST.json").stat().st_mtime)
        for kind in KINDS:
            for name in hub.repositories(manifest, kind):
                prefix = f"{kind}/{name}/"
                files = {
                    path.removeprefix(prefix): _published(folder / path, entry)
                    for path, entry in manifest.items()
                    if path.startswith(prefix)
                }
                self._outside |= {file.sha256: folder / prefix / path for path, file in files.items()}
                commit = _commit(files, "Publication", "", name.split("/")[0], None, date)
                self.repositories[kind, name] = Repository(
                    kind, name, branches={"main": commit.sha}, published=True, commits={commit.sha: commit}
                )

    def _folder(self, repository: Repository) -> Path:
        """Where the state of a repository is written."""
        return self.folder / "repositories" / repository.kind / repository.name

    def _load(self, path: Path) -> None:
        """Read back a repository."""
        kind, owner, name = path.parts[-4:-1]
        repository = Repository(kind, f"{owner}/{name}", **json.loads(path.read_text(encoding="utf-8")))
        for file in path.parent.glob("commits/*.json"):
            commit = Commit(**json.loads(file.read_text(encoding="utf-8")))
            files = {name: File(**entry) for name, entry in commit.files.items()}
            repository.commits[commit.sha] = replace(commit, files=files)
        self.repositories[kind, repository.name] = repository

    def _keep(self, content: bytes) -> File:
        """Keep a content that git itself would hold."""
        sha256, size = self.receive([content])
        return File(size, sha256, git_oid(content), lfs=False)

    def _apply(self, files: dict[str, File], key: str, value: dict) -> None:
        """One line of a commit, on the files of the revision before it."""
        path = value["path"].rstrip("/")
        if not path or any(part in ("..", ".git") for part in PurePosixPath(path).parts) or path[0] == "/":
            raise Refusal(400, f"Invalid path: {path}")
        if key == "file":
            files[path] = self._keep(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            content = self.path(value["oid"])
            if content is None:
                raise Refusal(400, f"The content of {path} has not been uploaded")
            files[path] = _large(content.stat().st_size, value["oid"])
        elif key in ("deletedFile", "deletedFolder"):
            gone = [name for name in files if name == path or (key[7:] == "Folder" and name.startswith(f"{path}/"))]
            if not gone:
                raise Refusal(404, f"A file with this name doesn't exist: {path}", "EntryNotFound")
            for name in gone:
                del files[name]
        else:
            raise Refusal(400, f"Unknown operation: {key}")

    def _add(
        self,
        repository: Repository,
        branch: str,
        files: dict[str, File],
        title: str,
        description: str,
        author: str,
        parent: str | None,
    ) -> Commit:
        """Write a commit, then the branch that names it."""
        commit = _commit(files, title, description, author, parent, _date())
        with replacing(self._folder(repository) / "commits" / f"{commit.sha}.json") as file:
            json.dump(asdict(commit), file)
        repository.commits[commit.sha] = commit
        self.change(repository, branches=repository.branches | {branch: commit.sha})
        return commit


def git_oid(content: bytes) -> str:
    """The name that git gives to a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_large(path: str, size: int, sample: bytes) -> bool:
    """Whether git holds only a pointer to a file: by its kind, its size or a zero among its first bytes."""
    return size > 0 and (PurePosixPath(path).suffix.lower() in LARGE_KINDS or size > LARGE or b"\0" in sample)


def _large(size: int, sha256: str) -> File:
    """A file of which git holds only a pointer."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return File(size, sha256, git_oid(pointer.encode()), lfs=True)


def _published(path: Path, entry: hub.Entry) -> File:
    """A file of a hub folder, whose manifest says its sha256."""
    if is_large(path.name, entry.size, b""):
        return _large(entry.size, entry.sha256)
    return File(entry.size, entry.sha256, git_oid(path.read_bytes()), lfs=False)


def _commit(files: dict[str, File], title: str, description: str, author: str, parent: str | None, date: str) -> Commit:
    """A commit, whose sha depends on what it holds and follows but not on the hour."""
    oids = sorted((path, file.oid) for path, file in files.items())
    sha = hashlib.sha1(json.dumps([parent, author, title, description, oids]).encode()).hexdigest()
    return Commit(sha, parent, title, description, author, date, files)


def _date(seconds: float | None = None) -> str:
    """A date as the Hub writes it, now unless told otherwise."""
    when = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
