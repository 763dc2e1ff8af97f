"""The site of the docs loads nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.checks.site import fetched_from_elsewhere

LOADED = {
    "index.html": '<script src="https://cdn.example.org/a.js"></script>',
    "a.html": '<link rel="stylesheet" href="//fonts.example.org/css">',
    "b.html": '<p><img alt="" src="HTTPS://pictures.example.org/b.png"></p>',
    "c.html": "<style>@import 'https://fonts.example.org/c.css';</style>",
    "d.html": '<div style="background: url(https://pictures.example.org/d.png)"></div>',
    "site.css": '@font-face { src: url("//fonts.example.org/e.woff2"); }',
}
NOT_LOADED = """<link rel="canonical" href="https://docs.example.org/"><link rel="icon" href="../icon.svg">
<a href="https://docs.example.org/">a link</a><script src="assets/bundle.js"></script>
<img src="data:image/png;base64,AA">"""


@pytest.mark.parametrize("name", LOADED)
def test_what_a_page_or_style_loads_from_another_host_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(LOADED[name])
    [found] = fetched_from_elsewhere(tmp_path)
    assert found.startswith(f"{name}: ")
    assert ".example.org/" in found


def test_links_that_a_reader_may_follow_and_what_lies_on_the_site_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(NOT_LOADED)
    assert list(fetched_from_elsewhere(tmp_path)) == []
