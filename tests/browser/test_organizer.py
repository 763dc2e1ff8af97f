"""One organizer, from the link that signs in to what was given up and is tried again, in a real browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from infra.local import LocalStack
from shared import storage
from shared.events import Event
from shared.introductions import State
from tests.browser.conftest import Party
from tests.browser.reader import Reader, reading
from tests.pipeline.test_end_to_end import Webhook, icebreaker, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

EVENT_ID = "deskcon"
WAVE = "three-days-before"
OWNERS = {"ann": "Arbor", "ben": "Okafor", "chloe": "Martin", "dmitri": "Sokolov", "emi": "Tanaka", "farid": "Haddad",
          "mack": "Mauer", "zoe": "Zimmer"}  # fmt: skip
GUESTS = {"gita": "Rao", "hugo": "Lind", "ines": "Costa", "jan": "Novak", "kofi": "Mensah", "lena": "Vogel",
          "mira": "Stein", "nils": "Berg", "omar": "Aziz", "pia": "Conti", "quim": "Roig", "rosa": "Vidal",
          "sven": "Holm", "tara": "Khan", "uma": "Patel", "vera": "Pohl"}  # fmt: skip
# The last row has no address, and Eve gives Mack's handle for hers.
LIST = "".join(
    [
        "Name,E-mail,Company,GitHub,Agreed\n",
        *(
            f'{name.title()} {rest},{name}@{EVENT_ID}.example,,{name}-{rest.lower()},"introduce, connections"\n'
            for name, rest in (OWNERS | GUESTS).items()
        ),
        f'Eve Ember,eve@{EVENT_ID}.example,,mack-mauer,"introduce, connections"\n',
        f"Joe Jonas,joe@{EVENT_ID}.example,North Pier Press,,no\n",
        "No Address,,,,introduce\n",
    ]
)
REGISTERED = len(OWNERS) + len(GUESTS) + 3  # Eve, Joe, and Kim by the webhook


def lists_of() -> dict[str, list[str]]:
    """Each lists the three before and after them, who list them too, and two guests, who bring nothing."""
    names, guests = list(OWNERS), list(GUESTS)
    return {
        name: [names[(n + step) % len(names)] for step in (-3, -2, -1, 1, 2, 3)] + guests[2 * n : 2 * n + 2]
        for n, name in enumerate(names)
    }


def card(name: str) -> str:
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name.title()}\nEMAIL:{name}@{EVENT_ID}.example\nEND:VCARD\n"


def link_of(what: str) -> str:
    """The link by which an event's organizers sign in, or to make one, as the command line prints it."""
    return next(line for line in icebreaker("event", "link", what).splitlines() if "/sign-in/" in line).strip()


def event_of(event_id: str) -> Event:
    event = storage.events.load(event_id)
    assert event is not None
    return event


def row(reader: Reader, heading: str) -> Locator:
    return reader.page.get_by_role("row").filter(has=reader.page.get_by_role("rowheader", name=heading)).first


def test_the_story_of_one_organizer_from_the_link_to_what_was_given_up(
    browser: Browser, stack: LocalStack, tmp_path: Path
) -> None:
    with reading(browser) as olga:
        _makes_an_event(olga)
        _changes_it(olga)
        secret = _makes_a_secret(olga)
        assert Webhook(stack, EVENT_ID, secret).post("kim", email=f"kim@{EVENT_ID}.example", locale="en") == 200
        _imports(olga, tmp_path)
        _decides_whose_a_handle_is(olga)
        _sends(olga)
        _looks_around(olga)
        _tries_again(olga, stack)
        _brakes(olga)
        olga.presses("Sign out")
        olga.sees("You are not signed in")


