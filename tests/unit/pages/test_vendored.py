"""What others wrote and we serve is what they released: pinned, with its licence, and from nowhere else."""

from __future__ import annotations

import hashlib
import re

import pytest

from shared.pages.rendering import TEMPLATES
from shared.pages.static_files import FOLDER, static_path

# npm's package uplot, release 1.6.32, folder dist: https://github.com/leeoniya/uPlot, MIT.
VENDORED = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uPlot.LICENSE.txt": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_the_one_that_was_released(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == VENDORED[name]
    assert static_path(name).endswith((".js", ".css", ".txt"))


def test_no_page_loads_anything_from_elsewhere() -> None:
    for template in TEMPLATES.rglob("*.html"):
        for address in re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]*)"', template.read_text()):
            assert address.startswith("{{ root }}{{ static("), (template.name, address)
