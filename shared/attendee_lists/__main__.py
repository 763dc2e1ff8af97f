"""``python -m shared.attendee_lists FILE``: what a list becomes, one JSON object a row; nothing leaves this machine."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from shared.attendee_lists import read_attendee_list
from shared.registrations import Registration
from shared.tables import Reject, UnreadableTable


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.attendee_lists", description=__doc__)
    parser.add_argument("file", type=Path)
    path: Path = parser.parse_args().file
    try:
        with path.open("rb") as file:
            table = read_attendee_list(file, as_of=datetime.now(UTC))
            sys.stderr.write(f"{path}: {table.kind}\n")
            for note in table.notes:
                sys.stderr.write(f"{note}\n")
            for header in table.unrecognized:
                sys.stderr.write(f'column "{header}" was not understood\n')
            for row in table:
                sys.stdout.write(json.dumps(_shown(row), ensure_ascii=False) + "\n")
    except UnreadableTable as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 1
    return 0


def _shown(row: Registration | Reject) -> dict[str, object]:
    if isinstance(row, Reject):
        return {"line": row.line, "rejected": row.reason}
    return {
        "reference": row.reference,
        "status": row.status,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "company": row.company,
        "identities": [f"{identity.network}:{identity.handle}" for identity in row.identities],
        "agreed": None if row.agreed is None else sorted(row.agreed),
        "notes": row.notes,
    }


if __name__ == "__main__":
    sys.exit(main())