def _makes_an_event(olga: Reader) -> None:
    olga.goes_to(link_of("--new"))
    olga.checks("organizer, the link by which an event is made")
    olga.presses("Sign in")
    olga.sees("Make an event")
    olga.checks("organizer, before an event is made")
    starts = datetime.now(UTC) + timedelta(days=7)
    for field, value in {
        "name": "DeskCon",
        "id": EVENT_ID,
        "starts": f"{starts:%Y-%m-%dT09:00}",
        "ends": f"{starts + timedelta(days=1):%Y-%m-%dT18:00}",
        "time_zone": "Europe/Paris",
        "place": "Kennewick",
        "organizer": "The Desk Society",
        "contact": "hello@deskcon.example",
        "waves": "3",
    }.items():
        olga.page.locator(f"#{field}").fill(value)
    olga.presses("Go on")
    olga.sees("Nothing is made yet.")
    olga.checks("organizer, what would be made")
    olga.presses("Make this event")
    olga.sees("Change the event")
    olga.checks("organizer, the event")
    olga.turns_to("Overview")
    olga.sees("From the first one on")
    olga.checks("organizer, overview of a new event")
    olga.turns_to("Problems")
    olga.checks("organizer, no problems")


def _changes_it(olga: Reader) -> None:
    before = event_of(EVENT_ID)
    olga.turns_to("Event")
    olga.page.get_by_role("link", name="Change the event").click()
    olga.sees("Questions on your registration form")
    olga.checks("organizer, changing the event")
    olga.page.locator("#people_per_mail").fill("nine")
    olga.page.locator("#place").fill("Kennewick, second floor")
    olga.presses("Save changes")
    olga.sees("Nothing is saved yet.")
    assert olga.page.locator("#place").input_value() == "Kennewick, second floor"
    olga.minds_no(422)
    olga.checks("organizer, a change that cannot be saved")
    olga.page.locator("#people_per_mail").fill("4")
    [number] = [number for number, wave in enumerate(before.waves) if wave.name == WAVE]
    moved = before.waves[number].at + timedelta(minutes=1)
    olga.page.locator(f"#wave-{number}-at").fill(f"{moved.astimezone(ZoneInfo(before.time_zone)):%Y-%m-%dT%H:%M}")
    olga.presses("Save changes")
    olga.sees("nothing was sent yet")
    olga.checks("organizer, before a wave moves")
    olga.presses("Save")
    olga.sees("Saved.")
    after = event_of(EVENT_ID)
    assert (after.people_per_mail, after.place, after.waves[number].at) == (4, "Kennewick, second floor", moved)
    olga.page.get_by_role("link", name="Change the times to meet").click()
    olga.page.locator("#several-days").fill(f"{before.starts_at:%Y-%m-%d}")
    olga.page.locator("#several-times").fill("10:30, 15:30")
    olga.page.locator("#several-place").fill("the coffee bar")
    olga.presses("Add them as rows")
    olga.checks("organizer, times to meet")
    olga.presses("Save these times")
    olga.sees("Saved.")
    assert {slot.place for slot in event_of(EVENT_ID).slots} == {"the coffee bar"}


def _makes_a_secret(olga: Reader) -> str:
    olga.turns_to("Event")
    olga.page.locator("a[href$='/platforms/icebreaker']").click()
    olga.sees("A secret is set")
    olga.checks("organizer, a platform")
    olga.presses("Make a new secret")
    olga.sees("The new secret, shown only now.")
    secret = olga.page.locator("[role=status] code").first.inner_text()
    olga.checks("organizer, a new secret")
    olga.presses("Send a test registration")
    olga.sees("is accepted, and read as")
    assert secret not in olga.page.content()
    olga.checks("organizer, after a test registration")
    return secret


