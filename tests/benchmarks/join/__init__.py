"""The join measured against Polars, PyArrow, DuckDB, pandas and plain Python, on the same stored bytes.

In an environment of its own, since none of it is needed otherwise, from the root of the checkout::

    python -m venv /tmp/bench-venv
    /tmp/bench-venv/bin/pip install --no-deps --require-hashes --requirement requirements/bench.txt
    /tmp/bench-venv/bin/python -m tests.benchmarks.join [--quick]
"""
