"""The first two lines of every lesson: where models come from, on what they run, with which seed."""

import importlib.metadata
import importlib.util
import os
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

from helpers import hub
from helpers.device import device

SEED = 42
SHOWN_VERSIONS = ("transformers", "torch")
MINIMUM_VERSIONS = {"torch": (2, 6), "transformers": (5, 9), "datasets": (4, 0), "huggingface_hub": (1, 0)}


@dataclass(frozen=True)
class Atelier:
    """What a lesson may ask about its surroundings: hub mode, data folder, device type, seed and library versions."""

    mode: str
    data: Path
    device: str
    seed: int = SEED
    hub: Path | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def embedded(self) -> bool:
        """Whether the models are the miniatures that come with the course."""
        return self.mode == "embedded"


@dataclass(frozen=True)
class Check:
    """One line of the environment check."""

    name: str
    value: str
    passed: bool


def start(seed: int = SEED) -> Atelier:
    """Choose the hub, seed the generators, set the plot style and print one line about all of it.

    `ATELIER_HUB` is `embedded`, `online` or a hub folder; by default `online` on Colab and Kaggle and `embedded`
    elsewhere. Raises `helpers.hub.HubError` when the hub is damaged or a Hugging Face library was imported before.
    """
    mode, folder = choose_hub(os.environ.get("ATELIER_HUB", ""))
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if _serves_itself():
        _refuse_going_online(folder)
    elif folder:
        hub.mount(folder)
    else:
        hub.release_libraries()
    _seed(seed)
    _style_plots()
    versions = {name: importlib.metadata.version(name).split("+")[0] for name in MINIMUM_VERSIONS}
    atelier = Atelier(mode, hub.data_folder(), device().type, seed, folder, versions)
    print(" · ".join([_describe(atelier), atelier.device, *(f"{name} {versions[name]}" for name in SHOWN_VERSIONS)]))
    return atelier


def choose_hub(setting: str) -> tuple[str, Path | None]:
    """Mode (`embedded`, `online`, `mirror`) and folder for a value of `ATELIER_HUB`; HubError for an absent folder."""
    setting = setting.strip() or ("online" if in_hosted_notebook() else "embedded")
    if setting.lower() == "online":
        return "online", None
    if setting.lower() == "embedded":
        return "embedded", hub.data_folder() / "hub"
    folder = Path(os.path.expanduser(setting)).absolute()  # noqa: PTH111, Path.expanduser raises for an unknown user
    if not folder.is_dir():
        raise hub.HubError(
            f"ATELIER_HUB={setting} : ni « embedded », ni « online », ni un dossier ({folder} n’existe pas)"
        )
    return "mirror", folder


def in_hosted_notebook() -> bool:
    """Whether this is Colab or Kaggle."""
    return "COLAB_RELEASE_TAG" in os.environ or "KAGGLE_KERNEL_RUN_TYPE" in os.environ


def check_environment() -> list[Check]:
    """Python, libraries, device, memory and hub, each with a verdict; never raises for what it checks."""
    checks = [Check("Python", sys.version.split()[0], sys.version_info >= (3, 11))]
    checks += [_check_version(name, minimum) for name, minimum in MINIMUM_VERSIONS.items()]
    checks += [_check_device()] if importlib.util.find_spec("torch") else []
    return [*checks, _check_hub()]


def check() -> bool:
    """Print the environment check, one line per item, and return whether all passed."""
    checks = check_environment()
    width = max(len(item.name) for item in checks)
    for item in checks:
        print(f"{'✓' if item.passed else '✗'} {item.name:<{width}}  {item.value}")
    return all(item.passed for item in checks)


def _serves_itself() -> bool:
    """Whether the libraries already read a small Hub of this process, as they do once lesson 14 has started one."""
    small_hub = sys.modules.get("helpers.small_hub")
    return small_hub is not None and small_hub.serving()


def _refuse_going_online(folder: Path | None) -> None:
    """HubError when the real Hub is wanted in a process whose libraries read a small one."""
    if folder is None:
        raise hub.HubError("ATELIER_HUB=online, mais un petit Hub est déjà en service ici : redémarrez le noyau")


def _seed(seed: int) -> None:
    """Seed Python, numpy and torch (all devices)."""
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def _style_plots() -> None:
    """The course's plot style; imported here because matplotlib is slow to load."""
    from helpers import plots

    plots.set_style()


def _describe(atelier: Atelier) -> str:
    """Where the models come from, said so that a miniature is never mistaken for the model whose name it bears."""
    return {
        "embedded": "Hub embarqué : des miniatures sous de vrais noms",
        "online": "Hub Hugging Face, en ligne",
        "mirror": f"Hub miroir : {atelier.hub}",
    }[atelier.mode]


def _check_version(name: str, minimum: tuple[int, int]) -> Check:
    """Installed version of a library against the oldest that the lessons work with."""
    from packaging.version import Version

    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, "absent : pip install atelier-transformers", False)
    passed = Version(version).release[:2] >= minimum
    return Check(name, version if passed else f"{version}, il faut au moins {minimum[0]}.{minimum[1]}", passed)


def _check_device() -> Check:
    """The device, its number format and its free memory; under 2 GB the lessons do not fit."""
    here = device()
    free = here.free_memory / 2**30
    value = f"{here.type} ({here.name}), {str(here.dtype).removeprefix('torch.')}, {free:.1f} Gio libres"
    return Check("Calcul", value, free >= 2)


def _check_hub() -> Check:
    """The hub's mode and content, or the first thing wrong with it."""
    try:
        mode, folder = choose_hub(os.environ.get("ATELIER_HUB", ""))
        if folder is None:
            return Check("Hub", "en ligne", True)
        manifest = hub.read_manifest(folder)
        problem = next(hub.verify(folder), None)
    except (hub.HubError, OSError) as error:
        return Check("Hub", str(error), False)
    models, datasets = (len(hub.repositories(manifest, kind)) for kind in ("models", "datasets"))
    content = f"{'embarqué' if mode == 'embedded' else folder}, {models} modèles, {datasets} jeux de données"
    return Check("Hub", problem or content, problem is None)
