"""Somebody's own export of whom they know online becomes Connections; one module per network or kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.connections.connection import Connection, Relation
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.connections.export import Export, UnknownExport
    from shared.connections.formats import FORMATS
    from shared.connections.opening import open_exports

__all__ = ["FORMATS", "Connection", "Export", "Relation", "UnknownExport", "open_exports"]

# Matching and sending know connections but read no exports; their cold starts do not wait for the readers.
__getattr__ = when_needed(
    __name__,
    {
        "export": ("Export", "UnknownExport"),
        "formats": ("FORMATS",),
        "opening": ("open_exports",),
    },
)
