"""Logging in to the Hugging Face Hub without ever showing a token."""

import os
import sys


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
