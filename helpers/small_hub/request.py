"""A request to a small Hub, its answer, and who may do what.

As on the real Hub, a private repository does not exist for others, a token needs the right to write, nobody writes in
the name of another, and the files of a gated repository are for its owner and those it let in.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers.small_hub.store import KINDS, Refusal, Repository, Store


@dataclass
class Request:
    """A request: method, path still quoted, query, headers in lower case, who asks with which role, and the body."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str] = field(repr=False)  # one of them is the token
    user: str | None
    role: str
    blocks: Iterator[bytes]

    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.blocks)

    def json(self) -> dict:
        """The body as JSON; ValueError when it is not."""
        return json.loads(self.body() or b"{}")


@dataclass
class Answer:
    """An answer: status, headers, and a body of bytes or some bytes of a file, from `start` on."""

    status: int = 200
    body: bytes | Path = b""
    headers: dict[str, str] = field(default_factory=dict)
    start: int = 0
    length: int | None = None


@dataclass(frozen=True)
class Place:
    """What the routes work on: the store, the address of the Hub, and the key that signs the addresses of uploads."""

    store: Store
    address: str
    key: bytes

    def sign(self, name: str) -> str:
        """What an address of upload must bear."""
        return hmac.digest(self.key, name.encode(), "sha256").hex()


def to_json(content: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


def readable(place: Place, request: Request, named: dict[str, str]) -> Repository:
    """The repository that a request names; Refusal when there is none, or when it is another's and private."""
    repository = place.store.repositories.get((named["kind"], named["name"]))
    if repository is None or (repository.private and request.user != repository.owner):
        raise Refusal(404 if request.user else 401, "Repository not found", "RepoNotFound")
    return repository


def writable(place: Place, request: Request, named: dict[str, str]) -> Repository:
    """The repository that a request names, if who asks may write it."""
    repository = readable(place, request, named)
    may_write(request, repository.owner)
    if repository.published:
        raise Refusal(403, f"{repository.name} is published from a folder: it can only be read")
    return repository


def opened(place: Place, request: Request, named: dict[str, str]) -> Repository:
    """The repository that a request names, if who asks may read its files."""
    repository = readable(place, request, named)
    if repository.gated and request.user not in (repository.owner, *repository.granted):
        message = (
            f"Access to {KINDS[repository.kind]} {repository.name} is restricted and you are not in the authorized list"
        )
        raise Refusal(403 if request.user else 401, f"{message}. Visit its page to ask for access.", "GatedRepo")
    return repository


def may_write(request: Request, owner: str) -> None:
    """Refusal unless who asks is the owner, with a token that may write."""
    if request.user is None:
        raise Refusal(401, "Invalid username or password")
    if request.user != owner:
        raise Refusal(403, f"You don't have the rights to write under the namespace {owner}")
    if request.role != "write":
        raise Refusal(403, "This token has no right to write: it was created to read only")
