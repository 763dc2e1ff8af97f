"""Somebody's own export of whom they know online becomes Connections; one module per format."""

from shared.connections.connection import Connection, Relation

__all__ = ["Connection", "Relation"]
