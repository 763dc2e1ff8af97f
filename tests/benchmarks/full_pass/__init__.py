"""A whole pass over an event, read from and written to AWS's DynamoDB Local: time, peak memory, request units.

The sets are those that ``tests.benchmarks.join.event`` invents, 1,500 entries each. DynamoDB Local comes with
``make semantics``. With the project's own environment, from the root of the checkout::

    python -m tests.benchmarks.full_pass --attendees 10000
    python -m tests.benchmarks.full_pass --attendees 100000
"""
