"""What is imported when it is first asked for."""

import importlib
import pkgutil
from functools import partial

import pytest

import shared
from shared.pipeline import serve_attendee
from shared.pipeline.organizer import serve as serve_organizer
from shared.when_needed import Later, call, when_needed


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


def test_every_page_of_the_tables_of_routes_is_there() -> None:
    tables = [serve_organizer.ROUTES, *serve_attendee._BY_PURPOSE.values()]
    later = [route for table in tables for route in table.values() if isinstance(route, partial) and route.func is call]
    assert len(later) > 30
    for route in later:
        module, name = route.args
        assert callable(getattr(importlib.import_module(module), name)), route


def test_what_is_called_of_a_module_is_called_with_what_is_given() -> None:
    assert Later("math").hypot(3, 4) == 5
    with pytest.raises(AttributeError, match="nothing"):
        Later("math").nothing()
