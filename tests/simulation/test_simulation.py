"""Whatever happens in whatever order, and whatever fails: nothing is lost, doubled or told to the wrong one."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.handlers.privileges import WATCH
from tests.simulation.containers import Containers
from tests.simulation.play import Play
from tests.simulation.runs import run
from tests.simulation.script import script_of
from tests.simulation.world import Task

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


def test_no_function_does_in_any_world_what_its_role_does_not_allow(containers: Containers) -> None:
    """As the tests of handlers are judged; and what is needed is noted for tests/handlers/test_least_privilege.py."""
    seen: set[str] = set()

    def judge(task: Task | None, service: str, operation: str, request: Any) -> None:
        if task is not None and task.function is not None:
            seen.add(task.function)
            with WATCH.as_role_of(task.function):
                WATCH.judge(
                    request, SimpleNamespace(name=operation, service_model=SimpleNamespace(service_name=service))
                )

    WATCH.refused.clear()
    for seed in range(TOGETHER // 2):
        play = Play(script_of(seed), containers)
        play.world.on_call.append(judge)
        play.run()
    assert WATCH.refused == []
    assert len(seen) >= 5
