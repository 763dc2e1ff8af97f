"""Hold the locks against the published advisories, and say so where nobody could be asked.

pip-audit passes over what the advisory service does not know, and calls that clean: without the network it would find
nothing wrong in anything.

    python -m infra.checks.audit .venv-checks/bin/pip-audit requirements/layer.txt …
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

CLEAN: Final = 0
VULNERABLE: Final = 1
NOT_AUDITED: Final = 2
NOBODY_ANSWERED: Final = "The advisory service did not answer for any package: run this where it can be reached"


def verdict(lock: str, found: dict[str, Any]) -> tuple[int, list[str]]:
    """What pip-audit's answer about one lock comes to, and how to say it."""
    packages = found.get("dependencies", [])
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return NOT_AUDITED, [f"{lock}: not audited. {NOBODY_ANSWERED}"]
    lines = [
        f"{lock}: {package['name']} {package['version']}: {hole['id']}, "
        f"mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for package in asked
        for hole in package["vulns"]
    ]
    left_out = [package["name"] for package in packages if package not in asked]
    if left_out:
        lines.append(f"{lock}: not audited: {', '.join(left_out)}")
    holes = any(package["vulns"] for package in asked)
    if not lines:
        lines = [f"{lock}: {len(asked)} packages, no known hole"]
    return (VULNERABLE if holes else NOT_AUDITED if left_out else CLEAN), lines


def audit(program: str, lock: str) -> tuple[int, list[str]]:
    """Ask about one lock."""
    run = subprocess.run(
        [program, "--disable-pip", "--require-hashes", "--requirement", lock, "--format", "json", "--timeout", "10"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(run.stdout)
    except ValueError:
        last = (run.stderr.strip().splitlines() or ["no answer"])[-1]
        return NOT_AUDITED, [f"{lock}: not audited. pip-audit broke off: {last[:200]}"]
    return verdict(lock, found)


def main(arguments: Sequence[str]) -> int:
    program, *locks = arguments
    worst = CLEAN
    for lock in locks:
        code, lines = audit(program, lock)
        worst = VULNERABLE if VULNERABLE in (code, worst) else max(code, worst)
        print(*lines, sep="\n")  # noqa: T201
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
