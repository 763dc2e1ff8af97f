"""The whole template on the local stack, deployed once for all tests of a session."""

import os
from collections.abc import Iterator

import pytest

from infra.local import LocalStack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with running(tmp_path_factory.mktemp("stack")) as running_stack:
        yield running_stack


@pytest.fixture(autouse=True)
def aws(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point this process's AWS at the stack, as the command line of an organizer's engineer would be."""
    from shared.services._clients import client

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
