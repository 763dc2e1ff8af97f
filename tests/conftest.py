"""What the tests of several folders share: one local stack for everything that needs the whole template."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from hypothesis import settings

# Tables of the command line are wide enough for a test, whichever test is the first to load it.
os.environ.setdefault("COLUMNS", "200")
# How long an example takes is this machine's business, not the law's.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Each test has an AWS of its own, and so sessions of its own. What botocore's files say of AWS's services is the same
# for all of them, and reading it again takes longer than most tests.
botocore.session.create_loader = cache(botocore.session.create_loader)

if TYPE_CHECKING:
    from infra.local import LocalStack


ON_THE_STACK = ("tests/pipeline/", "tests/browser/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests on the local stack in one process: it is deployed once, and their stories follow each other.

    The largest group is begun with: while its process waits for the stack, the others compute. Marks would say the
    same, but with pytest 9.2 pytest-xdist passes over them (its issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class StackInOneProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "stack" if nodeid.startswith(ON_THE_STACK) else nodeid

    return StackInOneProcess(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: the one with the stack mostly waits."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The whole template, deployed once for all tests of a session."""
    from infra.local import running

    with running(tmp_path_factory.mktemp("stack")) as running_stack:
        yield running_stack


@pytest.fixture
def stack_as_aws(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(stack, monkeypatch)


def point_at(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point this process's AWS at the stack, as the command line of an organizer's engineer would be."""
    from shared.services._clients import client

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
