"""Whatever happens in whatever order, and whatever fails: nothing is lost, doubled or told to the wrong one."""

import pytest

from tests.simulation.containers import Containers
from tests.simulation.runs import run
from tests.simulation.script import script_of

SEEDS = 200  # `make simulate SEEDS=10000` is the long run
TOGETHER = 10


@pytest.mark.parametrize(
    "first", range(0, SEEDS, TOGETHER), ids=lambda first: f"seeds-{first}-to-{first + TOGETHER - 1}"
)
def test_what_may_never_happen_does_not(containers: Containers, first: int) -> None:
    for seed in range(first, first + TOGETHER):
        found = run(script_of(seed), containers)
        assert not found.problems, f"make simulate SEED={seed} replays and shrinks this: {found.problems}"


def test_a_seed_happens_the_same_way_each_time(containers: Containers) -> None:
    one, again = (run(script_of(17), containers, traced=True) for _ in range(2))
    assert one.trace
    assert one == again
