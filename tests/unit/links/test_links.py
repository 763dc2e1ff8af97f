"""Signed links: what they say, and that nothing but what we signed is taken for one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attendees import attendee_id_of
from shared.introductions import Answer, Outcome
from shared.links import BadLink, LinkPurpose, Links, Reason, form_token, is_form_token, read_link

KEY, OLD_KEY = b"k" * 32, b"o" * 32
ANN = attendee_id_of("democon", "ann@example.org", b"h" * 32)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
LAST_DAY = date(2026, 7, 2)
LINKS = Links("https://api.example", (KEY, OLD_KEY), "democon", ANN, LAST_DAY)
REFERENCE = "00ff10ab9c"

answers = st.sampled_from([*Answer, *Outcome])
references = st.binary(min_size=5, max_size=5).map(bytes.hex)
links = st.one_of(st.just(LINKS.page()), st.just(LINKS.stop()), st.builds(LINKS.answer, references, answers))


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def reason_for(token: str, *, event_id: str = "democon", now: datetime = NOW, **only: LinkPurpose) -> Reason | None:
    try:
        read_link(token, event_id=event_id, keys=(KEY,), now=now, **only)
    except BadLink as error:
        return error.reason
    return None


def test_a_link_says_who_for_what_and_until_when() -> None:
    page = read_link(token_of(LINKS.page()), event_id="democon", keys=(KEY,), now=NOW)
    assert (page.purpose, page.attendee_id, page.expires) == (LinkPurpose.PAGE, ANN, LAST_DAY)
    assert (page.reference, page.answer) == (None, None)
    assert read_link(token_of(LINKS.stop()), event_id="democon", keys=(KEY,), now=NOW).purpose is LinkPurpose.STOP


@given(reference=references, answer=answers)
def test_an_answer_link_says_which_answer_about_whom(reference: str, answer: Answer | Outcome) -> None:
    link = read_link(token_of(LINKS.answer(reference, answer)), event_id="democon", keys=(KEY,), now=NOW)
    assert (link.purpose, link.reference, link.answer) == (LinkPurpose.ANSWER, reference, answer)


def test_a_page_link_fits_a_text_message() -> None:
    assert len(token_of(LINKS.page())) == 36
    assert len(token_of(LINKS.answer(REFERENCE, Answer.YES))) == 44
    assert LINKS.page().startswith("https://api.example/e/democon/")


@given(link=links, at=st.integers(min_value=0), character=st.characters())
def test_an_edited_link_is_refused(link: str, at: int, character: str) -> None:
    token = token_of(link)
    at %= len(token)
    edited = token[:at] + character + token[at + 1 :]
    assert (reason_for(edited) is None) is (edited == token)


@given(link=links, cut=st.integers(min_value=1), more=st.text(min_size=1, max_size=4))
def test_a_cut_or_lengthened_link_is_refused(link: str, cut: int, more: str) -> None:
    token = token_of(link)
    assert reason_for(token[: -(cut % len(token)) - 1]) in (Reason.MALFORMED, Reason.FORGED)
    assert reason_for(token + more) in (Reason.MALFORMED, Reason.FORGED)


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin-1"))), st.text())
def test_whatever_is_no_link_is_refused_and_nothing_else_happens(token: str, event_id: str) -> None:
    assert reason_for(token, event_id=event_id) in (Reason.MALFORMED, Reason.FORGED)


@given(link=links, event_id=st.text())
def test_a_link_of_one_event_is_none_of_another(link: str, event_id: str) -> None:
    assert (reason_for(token_of(link), event_id=event_id) is Reason.FORGED) is (event_id != "democon")


def test_a_link_is_good_to_the_end_of_its_last_day_and_no_longer() -> None:
    end = datetime(2026, 7, 3, tzinfo=UTC)
    assert reason_for(token_of(LINKS.page()), now=end - timedelta(seconds=1)) is None
    assert reason_for(token_of(LINKS.page()), now=end) is Reason.EXPIRED


def test_a_link_for_one_purpose_is_good_for_no_other() -> None:
    assert reason_for(token_of(LINKS.stop()), purpose=LinkPurpose.PAGE) is Reason.ANOTHER_PURPOSE
    assert reason_for(token_of(LINKS.page()), purpose=LinkPurpose.PAGE) is None


def test_a_link_of_an_older_key_stays_good_until_that_key_is_gone() -> None:
    before = Links("https://api.example", (OLD_KEY,), "democon", ANN, LAST_DAY)
    token = token_of(before.page())
    assert read_link(token, event_id="democon", keys=(KEY, OLD_KEY), now=NOW).attendee_id == ANN
    assert reason_for(token) is Reason.FORGED


def test_without_a_key_no_link_is_good() -> None:
    with pytest.raises(BadLink):
        read_link(token_of(LINKS.page()), event_id="democon", keys=(), now=NOW)


def test_a_link_says_nothing_about_its_keys() -> None:
    assert "kkkk" not in repr(LINKS)


@given(st.text())
def test_a_form_is_good_only_for_the_link_that_it_came_from(claimed: str) -> None:
    token = token_of(LINKS.page())
    assert is_form_token(form_token(token, (OLD_KEY,)), token, (KEY, OLD_KEY))
    assert not is_form_token(claimed, token, (KEY,))
    assert not is_form_token(form_token(token_of(LINKS.stop()), (KEY,)), token, (KEY,))
