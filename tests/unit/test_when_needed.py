"""Names that are imported when they are first asked for."""

import importlib
import pkgutil

import pytest

import shared
from shared.when_needed import when_needed


def test_every_name_that_a_room_offers_can_be_had() -> None:
    for module in pkgutil.iter_modules(shared.__path__, "shared."):
        room = importlib.import_module(module.name)
        for name in getattr(room, "__all__", ()):
            getattr(room, name)


def test_what_is_not_offered_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        when_needed("shared.names", {"keys": ("name_keys",)})("nothing")


def test_a_name_may_not_be_that_of_a_module() -> None:
    with pytest.raises(AssertionError, match="would hide"):
        when_needed("shared.names", {"keys": ("keys",)})
