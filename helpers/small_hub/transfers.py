"""Files sent to a small Hub, committed, and read back."""

import base64
import hmac
import json
import re
from urllib.parse import parse_qs

from helpers.small_hub import views
from helpers.small_hub.request import Answer, Place, Request, opened, readable, to_json, writable
from helpers.small_hub.store import Refusal, is_large


def tree(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """The files and folders under a folder."""
    folder = named.get("path", "").strip("/")
    recursive = request.query.get("recursive", [""])[0].lower() in ("true", "1")
    entries = views.tree(readable(place, request, named).at(named["revision"]), folder, recursive)
    if folder and not entries:
        raise Refusal(404, f"{folder} does not exist on {named['revision']}", "EntryNotFound")
    return to_json(entries)


def paths_info(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Files and folders by their names."""
    wanted = parse_qs(request.body().decode()).get("paths", [])
    return to_json(views.paths(readable(place, request, named).at(named["revision"]), wanted))


def preupload(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """For each file to send: whether it goes to the large ones, and what the Hub holds under this name."""
    present = writable(place, request, named).at(named["revision"]).files
    described = []
    for file in request.json()["files"]:
        path, large = file["path"], is_large(file["path"], file["size"], base64.b64decode(file.get("sample") or ""))
        same_kind = path in present and present[path].lfs == large
        oid = {"oid": present[path].etag} if same_kind else {}
        described.append({"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False} | oid)
    return to_json({"files": described})


def commit(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Apply a commit, one operation per line."""
    repository = writable(place, request, named)
    if "create_pr" in request.query:
        raise Refusal(400, "Pull requests are not supported here")
    if named["revision"] not in repository.branches:
        raise Refusal(404, f"Invalid rev id: {named['revision']}", "RevisionNotFound")
    header, *changes = [json.loads(line) for line in request.body().splitlines()]
    done = place.store.commit(repository, named["revision"], changes, request.user or "", header["value"])
    address = f"{views.url(place.address, repository)}/commit/{done.sha}"
    return to_json({"success": True, "commitOid": done.sha, "commitUrl": address, "hookOutput": ""})


def batch(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Where to send each large file, nothing for those that the Hub has."""
    writable(place, request, named)
    objects = []
    for each in request.json()["objects"]:
        oid = each["oid"]
        actions = {
            "upload": {"href": f"{place.address}/upload/{oid}?signature={place.sign(oid)}"},
            "verify": {"href": f"{place.address}{request.path.removesuffix('batch')}verify"},
        }
        objects.append({"oid": oid, "size": each["size"]} | ({} if place.store.path(oid) else {"actions": actions}))
    return to_json({"transfer": "basic", "objects": objects})


def upload(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Receive a large file, at an address that bears its signature."""
    if not hmac.compare_digest(place.sign(named["oid"]), request.query.get("signature", [""])[0]):
        raise Refusal(403, "The signature of this address is not right")
    place.store.receive(request.blocks, named["oid"])
    return Answer()


def verify(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """Whether a large file has arrived whole."""
    writable(place, request, named)
    asked = request.json()
    path = place.store.path(asked["oid"])
    if path is None or path.stat().st_size != asked["size"]:
        raise Refusal(404, f"{asked['oid']} has not arrived whole")
    return to_json({})


def resolve(place: Place, request: Request, named: dict[str, str]) -> Answer:
    """The content of a file, or a part of it."""
    commit = opened(place, request, named).at(named["revision"])
    file = commit.files.get(named["path"])
    headers = {"X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes"}
    if file is None:
        raise Refusal(404, f"{named['path']} does not exist on {named['revision']}", "EntryNotFound", headers)
    headers |= {"ETag": f'"{file.etag}"', "Content-Type": "application/octet-stream"}
    if file.lfs:
        headers |= {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.size)}
    path = place.store.path(file.sha256)
    if path is None:
        raise Refusal(500, f"{named['path']} is no longer there")
    return _part(Answer(200, path, headers, 0, file.size), request.headers.get("range", ""), file.size)


def _part(whole: Answer, asked: str, size: int) -> Answer:
    """The bytes that a Range header asks for."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked)
    if not found or found[0] == "bytes=-":
        return whole
    first = int(found[1]) if found[1] else max(0, size - int(found[2]))
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if first > last:
        raise Refusal(416, f"{size} bytes only")
    headers = whole.headers | {"Content-Range": f"bytes {first}-{last}/{size}"}
    return Answer(206, whole.body, headers, first, last - first + 1)