def _imports(olga: Reader, folder: Path) -> None:
    (folder / "attendees.csv").write_text(LIST)
    icebreaker("attendees", "import", str(folder / "attendees.csv"), "--event", EVENT_ID, "--basis", "ticket terms, 4")
    for name, listed in lists_of().items():
        (folder / f"{name}.vcf").write_text("".join(map(card, listed)))
        address = f"{name}@{EVENT_ID}.example"
        icebreaker("connections", "import", str(folder / f"{name}.vcf"), "--event", EVENT_ID, "--for", address)
    wait_for(lambda: len(storage.matches.load_all(event_of(EVENT_ID))) == 8 * 6 // 2 + 8 * 2, "the matches")
    olga.turns_to("Problems")
    assert "1" in row(olga, "attendees.csv").locator("[data-label=Rejected]").inner_text()
    assert "No Address" in olga.keeps("see them")
    olga.turns_to("Attendees")
    olga.sees("Zoe Zimmer")
    olga.checks("organizer, attendees")
    olga.page.get_by_role("searchbox").fill("arbor")
    olga.presses("Search")
    olga.sees("Ann Arbor")
    assert olga.page.get_by_text("Zoe Zimmer").count() == 0
    olga.checks("organizer, a search")
    olga.page.get_by_role("link", name="Ann Arbor").click()
    olga.sees("ticket terms, 4")
    olga.checks("organizer, one attendee")
    olga.page.get_by_role("link", name="End their agreement").click()
    olga.checks("organizer, before an agreement is ended")
    olga.page.get_by_role("link", name="No, go back").click()


def _decides_whose_a_handle_is(olga: Reader) -> None:
    olga.turns_to("Problems")
    olga.sees("GitHub: mack-mauer")
    olga.checks("organizer, a handle that two claim, and a list with rejected rows")
    olga.presses("This one is right", on=row(olga, "Mack Mauer"))
    olga.sees("the others claim that handle no more")
    assert olga.page.get_by_text("GitHub: mack-mauer").count() == 0


def _sends(olga: Reader) -> None:
    olga.turns_to("Waves")
    olga.checks("organizer, waves to come")
    olga.page.get_by_role("link", name="Preview").first.click()
    olga.sees("Who would hear of how many")
    olga.checks("organizer, the preview of a wave")
    olga.turns_to("Waves")
    olga.presses("Hold back", on=row(olga, WAVE))
    olga.sees("The wave is held back")
    olga.checks("organizer, a wave held back")
    olga.presses("Let it run", on=row(olga, WAVE))
    olga.sees("The wave runs at its time again.")
    row(olga, WAVE).get_by_role("link", name="Send now").click()
    olga.sees(f"Send “{WAVE}” now?")
    olga.checks("organizer, before a wave is sent")
    olga.presses("Send it now")
    olga.sees("The wave runs within a minute.")
    wait_for(_is_out, "the wave's mails")
    olga.turns_to("Waves")
    olga.checks("organizer, after the wave")


def _is_out() -> bool:
    found = list(storage.introductions.load_all(event_of(EVENT_ID)))
    return bool(found) and all(each.state in (State.SENT, State.DELIVERED) for each in found)


def _looks_around(olga: Reader) -> None:
    olga.turns_to("Network")
    olga.checks("organizer, the network")
    olga.turns_to("Attendees")
    olga.page.get_by_role("link", name="Who agreed and was told of nobody").click()
    olga.sees("Everybody here is coming")
    olga.checks("organizer, who was told of nobody")
    # Nights that this event did not have.
    today = datetime.now(UTC).date()
    for night in range(24):
        counts = {
            "registered": night + 3,
            "agreed": night + 2,
            "with_connections": night // 3,
            "matched": max(0, night - 2),
        }
        storage.progress.note(event_of(EVENT_ID), today - timedelta(days=24 - night), counts)
    olga.turns_to("Overview")
    olga.page.locator(".plot canvas").wait_for()
    assert olga.page.locator("#drawing strong").first.inner_text() == str(REGISTERED)  # now
    olga.checks("organizer, overview with lines")
    olga.page.get_by_text("The same in numbers").click()
    assert olga.page.locator(".by-day tbody tr").count() == 25
    olga.checks("organizer, overview with numbers")
    olga.page.locator(".plot .u-over").hover(position={"x": 2, "y": 20})
    assert olga.page.locator("#drawing strong").first.inner_text() == "3"


def _tries_again(olga: Reader, stack: LocalStack) -> None:
    sqs = stack.client("sqs")
    dead, others = _queue(stack, "WaveDeadLetters"), {"event_id": "another", "wave": WAVE}
    for payload in ({"event_id": EVENT_ID, "wave": WAVE}, others):
        sqs.send_message(QueueUrl=dead, MessageBody=json.dumps({"version": "1.0", "requestPayload": payload}))
    olga.turns_to("Problems")
    assert row(olga, "waves that did not finish").locator(".number").inner_text() == "2"
    olga.checks("organizer, what was given up")
    runs = stack.function_logs("PlanIntroductionsFunction").count("wave planned")
    olga.presses("Try again", on=row(olga, "waves that did not finish"))
    olga.sees("What was this event's is tried again.")
    assert row(olga, "waves that did not finish").locator(".number").inner_text() == "1"  # another event's
    wait_for(lambda: stack.function_logs("PlanIntroductionsFunction").count("wave planned") > runs, "the wave again")
    assert len({each.attendee_id for each in storage.introductions.load_all(event_of(EVENT_ID))}) == len(
        list(storage.introductions.load_all(event_of(EVENT_ID)))
    )


def _queue(stack: LocalStack, name: str) -> str:
    found = stack.client("cloudformation").describe_stack_resource(StackName=stack.stack_name, LogicalResourceId=name)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _brakes(olga: Reader) -> None:
    olga.turns_to("Overview")
    olga.presses("Pause all messages")
    olga.sees("Paused: nothing is sent")
    olga.checks("organizer, a paused event")
    olga.presses("Go on")
    olga.sees("The event goes on.")


def test_by_the_keyboard_alone_one_signs_in_looks_somebody_up_and_holds_a_wave_back(
    browser: Browser, parties: dict[str, Party]
) -> None:
    with reading(browser) as olga:
        page, keyboard = olga.page, olga.page.keyboard
        olga.goes_to(link_of(parties["keys"].event_id))
        olga.tabs_to(page.get_by_role("button", name="Sign in"))
        keyboard.press("Enter")
        olga.sees("Overview")
        olga.tabs_to(page.get_by_role("link", name="Skip to the content"))
        keyboard.press("Enter")
        olga.tabs_to(page.get_by_role("button", name="Pause all messages"))
        keyboard.press("Enter")
        olga.sees("Paused: nothing is sent")
        olga.tabs_to(page.get_by_role("button", name="Go on"))
        keyboard.press("Enter")
        olga.sees("The event goes on.")
        olga.tabs_to(page.get_by_role("link", name="Attendees"))
        keyboard.press("Enter")
        olga.tabs_to(page.get_by_role("searchbox"))
        keyboard.type("zoe")
        keyboard.press("Enter")
        olga.sees("Found")
        olga.tabs_to(page.get_by_role("link", name="Zoe"))
        keyboard.press("Enter")
        olga.sees("What they agreed to")
        olga.tabs_to(page.get_by_role("link", name="Waves"))
        keyboard.press("Enter")
        olga.tabs_to(page.get_by_role("button", name="Hold back").first)
        keyboard.press("Enter")
        olga.sees("The wave is held back")
        olga.tabs_to(page.get_by_role("button", name="Let it run"))
        keyboard.press("Enter")
        olga.sees("The wave runs at its time again.")
        olga.checks("organizer, waves by the keyboard")


def test_without_javascript_the_numbers_are_a_table_and_every_button_works(
    browser: Browser, parties: dict[str, Party]
) -> None:
    party = parties["keys"]
    storage.progress.note(party.event, datetime.now(UTC).date() - timedelta(days=1), {"registered": 3, "agreed": 2})
    with reading(browser, scripts=False) as olga:
        olga.goes_to(link_of(party.event_id))
        olga.presses("Sign in")
        olga.sees("counted each night and now")
        assert olga.page.locator("#drawing").is_hidden()
        assert olga.page.locator(".by-day tbody tr").first.inner_text().split()[2:4] == ["3", "2"]
        olga.turns_to("Network")
        olga.page.locator("svg.network circle").first.wait_for()
        olga.turns_to("Attendees")
        olga.page.get_by_role("searchbox").fill("zoe")
        olga.presses("Search")
        olga.sees("Found")
        olga.turns_to("Event")
        olga.page.locator("a[href$='/platforms/icebreaker']").click()
        olga.presses("Send a test registration")
        olga.sees("is accepted, and read as")
        olga.checks("organizer, without scripts")
        olga.presses("Sign out")
        olga.sees("You are not signed in")
