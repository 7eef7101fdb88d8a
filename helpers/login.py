"""Logging in to the Hugging Face Hub without ever showing a token, and saying in one line what it refuses."""

import errno
import os
import sys
from collections.abc import Iterator

# Class of an error of huggingface_hub, datasets or the HTTP client → what it means; the first that fits is said.
MEANINGS = {
    "GatedRepoError": "l’accès à ce dépôt se demande : acceptez ses conditions sur sa page, puis connectez-vous",
    "RevisionNotFoundError": "cette révision n’existe pas, ou plus, dans ce dépôt",
    "RepositoryNotFoundError": "ce dépôt n’existe pas, ou il est privé et ce compte n’y a pas accès",
    "OfflineModeIsEnabled": "HF_HUB_OFFLINE interdit le réseau : retirez cette variable",
    "TimeoutException": "le Hub ne répond pas à temps : recommencez plus tard",
    "ConnectError": "le Hub est injoignable : vérifiez la connexion, puis recommencez",
    "TransportError": "la connexion au Hub a été coupée : recommencez",
    "RemoteEntryNotFoundError": "ce fichier n’existe pas dans le dépôt à cette révision",
    "DatasetNotFoundError": "ce jeu de données n’existe pas, ou il est privé et ce compte n’y a pas accès",
}
STATUSES = {
    401: "le Hub refuse ce jeton : vérifiez-le, ou créez-en un autre, puis connectez-vous",
    403: "ce jeton n’en a pas le droit : pour pousser, il lui faut celui d’écrire, et le dépôt doit être à vous",
    409: "cela existe déjà sur le Hub",
    412: "le dépôt a changé entre-temps : recommencez",
    413: "le Hub refuse un envoi aussi gros",
    429: "le Hub demande de patienter : recommencez dans quelques minutes",
}
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def login() -> str | None:
    """Log in and return the user's name, or None when nobody is logged in; says which in one line.

    The token comes from `HF_TOKEN`, the token file or Colab's secret, else from a hidden prompt when a person is at
    the keyboard (a notebook or a terminal); without one, as in CI, nothing is asked. A prompted token is stored by
    huggingface_hub in its token file (mode 0600), never in the notebook. On an embedded or mirror hub there is
    nothing to log in to. Raises nothing for a refused token: it is said, and None is returned.
    """
    from huggingface_hub import constants, get_token
    from huggingface_hub import login as store_token

    if constants.HF_HUB_OFFLINE:
        print("Hub local : aucun compte n’est nécessaire")
        return None
    token = get_token()
    if token is None and keyboard() != "none":
        token = _prompt()
        if token and (name := _who(token)):
            store_token(token=token, add_to_git_credential=False)
            return name
        return None if token else _nobody()
    return _who(token) if token else _nobody()


def keyboard() -> str:
    """`notebook`, `terminal` or `none`: where a person could type an answer."""
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        return "none"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return "notebook" if kernel._allow_stdin else "none"
    return "terminal" if sys.stdin is not None and sys.stdin.isatty() else "none"


def _prompt() -> str | None:
    """Ask for a token without showing it; None for an empty answer or the end of the input."""
    import getpass

    try:
        return getpass.getpass("Jeton Hugging Face (il ne s’affiche pas ; Entrée pour passer) : ").strip() or None
    except EOFError:
        return None


def _nobody() -> None:
    """Say that nobody is logged in and what that means."""
    print("Aucun jeton : les modèles publics restent accessibles")


def _who(token: str) -> str | None:
    """Ask the Hub whose token it is, and say so."""
    from huggingface_hub import whoami
    from huggingface_hub.errors import HfHubHTTPError

    try:
        name = whoami(token=token)["name"]
    except (*HfHubHTTPError.__bases__, ValueError) as error:  # httpx or httpx2; no JSON behind a captive portal
        status = getattr(getattr(error, "response", None), "status_code", None)
        print("Jeton refusé par le Hub" if status in (401, 403) else f"Le Hub ne répond pas ({type(error).__name__})")
        return None
    print(f"Connecté : {name}")
    return name


def explain(error: BaseException) -> str:
    """What an error of the Hub, or on the way to it, means and what to do about it, in one line that shows no token.

    The cause is looked for behind the errors that transformers, datasets and huggingface_hub raise in its place.
    """
    behind = list(_behind(error))
    names = {kind.__name__ for each in behind for kind in type(each).__mro__}
    for name, meaning in MEANINGS.items():
        if name in names:
            return meaning
    for each in behind:
        status = getattr(getattr(each, "response", None), "status_code", 0)
        if status in STATUSES or status >= 500:
            return STATUSES.get(status, f"le Hub est en panne (erreur {status}) : recommencez plus tard")
        if getattr(each, "errno", None) in FULL:
            return "le disque est plein : libérez de la place, puis recommencez"
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__} : {first}" if first else type(error).__name__


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it was raised from, from the last to the first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
