"""A Hub on this machine, for lessons and tests: the real clients log in, push to it and load from it.

In a lesson, right after `helpers.start()` and before any Hugging Face library is imported:

    hub = small_hub.serve(atelier)
"""

import atexit
import logging
import os
import secrets
import shutil
import sys
import tempfile
import time
import warnings
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.hub import HubError
from helpers.session import Atelier
from helpers.small_hub.request import Request
from helpers.small_hub.server import Cut, SmallHub, Token
from helpers.small_hub.store import Refusal

__all__ = ["Cut", "Refusal", "Request", "SmallHub", "Token", "serve", "serving"]

USER = "eleve"
PREFIX = "atelier-hub-"
# What would lead elsewhere: another token, another cache, another network setting.
CLEARED = (
    *("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_OIDC_RESOURCE", "HF_HUB_DISABLE_IMPLICIT_TOKEN"),
    *("HUGGINGFACE_HUB_CACHE", "HUGGINGFACE_ASSETS_CACHE", "HF_ASSETS_CACHE", "HF_XET_CACHE", "HF_MODULES_CACHE"),
    *("HUGGINGFACE_CO_STAGING", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"),
)


def serve(atelier: Atelier) -> SmallHub | None:
    """Start a small Hub that offers the models and data sets of the atelier, point the libraries at it, and say so.

    The user « eleve » has an account there; its token, the caches and all that is pushed are in a temporary folder,
    removed at the end. A second call returns the same Hub. Online, nothing is started and None is returned, since the
    real Hub is used. Raises HubError when a Hugging Face library was imported before, as it would look elsewhere.
    """
    _silence_pushes()
    if atelier.hub is None:
        print("Hub Hugging Face : ce que vous pousserez ira sur votre compte")
        return None
    small_hub = _serve(atelier.hub)
    offered = [each.kind for each in small_hub.store.repositories.values() if each.published]
    models, datasets = offered.count("models"), offered.count("datasets")
    print(f"Petit Hub sur cette machine : {models} modèles et {datasets} jeux de données, un compte « {USER} »")
    return small_hub


def serving() -> bool:
    """Whether this process serves a small Hub to itself."""
    return _serve.cache_info().currsize > 0


@cache
def _serve(published: Path) -> SmallHub:
    """Start a Hub in a temporary folder that does not outlive the process."""
    if "huggingface_hub.constants" in sys.modules:
        raise HubError(
            "transformers, datasets ou huggingface_hub a été importé avant small_hub.serve() : redémarrez le noyau, "
            "puis exécutez les premières cellules dans l’ordre"
        )
    folder, lock = _temporary_folder()
    token = f"hf_{secrets.token_hex(17)}"
    small_hub = SmallHub(folder / "hub", {token: Token(USER)}, published).start()
    atexit.register(_close, small_hub, folder, lock)
    _point_libraries_at(small_hub.address, folder / "home", token)
    return small_hub


def _point_libraries_at(address: str, home: Path, token: str) -> None:
    """Set the environment so that the Hugging Face libraries know this Hub, this token and these caches only."""
    home.mkdir(mode=0o700)
    (home / "token").touch(mode=0o600)
    (home / "token").write_text(token, encoding="utf-8")
    for name in CLEARED:
        os.environ.pop(name, None)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))
    os.environ |= {
        "HF_ENDPOINT": address,
        "HF_HOME": str(home),
        "HF_TOKEN_PATH": str(home / "token"),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_DATASETS_CACHE": str(home / "datasets"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def _temporary_folder() -> tuple[Path, FileLock]:
    """A new folder and the lock that says that it is in use; those of processes that were killed are removed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        try:
            if time.time() - left.stat().st_mtime > 60:  # a newer one may not be locked yet
                with FileLock(left, timeout=0):
                    shutil.rmtree(left.parent, ignore_errors=True)
        except (OSError, Timeout):
            continue  # it is in use, or another's
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = FileLock(folder / "lock")
    lock.acquire()
    return folder, lock


def _close(small_hub: SmallHub, folder: Path, lock: FileLock) -> None:
    """Stop the Hub and remove what it held."""
    small_hub.stop()
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _silence_pushes() -> None:
    """No warning of what every push says: that a data set has one shard, and that progress bars stay off."""
    logging.getLogger("datasets.arrow_dataset").addFilter(_is_not_about_shards)
    warnings.filterwarnings("ignore", message="Cannot enable progress bars")


def _is_not_about_shards(record: logging.LogRecord) -> bool:
    """False for the warning "Setting num_proc from 1 back to 1"."""
    return not record.getMessage().startswith("Setting num_proc from 1 back to 1")
