"""Read somebody's exports on this machine; what could not be used is said in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.connections import Connection, UnknownExport, open_exports
from shared.identities import Identity
from shared.tables import Reject

THE_FORMATS: Final = "; those are:"  # as a sentence goes on to list them all, which `who --formats` does better


@dataclass(frozen=True, slots=True)
class ReadExport:
    """One list of an export, read as a whole."""

    source: str
    owner: tuple[Identity, ...]
    connections: list[Connection]


def read_exports(path: Path, shown: object, problems: list[str]) -> Iterator[ReadExport]:
    """Every list in a file.

    :param shown: how the file is called in sentences
    :param problems: where they go
    """
    try:
        with path.open("rb") as file:
            for export in open_exports(file, filename=path.name):
                rows = list(export)
                problems += [f"{shown}: line {row.line}: {row.reason}" for row in rows if isinstance(row, Reject)]
                connections = [row for row in rows if not isinstance(row, Reject)]
                yield ReadExport(export.source, export.owner, connections)
    except UnknownExport as error:
        problems.append(f"{shown}: {str(error).partition(THE_FORMATS)[0]}")
