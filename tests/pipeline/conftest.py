"""The whole template on the local stack: see tests/conftest.py."""

import pytest


@pytest.fixture(autouse=True)
def aws(stack_as_aws: None) -> None:
    """Every test here works against the stack."""
