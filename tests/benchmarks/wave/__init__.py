"""A first wave, read from and written to AWS's DynamoDB Local: what each step takes, alone and all in one.

The sets are those that ``tests.benchmarks.join.event`` invents, 1,500 entries each; everybody agreed to everything, and
messages go nowhere. DynamoDB Local comes with ``make semantics``. With the project's own environment, from the root of
the checkout::

    python -m tests.benchmarks.wave --attendees 5000
"""
