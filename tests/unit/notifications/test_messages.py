"""A message says what it should, harms nobody's mail program, and fits."""

import re
from copy import copy
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.notifications import Kind, Letter, Person, compose_email
from tests import democon
from tests.democon import START

EVENT = replace(democon.EVENT, meeting_point="the coffee bar, first break")
LOCALES = ["en", "en-US", "de", "de-formal", "fr", "es"]
MACK = Person("Mack", "Acme", "You follow each other on Mastodon.", "https://fosstodon.org/@mack")


def letter(
    *people: Person, to: str = "Ann O'Neil", first: bool = True, organizer: str = EVENT.organizer, **more: Any
) -> Letter:
    event = copy(EVENT)
    object.__setattr__(event, "organizer", organizer)  # an event checks its own, but not every one of them is new
    return Letter(event, to, people or (MACK,), first, "democon.w.abc", **more)


def mail(of: Letter, to: str = "ann@example.org") -> EmailMessage:
    return message_from_bytes(raw(of, to), policy=default)


def raw(of: Letter, to: str = "ann@example.org", service: str = "Icebreaker") -> bytes:
    """The mail as SES gets it."""
    return compose_email(of, to=to, sender="hello@icebreaker.example", sender_name=service, now=START).as_bytes()


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def plain(body: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", body).split())


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
            "The Demo Society is responsible",
            "hello@democon.example",
            "you agreed to be introduced",
            "From your registration or the organizers’ list, and from lists of connections",
            "let us look up, or asked us to remember",
            "fingerprints made with a secret key; no name can be read from them",
            "The people you are introduced to",
            "deleted from 2 July 2026 on, within a few days; backups forget it 35 days later",
            "for 400 days",
            "correct it, take it with you or have it deleted",
            "complain to a data protection authority",
            "write the word “stop” to",
        ):
            assert words in plain(body)


def test_a_later_message_says_it_in_one_line() -> None:
    for body in parts(mail(letter(first=False))):
        assert "fingerprints" not in body
        assert "You agreed to these introductions when you registered" in plain(body)
        assert "write the word “stop” to" in plain(body)


SAID_FIRST = {
    "registration": ("When you registered for DemoCon, you said yes", "When you registered for DemoCon, you agreed"),
    "list": ("The organizers of DemoCon told us that you agreed", "The organizers of DemoCon told us that you agreed"),
    "person": ("You said yes to being introduced", "You agreed yourself to be introduced at DemoCon"),
}


@pytest.mark.parametrize("agreed_by", SAID_FIRST)
def test_the_first_message_begins_by_saying_why_it_comes_as_far_as_that_is_true(agreed_by: str) -> None:
    begins, why = SAID_FIRST[agreed_by]
    for body in parts(mail(letter(first=True, agreed_by=agreed_by))):
        said = plain(body)
        assert re.search(
            rf"Hello Ann O.{{1,5}}Neil, {begins}.*This is the first such mail\. Somebody you already", said
        )
        assert f"Why – {why}" in said
        assert (agreed_by == "registration") is ("registered for DemoCon" in said)
    for body in parts(mail(letter(first=False, agreed_by=agreed_by))):
        assert "first such mail" not in plain(body)
        assert (agreed_by == "registration") is ("registered for DemoCon" in plain(body))


@pytest.mark.parametrize(
    ("organizer", "service", "locale", "name"),
    [
        ("The Demo Society", "Icebreaker", "en", "The Demo Society via Icebreaker"),
        ("Les Amis de l’ABC", "Icebreaker", "fr", "Les Amis de l’ABC via Icebreaker"),
        ("Verein für Größe", "Icebreaker", "de-formal", "Verein für Größe über Icebreaker"),
        ("Śródmieście 字", "Icebreaker", "es", "Śródmieście 字 vía Icebreaker"),
        ('Smith, Jones & "Sons" <x@evil.example>', "Ice, Breaker", "en", None),
        ("The Demo Society", "", "en", "The Demo Society"),
        ("The Demo Society", "the demo society", "en", "The Demo Society"),
        ("x" * 120, "y" * 60, "en", None),
        ("字" * 120, "y" * 60, "en", None),
    ],
)
def test_a_mail_is_from_the_organizers_by_way_of_the_service(
    organizer: str, service: str, locale: str, name: str | None
) -> None:
    sent = message_from_bytes(raw(letter(locale=locale, organizer=organizer), service=service), policy=default)
    [address] = sent["From"].addresses
    assert address.addr_spec == "hello@icebreaker.example"
    # The library reads the spaces between encoded words, which mail programs leave out (RFC 2047, 6.2).
    assert "".join(address.display_name.split()) == "".join((name or f"{organizer} via {service}").split())


