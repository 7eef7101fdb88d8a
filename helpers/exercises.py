"""Checks of the exercises: they print a verdict and never stop the notebook."""

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType


def verify(label: str, check: Callable[[], object], hint: str = "le résultat n’est pas celui attendu") -> None:
    """Run `check` and print `✓ label`, or `✗ label : ` and what is wrong; never raises.

    A truthy result passes. When the check calls a function whose body is still `...`, or a name that does not exist
    yet, the verdict is « à compléter »; any other exception is named, and a falsy result gets `hint`.
    """
    code = getattr(check, "__code__", None)
    names = set(_global_names(code)) if code else set()
    if any(_is_stub(check.__globals__.get(name)) for name in names):
        print(f"✗ {label} : à compléter")
        return
    try:
        passed = bool(check())
    except (Exception, SystemExit) as error:
        unfinished = type(error) is NameError and error.name in names
        print(f"✗ {label} : {'à compléter' if unfinished else _describe(error)}")
        return
    print(f"✓ {label}" if passed else f"✗ {label} : {hint}")


def _describe(error: BaseException) -> str:
    """Type and first line of an exception's message."""
    first = str(error).partition("\n")[0]
    return f"{type(error).__name__} : {first}" if first else type(error).__name__


def _global_names(code: CodeType) -> Iterator[str]:
    """Every global name that a function reads, also in the comprehensions and lambdas inside it."""
    import dis

    yield from (step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_names(constant)


def _is_stub(value: object) -> bool:
    """Whether a function's body is nothing but `...`, with or without a docstring."""
    bodies = (_stub.__code__.co_code, _documented_stub.__code__.co_code)
    return isinstance(value, FunctionType) and value.__code__.co_code in bodies and value.__code__.co_consts[-1] is None


def _stub() -> None: ...


def _documented_stub() -> None:
    """A stub."""
    ...
