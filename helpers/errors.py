"""What the `atelier` command does with an error that the user can mend: one line on stderr and exit code 2."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class AtelierError(Exception):
    """Something that the user can mend; the message is one line: what was wrong, where, what to do."""


def told(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The command, with errors told in one line."""

    @wraps(command)
    def tell(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        import typer

        try:
            return command(*args, **kwargs)
        except (AtelierError, OSError) as error:
            typer.echo(f"✗ {error}", err=True)
            raise typer.Exit(2) from None

    return tell
