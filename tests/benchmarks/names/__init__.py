"""Precision and recall of matching by name, beside Splink on the same records.

In an environment of its own, since none of it is needed otherwise::

    python -m venv /tmp/names-venv
    /tmp/names-venv/bin/pip install --requirement requirements/bench.in
    /tmp/names-venv/bin/python -m tests.benchmarks.names
"""
