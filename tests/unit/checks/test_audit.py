"""What could not be audited is never called clean."""

from infra.checks.audit import CLEAN, NOT_AUDITED, VULNERABLE, verdict

KNOWN = {"name": "numpy", "version": "2.4.6", "vulns": []}
SKIPPED = {"name": "anyascii", "skip_reason": "Dependency not found on PyPI and could not be audited"}
HOLE = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}


def test_without_an_answer_for_anything_the_lock_is_not_audited_and_that_is_said() -> None:
    code, [line] = verdict("layer.txt", {"dependencies": [SKIPPED, SKIPPED]})
    assert code == NOT_AUDITED
    assert "not audited" in line
    assert "where it can be reached" in line


def test_a_lock_without_known_holes_is_clean() -> None:
    assert verdict("layer.txt", {"dependencies": [KNOWN]}) == (CLEAN, ["layer.txt: 1 packages, no known hole"])


def test_a_known_hole_is_named_with_what_mends_it() -> None:
    code, lines = verdict("layer.txt", {"dependencies": [KNOWN, HOLE]})
    assert (code, lines) == (VULNERABLE, ["layer.txt: jinja2 2.0: CVE-1, mended in 2.1"])


def test_what_was_left_out_is_named() -> None:
    code, lines = verdict("layer.txt", {"dependencies": [KNOWN, SKIPPED]})
    assert (code, lines) == (NOT_AUDITED, ["layer.txt: not audited: anyascii"])
