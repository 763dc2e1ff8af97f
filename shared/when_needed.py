"""What is imported when it is first asked for: a cold start waits only for what it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import Any


def when_needed(package: str, names: Mapping[str, Iterable[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` (PEP 562) of a package, which finds ``names``: of each of its modules those that it offers.

    What every run of a function uses stays imported at its start: later, it would only be waited for where somebody
    else does the waiting.
    """
    modules = {name: module for module, offered in names.items() for name in offered}
    assert not modules.keys() & names.keys(), "a module, once imported, would hide what is called as it is"

    def find(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return find


class Later:
    """A module of which whatever is called is imported with the call, for tables of pages: most runs show only one."""

    def __init__(self, module: str) -> None:
        """:param module: its whole name"""
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(call, self._module, name)


def call(module: str, name: str, *arguments: Any, **named: Any) -> Any:
    """What that function or class of the module gives for these arguments.

    :raises AttributeError: where there is none of this name
    """
    return getattr(import_module(module), name)(*arguments, **named)
