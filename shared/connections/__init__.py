"""Somebody's own export of whom they know online becomes Connections; one module per format."""

from shared.connections.connection import Connection, Relation
from shared.connections.formats import FORMATS, Export, UnknownExport, open_export

__all__ = ["FORMATS", "Connection", "Export", "Relation", "UnknownExport", "open_export"]
