"""Finding and opening the pictures that an export names."""

from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from PIL import Image, ImageOps

from .records import ExportError, Report

CARRIERS = {"/data/local-files/": "d", "/storage-data/uploaded/": "filepath"}  # addresses whose query holds the path
UPLOAD_HASH = 8  # hexadecimal digits that an upload puts before a file's name
LONGEST_NAME = 255  # bytes; a longer one is no file's, as those that carry a picture's data


def find_image(reference: str, folder: Path, task: str) -> Path | None:
    """The local file that `reference` names, in `folder`; None when there is none.

    Known forms: `/data/upload/<project>/<hash>-name`, `/data/local-files/?d=path`, `/storage-data/uploaded/?filepath=`,
    `s3:`, `gs:`, `azure-blob:` and `http(s):` addresses, and plain paths. The longest end of the path that exists in
    the folder is taken, so that equal names in two folders stay apart. ExportError for a path that leaves the folder,
    and for what is no address.
    """
    try:
        path = _path(reference)
    except ValueError as error:
        raise ExportError(f"tâche {task} : l’image {reference[:60]!r} n’est pas une adresse ({error})") from None
    parts = tuple(part for part in path.parts if part not in ("/", "."))
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        return None
    if ".." in parts:
        raise ExportError(f"tâche {task} : l’image {reference!r} sort du dossier {folder}")
    for start in range(len(parts)):
        for name in _names(parts[-1]):
            candidate = folder.joinpath(*parts[start:-1], name)
            if candidate.is_file():
                if not candidate.resolve().is_relative_to(folder.resolve()):
                    raise ExportError(f"tâche {task} : l’image {reference!r} sort du dossier {folder}")
                return candidate
    return None


def _path(reference: str) -> PurePosixPath:
    """The path that a reference carries, percent-decoded, without scheme, host and query."""
    address = urlsplit(reference)
    field = next((field for ending, field in CARRIERS.items() if address.path.endswith(ending)), "")
    carried = parse_qs(address.query).get(field)
    return PurePosixPath(carried[0] if carried else unquote(address.path))


def _names(name: str) -> list[str]:
    """The file's name as stated, then without the hash of an upload."""
    head, dash, rest = name.partition("-")
    hashed = dash and rest and len(head) == UPLOAD_HASH and all(digit in "0123456789abcdef" for digit in head)
    return [name, rest] if hashed else [name]


def open_image(path: Path, task: str, report: Report, stated: tuple[int, int] | None = None) -> Image.Image | None:
    """The picture as RGB with its EXIF orientation applied; None, and a note, when it cannot be read.

    Other modes, animations and a size other than the one `stated` (width, height) by the export are reported.
    """
    try:
        with Image.open(path) as opened:
            if getattr(opened, "n_frames", 1) > 1:
                report.add("animated_image", task, detail=f"{path.name} : la première image est gardée")
            if opened.mode != "RGB":
                report.add("image_mode", task, detail=f"{path.name} : {opened.mode}")
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I;16") or image.mode == "I":
                image = image.point(lambda value: value / 256).convert("L")
            image = image.convert("RGB")
    except Exception as error:  # decoders raise anything on broken bytes
        report.add("broken_image", task, detail=f"{path.name} : {error}")
        return None
    if stated and image.size != tuple(stated):
        report.add("image_size", task, detail=f"{path.name} : {image.size} au lieu de {tuple(stated)}")
    return image
