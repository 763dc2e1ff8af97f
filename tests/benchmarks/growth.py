"""How cost, time and memory of a whole pass grow with the event.

A pass over everybody is the one step that sees the whole event; all others are of one attendee. It is played on AWS's
DynamoDB Local (``tests.benchmarks.full_pass``): everybody new, 1,500 connections each. The exponent is the slope of a
straight line through the logarithms, by least squares, of the two largest decades.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from infra.meter import US_EAST_1, dynamodb_local
from tests.benchmarks.full_pass.__main__ import run
from tests.benchmarks.full_pass.table import CONNECTIONS, load
from tests.benchmarks.section import Goal, Section

SIZES: Final = (100, 1_000, 10_000)
LONG: Final = 100_000
TABLE: Final = "fair"  # as full_pass's own worker has it
FIGURES: Final = ("cpu s", "peak MB", "RRU", "WRU")
# More than linear by what begun pages and blocks explain.
NOISE: Final = 1.1


def measure(*, quick: bool, long: bool) -> Section:
    """One pass at each size."""
    section = Section("growth", "Growth", ("attendees", "CPU s", "peak MB", "RRU", "WRU", "USD", "MB of sets"))
    reason = dynamodb_local.missing()
    if reason:
        section.notes.append(f"Not measured: {reason}.")
        return section
    sizes = SIZES[:2] if quick else (*SIZES, LONG) if long else SIZES
    points: list[dict[str, Any]] = []
    with dynamodb_local.connected(TABLE) as url:
        for size in sizes:
            stored = load(size)
            figures = run(url, size) | {"attendees": size, "stored": stored}
            figures["usd"] = US_EAST_1.of("DynamoDB write request unit", figures["WRU"]) + US_EAST_1.of(
                "DynamoDB read request unit", figures["RRU"]
            )
            points.append(figures)
            cells = (f"{figures[each]:,.1f}" if each == "cpu s" else f"{figures[each]:,.0f}" for each in FIGURES)
            section.rows.append((f"{size:,}", *cells, f"{figures['usd']:.4f}", f"{stored / 1e6:,.1f}"))
    section.figures["points"] = points
    for what in FIGURES if len(points) > 1 else ():
        slope = exponent(points[-3:], what)
        section.figures[f"exponent of {what}"] = slope
        section.goals.append(
            Goal(f"{what} grows as attendees (× {CONNECTIONS:,} connections) to the power of", slope, NOISE)
        )
    return section


def exponent(points: Sequence[dict[str, Any]], what: str) -> float:
    """The slope of the logarithms."""
    across = [math.log(each["attendees"]) for each in points]
    up = [math.log(max(each[what], 1e-9)) for each in points]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    return sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True)) / sum(
        (x - middle) ** 2 for x in across
    )
