"""Time and peak memory of the search for mutual connections, on invented events of growing size.

Run it with the project's own environment::

    python -m tests.benchmarks.mutual
    python -m tests.benchmarks.mutual --cap 50 100 200 500 2000

With SciPy installed besides (it is not needed otherwise), the sparse product over the same events::

    python -m tests.benchmarks.mutual --attendees 10000 --scipy
"""
