"""The organizer's tokens: each for one event and one purpose, for some hours, under the key that signs now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.links import (
    BadLink,
    Links,
    OrganizerPurpose,
    Reason,
    organizer_token,
    read_link,
    read_organizer_token,
    sign_in_link,
)
from tests.unit.links.test_links import ANN, KEY, LAST_DAY, OLD_KEY

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=12)
SESSION = OrganizerPurpose.SESSION
TOKEN = organizer_token(SESSION, event_id="democon", key=KEY, until=UNTIL)


def reason_for(token: str, *, event_id: str = "democon", key: bytes = KEY, now: datetime = NOW) -> Reason | None:
    try:
        read_organizer_token(token, SESSION, event_id=event_id, key=key, now=now)
    except BadLink as error:
        return error.reason
    return None


def test_a_token_says_until_when_it_is_good() -> None:
    assert read_organizer_token(TOKEN, SESSION, event_id="democon", key=KEY, now=NOW) == UNTIL
    assert reason_for(TOKEN, now=UNTIL) is Reason.EXPIRED


def test_two_sessions_are_never_the_same() -> None:
    assert organizer_token(SESSION, event_id="democon", key=KEY, until=UNTIL) != TOKEN


def test_another_event_s_an_older_key_s_and_another_purpose_s_token_is_refused() -> None:
    assert reason_for(TOKEN, event_id="othercon") is Reason.FORGED
    assert reason_for(TOKEN, key=OLD_KEY) is Reason.FORGED
    link = sign_in_link("https://api.example/", event_id="democon", key=KEY, until=UNTIL)
    assert link.startswith("https://api.example/o/democon/sign-in/")
    assert reason_for(link.rpartition("/")[2]) is Reason.ANOTHER_PURPOSE


def test_an_attendee_s_link_is_no_organizer_s_and_the_other_way_round() -> None:
    page = Links("", (KEY,), "democon", ANN, LAST_DAY).page()
    assert reason_for(page.rpartition("/")[2]) is Reason.ANOTHER_PURPOSE
    with pytest.raises(BadLink):
        read_link(TOKEN, event_id="democon", keys=[KEY], now=NOW)


@given(at=st.integers(0, len(TOKEN) - 1), character=st.characters())
def test_an_edited_token_is_refused(at: int, character: str) -> None:
    edited = TOKEN[:at] + character + TOKEN[at + 1 :]
    assert edited == TOKEN or reason_for(edited) is not None


@given(st.text(max_size=80))
def test_any_text_is_refused_and_nothing_else(text: str) -> None:
    assert reason_for(text) is not None
