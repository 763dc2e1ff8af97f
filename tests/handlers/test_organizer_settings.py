"""The ticketing platforms on the organizers' pages: secrets are shown once or never, and a try leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared import storage
from shared.registrations import new_secret
from shared.services import Secrets
from tests.handlers.conftest import World, registered
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import UPCOMING


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    signed_in = OrganizerBrowser(world)
    signed_in.sign_in()
    return signed_in


def secrets_of(platform: str) -> list[str]:
    return list(Secrets("/icebreaker/test").webhook_secrets(UPCOMING.event_id, platform))


def test_a_new_secret_is_shown_once_and_the_one_before_stays_good(browser: OrganizerBrowser) -> None:
    world = browser.world
    text = browser.press("platforms/icebreaker/new-secret").text
    newest, before = secrets_of("icebreaker")
    assert newest in text
    assert before == world.secret
    assert newest not in browser.get(f"{HOME}/platforms/icebreaker").text
    assert world.post(registered("ann"))[0] == 200


def test_a_test_registration_is_signed_and_read_and_stored_nowhere(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    assert "accepted, and read as Test Person" in browser.press("platforms/icebreaker/test").text
    assert browser.world.items() == before


def test_where_a_platform_signs_nothing_its_address_is_shown_with_the_secret(browser: OrganizerBrowser) -> None:
    seen = browser.press("platforms/pretix/new-secret")
    [secret] = secrets_of("pretix")
    assert (
        f"/events/democon/registrations/pretix?token={secret.replace('=', '%3D').replace('+', '%2B')}"
        in seen.text.replace("%2F", "/")
    )
    assert "secret set" in browser.get(f"{HOME}/event").text
    assert browser.press("platforms/luma/new-secret").status == 404
    assert browser.press("platforms/pretix/secret", secret="theirs").status == 404


def test_a_secret_that_the_platform_made_is_kept_and_never_shown(
    browser: OrganizerBrowser, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = new_secret()
    seen = browser.press("platforms/luma/secret", secret=f" {secret} ")
    assert secrets_of("luma") == [secret]
    assert "The secret is kept" in seen.text
    logged = caplog.text + "".join(capsys.readouterr())
    assert not [text for text in (seen.body, browser.get(f"{HOME}/event").body, logged) if secret in text]


@pytest.mark.parametrize(
    ("platform", "typed", "says"),
    [
        ("luma", "", "The secret is missing"),
        ("luma", "two words", "has spaces"),
        ("luma", "a" * 1001, "is longer than"),
        ("generic", "whsec_!!", "is not of the kind"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_without_repeating_it(
    browser: OrganizerBrowser, platform: str, typed: str, says: str
) -> None:
    storage.events.update(replace(UPCOMING, platforms={"generic": {"signature": "standard-webhooks"}}))
    before = secrets_of(platform)
    seen = browser.press(f"platforms/{platform}/secret", secret=typed)
    assert seen.status == 422
    assert says in seen.text
    assert not typed or typed not in seen.body
    assert secrets_of(platform) == before


@pytest.mark.parametrize("name", ["pretix", "github"])
def test_a_token_is_kept_and_never_shown(browser: OrganizerBrowser, name: str) -> None:
    seen = browser.press(f"platforms/{name}/token", token="t0ken-of-theirs")
    assert Secrets("/icebreaker/test").api_token(UPCOMING.event_id, name) == "t0ken-of-theirs"
    assert "The token is kept" in seen.text
    assert "One is set" in seen.text
    assert "t0ken-of-theirs" not in seen.body
    assert browser.press(f"platforms/{name}/token", token="").status == 422
    assert browser.press("platforms/luma/token", token="t0ken").status == 404


def test_what_a_platform_needs_to_be_told_is_kept_and_a_wrong_host_is_named(browser: OrganizerBrowser) -> None:
    version = browser.get(f"{HOME}/platforms/pretix").field("version")
    wrong = browser.press("platforms/pretix/options", version=version, organizer="acme", host="no host")
    assert wrong.status == 422
    assert "is no host" in wrong.text
    assert 'value="acme"' in wrong.body
    assert "Saved" in browser.press("platforms/pretix/options", version=version, organizer="acme", event="demo").text
    event = storage.events.load(UPCOMING.event_id)
    assert event is not None
    assert event.platforms == {"pretix": {"organizer": "acme", "event": "demo"}}
    stale = browser.press("platforms/pretix/options", version=version, organizer="other")
    assert "Somebody else changed the event meanwhile" in stale.text


def test_there_are_no_pages_of_other_platforms(browser: OrganizerBrowser) -> None:
    assert browser.get(f"{HOME}/platforms/nobody").status == 404
    for act in ("new-secret", "secret", "token", "options", "test"):
        assert browser.press(f"platforms/nobody/{act}").status == 404


def test_the_page_says_whose_words_and_templates_are_in_use(browser: OrganizerBrowser) -> None:
    assert "Words and templates Icebreaker’s" in browser.get(f"{HOME}/event").text
