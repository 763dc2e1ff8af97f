"""What `make bench` measures takes minutes; that it begins at all is seen here."""

import subprocess
import sys

from tests.template import ROOT


def test_every_table_of_the_bench_can_be_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
