"""Whoever was sent a link for it makes an event on a page: no more than that, and it opens at once."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared import storage
from shared.links import NEW_EVENT, form_token
from shared.services import schedules as scheduling
from tests.handlers.conftest import World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import BASE, NOW, Seen

NEW = f"{BASE}/o/{NEW_EVENT}"
START = NOW + timedelta(days=20)
FIELDS = {
    "id": "newcon",
    "name": "NewCon",
    "starts": f"{START:%Y-%m-%dT09:00}",
    "ends": f"{START + timedelta(days=1):%Y-%m-%dT18:00}",
    "time_zone": "Europe/Lisbon",
    "place": "Harbour Hall",
    "organizer": "The Society",
    "contact": "hello@newcon.example",
    "locale": "en",
    "waves": "14, 3",
    "wave_time": "09:00",
    "expected_attendees": "1200",
}


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    boto3.client("scheduler").create_schedule_group(Name="waves")
    creator = OrganizerBrowser(world)
    asked = creator.get(creator.link(NEW_EVENT))
    assert "Make an event" in asked.text
    creator.follow(creator.post(asked.address, {"form": asked.field("form")}))
    return creator


def send(browser: OrganizerBrowser, step: str = "make", **typed: str) -> Seen:
    return browser.post(f"{NEW}/create", FIELDS | {"form": browser.form, "step": step} | typed)


def schedules() -> list[str]:
    return sorted(each["Name"] for each in boto3.client("scheduler").list_schedules(GroupName="waves")["Schedules"])


def test_an_event_is_shown_before_it_is_made_and_opens_then(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    look = send(browser, "")
    assert "Wave two-weeks-before" in look.text
    assert "Nothing is made yet" in look.text
    assert browser.world.items() == before
    seen = browser.follow(send(browser))
    assert seen.address == f"{BASE}/o/newcon/event?done=made"
    assert "The event is made" in seen.text
    event = storage.events.load("newcon")
    assert event is not None
    assert (event.name, event.shards) == ("NewCon", 3)
    assert schedules() == ["newcon.follow-up", "newcon.three-days-before", "newcon.two-weeks-before"]
    assert len(browser.world.secrets.webhook_secrets("newcon", "icebreaker")) == 1


def test_the_session_is_good_for_no_event_that_there_is(browser: OrganizerBrowser) -> None:
    assert browser.get(HOME).status == 403
    assert browser.get(f"{NEW}/attendees").status == 404


def test_an_events_session_makes_no_events(world: World) -> None:
    organizer = OrganizerBrowser(world)
    organizer.sign_in()
    before = world.items()
    assert organizer.get(NEW).status == 403
    assert send(organizer).status == 403
    assert organizer.get(organizer.link().replace("democon", NEW_EVENT)).status == 403
    assert world.items() == before


def test_an_error_names_the_field_and_keeps_what_was_typed(browser: OrganizerBrowser) -> None:
    seen = send(browser, "", id="New Con", place="", name="The <Con>")
    assert seen.status == 422
    assert "Short name:" in seen.text
    assert 'href="#place"' in seen.body
    assert "The &lt;Con&gt;" in seen.body
    assert "Make an event" in send(browser, "back").text


def test_a_short_name_that_is_taken_is_said_and_the_event_stays_as_it_is(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    seen = send(browser, id="democon")
    assert seen.status == 409
    assert "there is an event &#34;democon&#34; already" in seen.body
    assert browser.world.items() == before


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"starts": "2020-06-01T09:00", "ends": "2020-06-02T09:00"}, "Ends: is past"),
        ({"waves": "60"}, "all of them are past"),
    ],
)
def test_an_event_for_which_it_is_too_late_is_not_made(
    browser: OrganizerBrowser, typed: dict[str, str], says: str
) -> None:
    seen = send(browser, **typed)
    assert seen.status == 422
    assert says in seen.text


def test_an_event_whose_waves_cannot_be_scheduled_is_not_made(
    browser: OrganizerBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, made = browser.world.items(), scheduling._create

    def fail_at_the_second(event: object, wave: str, *rest: object, **more: object) -> str:
        if wave == "three-days-before":
            raise TimeoutError
        return made(event, wave, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(scheduling, "_create", fail_at_the_second)
    assert send(browser).status == 500
    assert browser.world.items() == before
    assert schedules() == []
    assert list(browser.world.secrets.webhook_secrets("newcon", "icebreaker")) == []


def test_a_form_of_another_session_makes_nothing(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    seen = send(browser, form=form_token("another", [browser.key]))
    assert seen.status == 400
    assert 'value="NewCon"' in seen.body
    assert browser.world.items() == before


def test_the_command_line_makes_the_link_and_signing_out_ends_the_session(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Deployment("icebreaker", {"PagesUrl": BASE}, world.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)
    printed = CliRunner().invoke(commands.app, ["event", "link", "--new"]).output
    browser = OrganizerBrowser(world)
    asked = browser.get(printed.split()[0])
    assert browser.follow(browser.post(asked.address, {"form": asked.field("form")})).status == 200
    browser.post(f"{NEW}/sign-out", {"form": browser.form})
    assert browser.get(NEW).status == 403
    assert CliRunner().invoke(commands.app, ["event", "link", "--new", "democon"]).exit_code == 2
