"""How many pairs get a slot, beside the bound of linear programming, and in what time, on invented events.

Run it with SciPy installed besides (the function itself needs the standard library only)::

    python -m tests.benchmarks.slots
    python -m tests.benchmarks.slots --people 2000 --pairs 3000 --slots 24
"""
