"""Fuzz every target for its share of the time, one after another: ``python -m tests.fuzz MINUTES [target …]``."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")
SLOWEST_S = 20  # of one input: what takes longer is a finding too
MOST_MB = 2048


def fuzz(name: str, seconds: int) -> tuple[int, list[Path]]:
    """How many inputs were tried, and those that led to what must not happen."""
    corpus, seeds, findings = FOLDER / name, FOLDER / "seeds" / name, FOLDER / "findings" / name
    for folder in (corpus, seeds, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (seeds / str(number)).write_bytes(seed)
    tried, until = 0, time.monotonic() + seconds
    while (left := int(until - time.monotonic())) > 0:
        before = set(findings.iterdir())
        run = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.worker", name, str(corpus), str(seeds)),
                *(f"-max_total_time={left}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MB}", "-max_len=8192"),
                *(f"-artifact_prefix={findings}/", "-print_final_stats=1", "-verbosity=1"),
            ],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        counted = re.findall(r"number_of_executed_units: (\d+)", run.stderr) or re.findall(r"^#(\d+)", run.stderr, re.M)
        tried += int(counted[-1]) if counted else 0
        new = {path for path in set(findings.iterdir()) - before if not _was_the_machine(name, path)}
        for path in new:
            (FOLDER / "findings" / f"{name}-{path.name}.txt").write_text(run.stderr[-8000:])
        if run.returncode == 0:
            break
        if "timeout" not in run.stderr and (not new or len(before | new) >= 5):  # could not begin, or has shown enough
            print(run.stderr[-2000:])
            break
    return tried, sorted(findings.iterdir())


def _was_the_machine(name: str, finding: Path) -> bool:
    """Whether an input that took too long is quick by itself: then the machine slept, and it is no finding."""
    if not finding.name.startswith("timeout-"):
        return False
    again = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.worker", name, f"-timeout={SLOWEST_S}", str(finding)],
        capture_output=True,
        check=False,
    )
    if again.returncode == 0:
        finding.unlink()
    return again.returncode == 0


def main(arguments: list[str]) -> int:
    minutes, *chosen = arguments
    names = chosen or list(TARGETS)
    found = 0
    for name in names:
        tried, findings = fuzz(name, int(float(minutes) * 60 / len(names)))
        found += len(findings)
        print(f"{name:<12} {tried:>12,} inputs  {len(findings)} findings", *findings, flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
