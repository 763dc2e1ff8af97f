"""What the CHANGELOG says of one version, for its release: ``python -m infra.checks.notes v0.1.0``.

Refuses a tag that is not the version of pyproject.toml, and a version of which the CHANGELOG says nothing.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


class NoNotes(Exception):
    """There is nothing to release by this tag; the sentence says what to do."""


def notes_for(tag: str, *, changelog: str, version: str) -> str:
    """The CHANGELOG's words on the version that ``tag`` names.

    :raises NoNotes: where it has none, or the project is of another version
    """
    if tag != f"v{version}":
        raise NoNotes(f'the tag "{tag}" is not v{version}, as pyproject.toml has it: change one of the two')
    sections = re.split(r"^## +", changelog, flags=re.MULTILINE)[1:]
    said = {title.split()[0]: words.strip() for title, _, words in (each.partition("\n") for each in sections)}
    if not said.get(version):
        raise NoNotes(f'CHANGELOG.md: write what is new below "## {version}"')
    return said[version] + "\n"


def main(arguments: list[str]) -> int:
    """Print them; 1 with a sentence where there are none."""
    version = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    try:
        sys.stdout.write(notes_for(arguments[0], changelog=Path("CHANGELOG.md").read_text(), version=version))
    except NoNotes as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
