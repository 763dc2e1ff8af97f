"""``python -m shared.connections FILE``: try what your own export gives; nothing leaves this machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from shared.connections import FORMATS, Connection, Export, UnknownExport, open_exports
from shared.tables import Reject


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.connections", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--list", action="store_true", help="list what can be read and where to get it, and end")
    arguments = parser.parse_args()
    if arguments.list:
        sys.stdout.writelines(
            f"{known.name}\n    {known.how.replace(chr(10), chr(10) + '    ')}\n" for known in FORMATS
        )
        return 0
    if arguments.file is None:
        parser.error("which file?")
    return _show(arguments.file)


def _show(path: Path) -> int:
    try:
        with path.open("rb") as file:
            for export in open_exports(file, filename=path.name):
                _show_list(export)
    except (UnknownExport, OSError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 1
    return 0


def _show_list(export: Export) -> None:
    connections = rejects = 0
    for row in export:
        if isinstance(row, Reject):
            rejects += 1
            sys.stderr.write(f"line {row.line}: {row.reason}\n")
        else:
            connections += 1
            sys.stdout.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries_of(row))
    whose = ", ".join(f"{identity.network} {identity.handle}" for identity in export.owner)
    sys.stderr.write(
        f"{export.source}: {connections} connections, {rejects} rejected{f', of {whose}' if whose else ''}\n"
    )


def entries_of(connection: Connection) -> list[dict[str, object]]:
    """One JSON object for each identity of a connection; one without a handle where it has none."""
    return [
        {
            "network": identity.network if identity else None,
            "handle": identity.handle if identity else None,
            "relation": connection.relation.name.lower(),
            "since": connection.since and connection.since.isoformat(),
            "name": connection.name,
            "company": connection.company,
        }
        for identity in connection.identities or (None,)
    ]


if __name__ == "__main__":
    sys.exit(main())
