"""The same deployment in this process as the handlers' tests have."""

from tests.handlers.conftest import _nothing_is_refused, world

__all__ = ["_nothing_is_refused", "world"]
