"""The keys of links rotate without ending a link that somebody still holds."""

import pytest

from shared.services.secrets import MOST_LINK_KEYS, REMEMBERED_FOR_S, Secrets
from tests.handlers.conftest import ENVIRONMENT, World

NOW = 1_800_000_000.0
LATER = NOW + 2 * REMEMBERED_FOR_S + 1


def test_without_a_key_it_is_said_how_to_make_one(world: World) -> None:
    with pytest.raises(LookupError, match="icebreaker links rotate"):
        Secrets("/icebreaker/none").link_keys()


def test_the_first_key_is_made_once(world: World) -> None:
    first = world.secrets.link_keys()
    world.secrets.ensure_link_keys()
    assert world.secrets.link_keys() == first
    assert len(first[0]) == 32


def test_a_new_key_signs_once_every_process_knows_it_and_the_older_ones_stay_good(world: World) -> None:
    world.secrets.rotate_link_keys(revoke=True, now=NOW - 10_000)
    (old,) = world.secrets.link_keys(now=NOW)
    world.secrets.rotate_link_keys(now=NOW)
    fresh = world.secrets.link_keys(now=NOW)
    assert fresh[0] == old
    assert world.secrets.link_keys(now=LATER) == (fresh[1], old)


def test_the_oldest_of_many_keys_ends(world: World) -> None:
    for number in range(MOST_LINK_KEYS + 2):
        world.secrets.rotate_link_keys(now=NOW - 10_000 + number, token_bytes=lambda n, each=number: bytes([each]) * n)
    assert [key[0] for key in world.secrets.link_keys(now=LATER)] == [5, 4, 3, 2]


def test_a_leaked_key_is_revoked_at_once(world: World) -> None:
    (leaked,) = world.secrets.link_keys()
    assert world.secrets.rotate_link_keys(revoke=True) == 1
    (new,) = Secrets(ENVIRONMENT["SECRETS_PATH"]).link_keys()
    assert new != leaked
