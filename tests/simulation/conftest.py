"""The real handlers wired to simulated worlds, once for a module of tests."""

from collections.abc import Iterator

import pytest

from tests.simulation.containers import Containers, deployed


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    with deployed() as found:
        yield found
