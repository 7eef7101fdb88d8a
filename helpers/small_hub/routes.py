"""What a small Hub answers to each request of the Hugging Face clients.

A route is a method, a pattern of the address (still quoted, since a branch may hold a slash) and a function.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

from helpers.small_hub import transfers, views
from helpers.small_hub.request import Answer, Place, Request, may_write, opened, readable, to_json, writable
from helpers.small_hub.store import KINDS, Refusal


def answer(place: Place, request: Request) -> Answer:
    """The answer to a request; Refusal when it has none."""
    method = "GET" if request.method == "HEAD" else request.method
    for wanted, pattern, route in ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and wanted == method:
            named = {name: unquote(value or "") for name, value in found.groupdict().items()}
            named["kind"] = "datasets" if named.get("kind") in ("datasets", "datasets/") else "models"
            try:
                return route(place, request, named)
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                raise Refusal(400, f"This request is not understood: {error!r}") from error
    raise Refusal(404, "Sorry, this small Hub does not know this address")


def whoami(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Whose token it is."""
    if request.user is None:
        raise Refusal(401, "Invalid username or password")
    return to_json(views.user(request.user, request.role))


def validate_yaml(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Whether the metadata of a card can be read."""
    sha256, _ = place.store.receive([request.json()["content"].encode()])
    try:
        views.front_matter(place.store.folder / "objects" / sha256)
    except Exception as error:  # of the YAML library, which only huggingface_hub depends on
        return to_json({"errors": [{"message": str(error)}], "warnings": []}, 400)
    return to_json({"errors": [], "warnings": []})


def create(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """A new repository, 409 when it exists."""
    asked = request.json()
    kind = f"{asked.get('type') or 'model'}s"
    owner, name = asked.get("organization") or request.user, asked["name"]
    may_write(request, owner)
    if kind not in KINDS or not re.fullmatch(r"[\w.-]{1,96}", name, re.ASCII) or ".." in name:
        raise Refusal(400, f"{kind}/{owner}/{name} cannot be created here")
    private = asked.get("visibility") == "private" or bool(asked.get("private"))
    with place.store.lock:
        repository = place.store.repositories.get((kind, f"{owner}/{name}"))
        status, error = (
            (200, {}) if repository is None else (409, {"error": f"You already created this {kind[:-1]} repo"})
        )
        repository = repository or place.store.create(kind, f"{owner}/{name}", private)
    return to_json(error | {"url": views.url(place.address, repository), "name": repository.name}, status)


def delete(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Delete a repository."""
    asked = request.json()
    name = f"{asked.get('organization') or request.user}/{asked['name']}"
    place.store.delete(writable(place, request, {"kind": f"{asked.get('type') or 'model'}s", "name": name}))
    return to_json({})


def listing(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """The repositories that who asks may see, of one author when asked."""
    author = request.query.get("author", [None])[0]
    shown = [
        views.info(place.store, each, each.at("main"))
        for each in list(place.store.repositories.values())
        if each.kind == named["kind"]
        and author in (None, each.owner)
        and not (each.private and request.user != each.owner)
    ]
    return to_json(shown)


def info(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """The description of a repository at one revision."""
    repository = readable(place, request, named)
    with_files = request.query.get("blobs", [""])[0].lower() in ("true", "1")
    return to_json(views.info(place.store, repository, repository.at(named.get("revision") or "main"), with_files))


def refs(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Branches and tags."""
    return to_json(views.refs(readable(place, request, named)))


def history(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """The commits before a revision."""
    repository = readable(place, request, named)
    return to_json(views.commits(repository, repository.at(named["revision"])))


def auth_check(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Whether who asks may read the files."""
    opened(place, request, named)
    return to_json({})


def settings(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Make a repository private, public, gated or open."""
    repository, asked = writable(place, request, named), request.json()
    place.store.change(
        repository,
        private=asked.get("visibility", "private" if repository.private else "public") == "private",
        gated=asked.get("gated", repository.gated),
    )
    return to_json({"private": repository.private, "gated": repository.gated})


def grant(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Let a user read the files of a gated repository."""
    repository = writable(place, request, named)
    place.store.change(repository, granted=[*repository.granted, request.json()["user"]])
    return to_json({})


def create_branch(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """A branch, from `main` or the revision that is asked."""
    repository, branch = writable(place, request, named), named["ref"]
    if branch in repository.branches:
        raise Refusal(409, f"Reference already exists: {branch}")
    sha = repository.at(request.json().get("startingPoint") or "main").sha
    place.store.change(repository, branches=repository.branches | {branch: sha})
    return to_json({})


def create_tag(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """A tag on a revision."""
    repository, tag = writable(place, request, named), request.json()["tag"]
    if tag in repository.tags:
        raise Refusal(409, f"Tag reference exists already: {tag}")
    place.store.change(repository, tags=repository.tags | {tag: repository.at(named["ref"]).sha})
    return to_json({})


def delete_ref(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Delete a branch or a tag."""
    repository, kind = writable(place, request, named), named["refs"]
    present = repository.branches if kind == "branch" else repository.tags
    if named["ref"] not in present:
        raise Refusal(404, f"Reference does not exist: {named['ref']}", "RevisionNotFound")
    if (kind, named["ref"]) == ("branch", "main"):
        raise Refusal(403, "The branch main cannot be deleted")
    kept = {name: sha for name, sha in present.items() if name != named["ref"]}
    place.store.change(repository, **{"branches" if kind == "branch" else "tags": kept})
    return to_json({})


Route = Callable[[Place, Request, dict[str, str]], Answer]
NAME = r"(?P<name>[^/]+(/[^/]+)?)"  # a name without its owner is asked for too, and is never found
API = rf"/api/(?P<kind>models|datasets)/{NAME}"
PAGE = rf"/(?P<kind>datasets/)?{NAME}"
REVISION = r"(?P<revision>[^/]+)"
ROUTES: list[tuple[str, str, Route]] = [
    ("GET", r"/api/whoami-v2", whoami),
    ("POST", r"/api/validate-yaml", validate_yaml),
    ("POST", r"/api/repos/create", create),
    ("DELETE", r"/api/repos/delete", delete),
    ("GET", r"/api/(?P<kind>models|datasets)", listing),
    ("GET", API, info),
    ("GET", rf"{API}/revision/{REVISION}", info),
    ("GET", rf"{API}/tree/{REVISION}(?P<path>/.*)?", transfers.tree),
    ("POST", rf"{API}/paths-info/{REVISION}", transfers.paths_info),
    ("GET", rf"{API}/refs", refs),
    ("GET", rf"{API}/commits/{REVISION}", history),
    ("GET", rf"{API}/auth-check", auth_check),
    ("PUT", rf"{API}/settings", settings),
    ("POST", rf"{API}/user-access-request/grant", grant),
    ("POST", rf"{API}/preupload/{REVISION}", transfers.preupload),
    ("POST", rf"{API}/commit/{REVISION}", transfers.commit),
    ("POST", rf"{API}/branch/(?P<ref>[^/]+)", create_branch),
    ("POST", rf"{API}/tag/(?P<ref>[^/]+)", create_tag),
    ("DELETE", rf"{API}/(?P<refs>branch|tag)/(?P<ref>[^/]+)", delete_ref),
    ("POST", rf"{PAGE}\.git/info/lfs/objects/batch", transfers.batch),
    ("POST", rf"{PAGE}\.git/info/lfs/objects/verify", transfers.verify),
    ("PUT", r"/upload/(?P<oid>[0-9a-f]{64})", transfers.upload),
    ("GET", rf"{PAGE}/resolve/{REVISION}/(?P<path>.+)", transfers.resolve),
]
