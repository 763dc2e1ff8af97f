"""Somebody's own export of whom they know online becomes Connections; one module per network or kind of file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from shared.connections.connection import Connection, Relation

if TYPE_CHECKING:
    from shared.connections.export import Export, UnknownExport
    from shared.connections.formats import FORMATS
    from shared.connections.opening import open_exports

__all__ = ["FORMATS", "Connection", "Export", "Relation", "UnknownExport", "open_exports"]

# Matching and sending know connections but read no exports; their cold starts do not wait for the readers.
_WHEN_NEEDED: Final = {
    "Export": "export",
    "UnknownExport": "export",
    "FORMATS": "formats",
    "open_exports": "opening",
}


def __getattr__(name: str) -> Any:
    if name not in _WHEN_NEEDED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHEN_NEEDED[name]}"), name)
