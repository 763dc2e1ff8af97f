"""What a cold start may not wait for; `make bench` measures the rest (docs/performance.md)."""

import json
import subprocess
import sys

import pytest

from tests.benchmarks.cold_start import ROOT, functions_of_template, plain_environment

FUNCTIONS = functions_of_template()
# Large, and needed by few; what is needed by every run of a function stays imported at its start.
HEAVY = ("boto3", "numpy", "pydantic", "jinja2", "babel", "openpyxl", "anyascii", "matplotlib")
NEEDS = {"match_attendees": ["numpy"], "plan_introductions": ["numpy"]}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_cold_start_waits_for_nothing_large_that_only_some_runs_need(name: str) -> None:
    code = f"import functions.{name}.handler, json, sys; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    environment = {**plain_environment(), **FUNCTIONS[name]}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == NEEDS.get(name, [])
