"""How near a wave's selection comes to the best possible one, on invented events of 10,000 people and 100,000 pairs.

Run it with NumPy and SciPy in an environment of its own; some minutes, mostly for the bounds::

    python -m tests.benchmarks.selection
"""
