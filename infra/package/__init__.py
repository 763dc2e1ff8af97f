"""What the wheel puts beside other people's packages: one name, ``icebreaker``, and the rooms of this house inside it.

``shared`` and ``infra`` are names that anybody may have. In the wheel they lie in ``icebreaker/rooms``, which is on the
path of this program only; in a checkout they lie where they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the command line."""
    rooms = HERE / "rooms"
    sys.path.insert(0, str(rooms if rooms.is_dir() else HERE.parents[1]))
    from infra.cli import main as run

    run()
