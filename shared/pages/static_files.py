"""The style and the little script, under names that change with their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared.pages.exchange import Reply

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"


def static_path(name: str) -> str:
    """Where a file is found, from the root: "static/page.0123456789.css"."""
    return f"static/{_hashed_name(FOLDER / name)}"


def static_file(hashed_name: str) -> Reply | None:
    """The file of this name; None where there is none, or none any more."""
    path = _files().get(hashed_name)
    if path is None:
        return None
    return Reply(200, path.read_text(encoding="utf-8"), TYPES[path.suffix], {"Cache-Control": FOR_EVER})


@cache
def _files() -> Mapping[str, Path]:
    return {_hashed_name(path): path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@cache
def _hashed_name(path: Path) -> str:
    return f"{path.stem}.{hashlib.sha256(path.read_bytes()).hexdigest()[:10]}{path.suffix}"
