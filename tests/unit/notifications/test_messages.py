"""A message says what it should, harms nobody's mail program, and fits."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event, Wave
from shared.notifications import (
    Letter,
    Person,
    TopicMessage,
    UnreadableMessage,
    compose_email,
    compose_text_message,
)
from shared.notifications.text_message import _GSM

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
EVENT = Event(
    event_id="democon",
    name="DemoCon",
    starts_at=START,
    ends_at=START + timedelta(days=1),
    time_zone="UTC",
    place="Kennewick",
    organizer="The Demo Society",
    contact="hello@democon.example",
    meeting_point="the coffee bar, first break",
    waves=(Wave("3-days-before", START - timedelta(days=3)),),
)
MACK = Person("Mack", "Acme", "You follow each other on Mastodon.", "https://fosstodon.org/@mack")


def letter(*people: Person, to: str = "Ann O'Neil", first: bool = True) -> Letter:
    return Letter(EVENT, to, people or (MACK,), first, "democon.w.abc")


def mail(of: Letter, to: str = "ann@example.org") -> EmailMessage:
    composed = compose_email(of, to=to, sender="hello@icebreaker.example", sender_name="Icebreaker", now=START)
    return cast(EmailMessage, message_from_bytes(composed.as_bytes(), policy=default))


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def test_it_says_who_is_coming_how_they_know_each_other_and_where_to_say_hello() -> None:
    message = mail(letter())
    assert message["Subject"] == "Mack is coming to DemoCon too"
    for body in parts(message):
        for words in ("Hello Ann O", "Mack", "Acme", "You follow each other on Mastodon.", "the coffee bar"):
            assert words in body
        assert "https://fosstodon.org/@mack" in body


def test_the_first_message_says_where_the_data_comes_from_what_is_kept_how_long_and_how_to_end_it() -> None:
    for body in parts(mail(letter(first=True))):
        for words in (
            "you agreed to be",
            "registration",
            "fingerprints",
            "2 July 2026",
            "stop",
            "hello@democon.example",
        ):
            assert words in " ".join(body.split())
    for body in parts(mail(letter(first=False))):
        assert "fingerprints" not in body
        assert "stop" in body


def test_every_mail_can_be_ended_and_is_marked_as_automatic() -> None:
    message = mail(letter())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<mailto:hello@democon.example?subject=stop%20democon>"
    assert message["Reply-To"].addresses[0].addr_spec == "hello@democon.example"
    assert message["Message-ID"] == "<democon.w.abc@icebreaker.example>"


def test_nothing_is_loaded_from_anywhere_and_nobody_is_tracked() -> None:
    _, html = parts(mail(letter()))
    assert "<img" not in html
    assert "url(" not in html
    assert "src=" not in html


def test_it_stays_under_100_kilobytes() -> None:
    assert len(mail(letter(*[MACK] * 5)).as_bytes()) < 100_000


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(names, names, names)
def test_no_name_becomes_a_header_or_markup(to: str, name: str, company: str) -> None:
    message = mail(letter(Person(name + "\r\nBcc: x@example.org", company + "<script>", "How."), to=to + "\nX-Evil: 1"))
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert "<script" not in parts(message)[1]


@given(st.lists(names.filter(str.strip), min_size=1, max_size=5))
def test_a_text_message_is_one_message(people: list[str]) -> None:
    text = compose_text_message(letter(*[Person(name, "", "How.") for name in people]))
    assert 0 < len(text) <= 160
    assert set(text) <= _GSM


def test_a_text_message_names_as_many_as_fit() -> None:
    assert compose_text_message(letter(MACK, Person("Zoë", "", ""))) == (
        "Mack and Zoe are coming to DemoCon too. Say hello at the coffee bar, first break. No more texts? Tell us."
    )


def test_a_topic_message_survives_the_queue_and_names_nobody() -> None:
    message = TopicMessage("democon", "abcdefgh", "3-days-before", "email", "en")
    assert TopicMessage.from_json(message.to_json()) == message
    assert message.attributes == {"event": "democon", "kind": "introduction", "channel": "email", "locale": "en"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "kind": "introduction"}'])
def test_a_message_that_is_not_ours_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UnreadableMessage, match=r".+"):
        TopicMessage.from_json(text)
