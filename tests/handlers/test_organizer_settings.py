"""The event's own webhook: a new secret is shown once, and a try leaves no trace."""

from __future__ import annotations

from shared.services import Secrets
from tests.handlers.conftest import World, registered
from tests.handlers.organizers import HOME, OrganizerBrowser


def test_a_new_secret_is_shown_once_and_the_one_before_stays_good(world: World) -> None:
    browser = OrganizerBrowser(world)
    browser.sign_in()
    text = browser.press("secret").text
    newest, before = Secrets("/icebreaker/test").webhook_secrets("democon", "icebreaker")
    assert newest in text
    assert before == world.secret
    assert newest not in browser.get(f"{HOME}/event").text
    assert world.post(registered("ann"))[0] == 200


def test_a_test_registration_is_signed_and_read_and_stored_nowhere(world: World) -> None:
    browser = OrganizerBrowser(world)
    browser.sign_in()
    before = world.items()
    assert "accepted, and read as Test Person" in browser.press("test-registration").text
    assert world.items() == before
