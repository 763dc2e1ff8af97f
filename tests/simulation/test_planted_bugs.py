"""The simulation is not blind: it notices every bug that is planted on purpose."""

from collections.abc import Iterator
from itertools import chain

import pytest

from tests.simulation.containers import Containers
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.runs import run
from tests.simulation.script import script_of

MOST_WORLDS = 60  # tried one after another, where the one that noticed it once does not any more


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.says)
def test_a_planted_bug_is_noticed(containers: Containers, mutation: Mutation) -> None:
    with mutation.plant():
        assert any(run(script_of(seed), containers).problems for seed in _worlds(mutation)), "nobody noticed"


def test_enough_bugs_are_planted() -> None:
    assert len(MUTATIONS) >= 15


def _worlds(mutation: Mutation) -> Iterator[int]:
    yield from chain([mutation.noticed_in], range(MOST_WORLDS))
