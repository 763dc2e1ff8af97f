"""``python -m shared.connections FILE``: try what your own export gives; nothing leaves this machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from shared.connections import Connection, UnknownExport, open_export
from shared.tables import Reject


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.connections", description=__doc__)
    parser.add_argument("file", type=Path)
    path: Path = parser.parse_args().file
    connections = rejects = 0
    try:
        with path.open("rb") as file:
            export = open_export(file, filename=path.name)
            for row in export:
                if isinstance(row, Reject):
                    rejects += 1
                    sys.stderr.write(f"line {row.line}: {row.reason}\n")
                else:
                    connections += 1
                    sys.stdout.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in _entries(row))
    except UnknownExport as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 1
    sys.stderr.write(f"{export.source}: {connections} connections, {rejects} rejected\n")
    return 0


def _entries(connection: Connection) -> list[dict[str, object]]:
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
