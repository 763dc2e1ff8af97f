"""``python -m tests.pictures mails pages``: PNGs of example mails and of the pages, written to build/pictures/."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.pictures.mails import draw_mails
from tests.pictures.pages import draw_pages

DRAWINGS = {"mails": draw_mails, "pages": draw_pages}
FOLDER = Path("build/pictures")


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in DRAWINGS]
    if unknown:
        print(f"there are no pictures of {unknown[0]!r}; there are: {', '.join(DRAWINGS)}", file=sys.stderr)
        return 2
    for name in wanted or DRAWINGS:
        for file in DRAWINGS[name](FOLDER / name):
            print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
