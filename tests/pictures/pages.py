"""The pages, in every state that the tests in a browser come through: light and dark, wide and on a phone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def draw_pages(folder: Path) -> Iterator[Path]:
    """Let the tests in a browser draw what they see; the paths of the PNGs.

    :raises RuntimeError: where a test fails or is skipped: its pictures would be missing
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "tests/browser"],
        env={**os.environ, "ICEBREAKER_PICTURES": str(folder.resolve())},
        check=False,
    )
    drawn = sorted(folder.glob("*.png"))
    if tests.returncode or not drawn:
        raise RuntimeError("the tests in a browser did not come through: `make browser` says why")
    yield from drawn
