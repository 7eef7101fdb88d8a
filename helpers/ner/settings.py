"""What a training run depends on: one record, from a TOML file, options of the command line, or both."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from helpers.errors import AtelierError

POSITIVE = ("epochs", "learning_rate", "batch_size", "accumulation", "patience")
NOT_NEGATIVE = ("weight_decay", "save_every", "max_train", "max_validation", "max_test", "seed")


class SettingsError(AtelierError, ValueError):
    """Settings that cannot be used; the message is one line: file, field, what to do."""


@dataclass(frozen=True)
class Settings:
    """Settings of a training run; the defaults suit a model of full size and some hundreds of passages."""

    model: str = "FacebookAI/roberta-base"
    epochs: float = 10.0
    learning_rate: float = 5e-5
    batch_size: int = 8
    accumulation: int = 1
    warmup: float = 0.1  # share of all updates
    weight_decay: float = 0.01
    window: int = 256  # tokens
    stride: int = 64  # tokens that two windows share
    label_all_tokens: bool = False
    patience: int = 3  # evaluations without progress before the end
    save_every: int = 0  # updates; 0: once an epoch
    max_train: int = 0  # passages; 0: all
    max_validation: int = 0
    max_test: int = 0
    seed: int = 42
    experiment: str = ""  # MLflow is on when an experiment is named
    log_model: bool = False


def load_settings(path: Path | None, options: Mapping[str, Any]) -> Settings:
    """The defaults, then the TOML file, then the options that are not None. Raises SettingsError."""
    read: dict[str, Any] = {}
    if path is not None:
        try:
            read = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(f"{path} n’existe pas") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} n’est pas du TOML ({error})") from None
    types = {item.name: type(item.default) for item in fields(Settings)}
    for name, value in read.items():
        if name not in types:
            raise SettingsError(f"{path}, {name} : réglage inconnu ; les réglages sont {', '.join(types)}")
        if type(value) is not types[name] and not (types[name] is float and type(value) is int):
            raise SettingsError(f"{path}, {name} : {value!r} devrait être de type {types[name].__name__}")
    given = {name: value for name, value in options.items() if value is not None}
    return _checked(replace(Settings(), **(read | given)))


def _checked(settings: Settings) -> Settings:
    """The same settings; SettingsError for values that no run can have."""
    for name in POSITIVE:
        if not 0 < getattr(settings, name) < math.inf:
            raise SettingsError(f"{name} : {getattr(settings, name)} devrait être positif")
    for name in NOT_NEGATIVE:
        if not 0 <= getattr(settings, name) < math.inf:
            raise SettingsError(f"{name} : {getattr(settings, name)} devrait être positif ou nul")
    if not 0 <= settings.warmup < 1:
        raise SettingsError(f"warmup : {settings.warmup} devrait être une part des mises à jour, de 0 à moins de 1")
    if settings.seed >= 2**32:
        raise SettingsError(f"seed : {settings.seed} devrait être inférieur à {2**32}")
    if not 0 <= settings.stride < settings.window - 2:
        raise SettingsError(
            f"stride : {settings.stride} devrait être entre 0 et window − 3, soit {settings.window - 3}"
        )
    return settings
