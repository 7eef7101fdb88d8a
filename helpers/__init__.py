"""Small helpers for the lessons of Atelier Transformers; importing them loads neither torch nor transformers."""

from typing import Any

from helpers.device import device
from helpers.exercises import verify
from helpers.login import login

__all__ = ["Atelier", "device", "login", "start", "verify"]


def __getattr__(name: str) -> Any:
    """`start` and `Atelier`, whose module is loaded at first use: `import helpers` stays under 50 ms."""
    if name in ("Atelier", "start"):
        from helpers import session

        return getattr(session, name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