@pytest.mark.parametrize(
    "evil", ["A\r\nBcc: x@evil.example", "=?utf-8?q?A=0D=0ABcc=3A_x=40evil=2Eexample?=", "A\u202eB"]
)
def test_no_organizer_and_no_service_becomes_another_header_or_sender(evil: str) -> None:
    for one in (letter(organizer=evil), letter()):
        sent = raw(one, service=evil)
        assert b"\nBcc" not in sent.partition(b"\r\n\r\n")[0]
        read = message_from_bytes(sent, policy=default)
        assert read["Bcc"] is None
        assert [each.addr_spec for each in read["From"].addresses] == ["hello@icebreaker.example"]
        assert "\u202e" not in str(read["From"])


def test_every_mail_can_be_ended_and_is_marked_as_automatic() -> None:
    message = mail(letter())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<mailto:hello@democon.example?subject=stop%20democon>"
    assert message["Reply-To"].addresses[0].addr_spec == "hello@democon.example"
    assert message["Message-ID"] == "<democon.w.abc@icebreaker.example>"
    assert message["List-Unsubscribe-Post"] is None


def test_one_click_ends_them_once_there_is_an_address_for_it() -> None:
    message = mail(letter(unsubscribe_url="https://ib.example/stop/abc"))
    assert message["List-Unsubscribe"] == (
        "<https://ib.example/stop/abc>, <mailto:hello@democon.example?subject=stop%20democon>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_all_mails_of_an_event_stand_together() -> None:
    first, second = mail(letter()), mail(Letter(EVENT, "Ann", (MACK,), False, "democon.v.abc"))
    assert first["Message-ID"] != second["Message-ID"]
    for message in (first, second):
        assert message["In-Reply-To"] == message["References"] == "<democon.event@icebreaker.example>"


@pytest.mark.parametrize("locale", LOCALES)
def test_it_is_written_in_the_readers_language_and_says_so(locale: str) -> None:
    message = mail(letter(locale=locale))
    assert message["Content-Language"] == locale[:2]
    assert f'<html lang="{locale[:2]}"' in parts(message)[1]


def test_without_a_locale_it_is_written_in_the_events_language() -> None:
    berlin = replace(EVENT, locale="de-informal")
    assert mail(Letter(berlin, "Ann", (MACK,), True, "r"))["Subject"] == "Mack ist auch bei DemoCon dabei"
    assert mail(Letter(berlin, "Ann", (MACK,), True, "r", "fr"))["Subject"] == "Mack participe aussi à DemoCon"
    assert mail(Letter(berlin, "Ann", (MACK,), True, "r", "sv"))["Subject"] == "Mack ist auch bei DemoCon dabei"


def test_what_is_not_known_is_not_mentioned_and_what_is_known_is_said() -> None:
    known = Person(
        "Zoë",
        "",
        "How.",
        shared_networks=("GitLab",),
        mutuals=("Ida", "Inés"),
        last_met="DemoCon 2025",
        both_new=True,
        meet_at=START + timedelta(hours=1),
        meet_where="the foyer",
    )
    sentences = (
        "You are both on GitLab, too.",
        "You both know Ida and Inés.",
        "Your last meeting: DemoCon 2025.",
        "It is the first time here for both of you.",
        "For a first hello: Monday 1 June, 10:00, the foyer.",
    )
    for body, bare in zip(parts(mail(letter(known))), parts(mail(letter(Person("Zoë", "", "How.")))), strict=True):
        for sentence in sentences:
            assert sentence in plain(body)
        for words in ("are both", "You both", "last meeting", "for both", "first hello", "say hello online"):
            assert words not in plain(bare)


def test_a_retraction_names_whom_not_to_count_on_and_no_reason() -> None:
    message = mail(Letter(EVENT, "Ann", (), False, "r", kind=Kind.RETRACTION, gone=("Mack",)))
    assert message["Subject"] == "A change to your introductions for DemoCon"
    for body in parts(message):
        assert "We told you that Mack would be at DemoCon. Please don’t count on it any more." in plain(body)
        assert "You follow each other" not in body
        assert "https://fosstodon.org" not in body


def test_only_a_web_address_becomes_a_link() -> None:
    for address in ("javascript:alert(1)", "http://plain.example", "https://x.example/\u202e", "https://x.example/a b"):
        for body in parts(mail(letter(Person("Mack", "", "How.", address)))):
            assert address not in body


def test_what_turns_writing_around_is_taken_from_names() -> None:
    message = mail(letter(Person("Ma\u202eck\u2066", "Ac\u200eme", "How."), to="A\u202enn"))
    for text in (message["Subject"], str(message["To"]), *parts(message)):
        assert not set(text) & set("\u200e\u202e\u2066")


def test_letters_joined_by_invisible_marks_stay_whole() -> None:
    name = "می\u200cخواهم"
    assert name in parts(mail(letter(Person(name, "", "How."))))[0]


def test_nothing_is_loaded_from_anywhere_and_nobody_is_tracked() -> None:
    _, html = parts(mail(letter()))
    assert "<img" not in html
    assert "url(" not in html
    assert "src=" not in html


@pytest.mark.parametrize("locale", LOCALES)
def test_it_stays_under_100_kilobytes(locale: str) -> None:
    much = Person(
        "Ż" * 200,
        "字" * 200,
        "How they know each other. " * 20,
        "https://social.example/@" + "m" * 200,
        "Mastodon",
        shared_networks=("Stack Overflow",) * 20,
        mutuals=("Ć" * 100,) * 20,
        last_met="Paris 1831",
        both_new=True,
        meet_at=START,
        meet_where="x" * 200,
    )
    assert len(mail(letter(*[much] * 5, locale=locale)).as_bytes()) < 100_000


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(names, names, names)
def test_no_name_becomes_a_header_or_markup(to: str, name: str, company: str) -> None:
    message = mail(letter(Person(name + "\r\nBcc: x@example.org", company + "<script>", "How."), to=to + "\nX-Evil: 1"))
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert "<script" not in parts(message)[1]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "UTF-7", "us-ascii*en"])
@pytest.mark.parametrize(
    "word", ["=?{}?q?Ann=0D=0ABcc=3A_victim=40example=2Enet?=", "=?{}?b?QW5uDQpCY2M6IHZAZXhhbXBsZS5uZXQ=?=", "==??="]
)
def test_no_encoded_word_that_somebody_typed_is_decoded_into_a_header(word: str, charset: str) -> None:
    name = word.format(charset)
    harmless = mail(letter())
    for sent in (raw(letter(Person(name, name, "How."), to=name)), raw(letter(MACK, to=f"{name} {name}"))):
        assert b"\nBcc" not in sent.partition(b"\r\n\r\n")[0]
        read = message_from_bytes(sent, policy=default)
        assert read["Bcc"] is None
        assert [address.addr_spec for address in read["To"].addresses] == ["ann@example.org"]
        assert read.keys() == harmless.keys()


def test_headers_for_programs_stand_there_as_they_are_however_long() -> None:
    """Encoded words within an address are undone by nobody: there would be no one-click way out."""
    url = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/e/a-conference-with-a-long-name-2027/" + "x" * 44
    event = replace(EVENT, event_id="e" * 63)
    head = raw(replace(letter(unsubscribe_url=url), event=event)).partition(b"\r\n\r\n")[0].decode()
    unfolded = head.replace("\r\n ", " ")
    assert f"List-Unsubscribe: <{url}>, <mailto:" in unfolded
    assert f"\r\nReferences: <{'e' * 63}.event@icebreaker.example>\r\n" in unfolded
    assert f"\r\nIn-Reply-To: <{'e' * 63}.event@icebreaker.example>\r\n" in unfolded
    assert "=?" not in head
    assert max(map(len, head.split("\r\n"))) <= 998  # RFC 5322
