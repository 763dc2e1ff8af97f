"""What registrations, lists and the person themselves make of an agreement, purpose by purpose."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shared.attendees import Agreement, Attendee, Consent, Said, agree, refuse
from shared.attendees.consent import (
    ASKED_ON_THE_FORM,
    BY_LIST,
    BY_PERSON,
    BY_REGISTRATION,
    CONSENT_VERSION,
    CONSENT_WORDS,
)
from shared.introductions.words_language import LANGUAGES
from shared.registrations import Purpose

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
BOTH = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})
EVERYTHING = frozenset(Purpose)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def form(minute: int, given_by: str = BY_REGISTRATION) -> Said:
    return Said(at(minute), given_by)


def ann(consent: Consent | None = None) -> Attendee:
    return Attendee("e", "ann", "ann@example.org", consent=consent)


def consent_of(attendee: Attendee) -> Consent:
    assert attendee.consent is not None
    return attendee.consent


def test_a_yes_says_when_how_to_which_words_and_on_what_it_rests() -> None:
    consent = Consent().told(frozenset({Purpose.INTRODUCE}), form(1))
    assert consent.agreements == {
        Purpose.INTRODUCE: Agreement(at(1), BY_REGISTRATION, CONSENT_VERSION, ASKED_ON_THE_FORM)
    }
    consent = Consent().told(BOTH, form(1, BY_LIST), basis="ticket terms, section 4, asked unticked")
    assert {each.basis for each in consent.agreements.values()} == {"ticket terms, section 4, asked unticked"}
    assert Consent().told(BOTH, form(1, BY_LIST)).agreements[Purpose.INTRODUCE].basis == ""


def test_what_a_form_does_not_say_yes_to_is_a_no_with_its_date() -> None:
    consent = Consent().told(BOTH, form(0)).told(frozenset({Purpose.INTRODUCE}), form(5))
    assert consent.purposes == {Purpose.INTRODUCE}
    assert consent.refusals[Purpose.CONNECTIONS] == form(5)
    assert consent.agreements[Purpose.INTRODUCE].at == at(0)


def test_a_no_to_one_purpose_leaves_the_others_to_the_form() -> None:
    attendee = agree(ann(Consent().told(BOTH, form(0))), frozenset({Purpose.INTRODUCE}), now=at(1))
    consent = consent_of(attendee)
    assert consent.refused == {Purpose.CONNECTIONS: at(1)}
    assert consent.agreements[Purpose.INTRODUCE].given_by == BY_REGISTRATION
    assert consent.told(EVERYTHING, form(2)).purposes == EVERYTHING - {Purpose.CONNECTIONS}
    assert consent.told(frozenset(), form(2)).purposes == frozenset()


def test_their_own_yes_no_form_takes_back() -> None:
    attendee = agree(ann(Consent().told(BOTH, form(0))), BOTH | {Purpose.FETCH}, now=at(1))
    assert consent_of(attendee).told(frozenset(), form(2)).purposes == {Purpose.FETCH}
    assert not ann(consent_of(attendee).told(frozenset(), form(2))).may_be_named


def test_whoever_stops_says_no_to_what_they_were_never_asked_too() -> None:
    consent = consent_of(refuse(ann(), EVERYTHING, now=at(1)))
    assert consent.ended_by_person
    assert consent.told(EVERYTHING, form(9)).purposes == frozenset()
    again = refuse(ann(consent), EVERYTHING, now=at(3))
    assert consent_of(again) == consent


def test_their_own_word_can_be_taken_back_by_themselves() -> None:
    stopped = refuse(ann(), EVERYTHING, now=at(1))
    back = consent_of(agree(stopped, frozenset({Purpose.INTRODUCE}), now=at(2)))
    assert back.agreements[Purpose.INTRODUCE] == Agreement(at(2), BY_PERSON, CONSENT_VERSION)
    assert Purpose.INTRODUCE not in back.refusals
    assert back.refusals[Purpose.REMEMBER].at == at(1)


def test_saying_the_same_again_changes_nothing() -> None:
    attendee = agree(ann(Consent().told(BOTH, form(0))), BOTH, now=at(5))
    assert attendee == ann(Consent().told(BOTH, form(0)))
    assert agree(ann(), frozenset(), now=at(5)) == ann()


def test_a_list_that_repeats_an_answer_changes_nothing_unless_it_says_on_what_it_rests() -> None:
    consent = Consent().told(BOTH, form(0, BY_LIST))
    assert consent.told(BOTH, form(60, BY_LIST)) is consent
    mended = consent.told(BOTH, form(60, BY_LIST), basis="asked at the door")
    assert mended.agreements[Purpose.INTRODUCE] == Agreement(at(0), BY_LIST, CONSENT_VERSION, "asked at the door")


def test_a_yes_on_the_form_says_more_than_the_list() -> None:
    list_first = Consent().told(BOTH, form(0, BY_LIST), basis="x").told(BOTH, form(1))
    assert list_first.agreements[Purpose.INTRODUCE] == Agreement(at(1), BY_REGISTRATION, basis=ASKED_ON_THE_FORM)
    form_first = Consent().told(BOTH, form(0)).told(BOTH, form(1, BY_LIST), basis="x")
    assert form_first.agreements[Purpose.INTRODUCE] == Agreement(at(0), BY_REGISTRATION, basis=ASKED_ON_THE_FORM)


def test_of_two_answers_at_one_moment_the_no_counts() -> None:
    yes, no = BOTH, frozenset({Purpose.INTRODUCE})
    assert Consent().told(yes, form(0)).told(no, form(0)).purposes == no
    assert Consent().told(no, form(0)).told(yes, form(0)).purposes == no


# Laws.

PURPOSES = st.frozensets(st.sampled_from(list(Purpose)))
FORMS = st.lists(st.tuples(PURPOSES, st.integers(0, 6), st.just(BY_REGISTRATION)), max_size=6)
WORDS = st.dictionaries(st.sampled_from(list(Purpose)), st.booleans())


def after(forms: list[tuple[frozenset[Purpose], int, str]], start: Consent) -> Consent:
    for purposes, minute, way in forms:
        start = start.told(purposes, form(minute, way))
    return start


@given(st.data(), FORMS, WORDS)
def test_the_order_of_registrations_does_not_matter(
    data: st.DataObject, forms: list[tuple[frozenset[Purpose], int, str]], words: dict[Purpose, bool]
) -> None:
    start = Consent().decided(words, START)
    shuffled = data.draw(st.permutations(forms))
    one, other = after(forms, start), after(shuffled, start)
    assert one.purposes == other.purposes
    assert one.heard == other.heard
    assert set(one.refusals) == set(other.refusals)


@given(FORMS, FORMS, WORDS)
def test_the_person_s_word_wins_for_what_they_decided_and_for_nothing_else(
    before: list[tuple[frozenset[Purpose], int, str]],
    later: list[tuple[frozenset[Purpose], int, str]],
    words: dict[Purpose, bool],
) -> None:
    consent = after(later, after(before, Consent()).decided(words, at(3)))
    undisturbed = after([*before, *later], Consent())
    for purpose in Purpose:
        assert (purpose in consent.purposes) == words.get(purpose, purpose in undisturbed.purposes)
        assert (
            purpose not in words
            or purpose not in consent.agreements
            or (consent.agreements[purpose].given_by == BY_PERSON)
        )


@given(FORMS, WORDS)
def test_every_purpose_has_at_most_one_answer_and_each_answer_a_date(
    forms: list[tuple[frozenset[Purpose], int, str]], words: dict[Purpose, bool]
) -> None:
    consent = after(forms, Consent()).decided(words, at(3))
    assert not set(consent.agreements) & set(consent.refusals)
    if forms:
        assert set(consent.agreements) | set(consent.refusals) == EVERYTHING
    if forms or words:
        dates = [each.at for each in (*consent.agreements.values(), *consent.refusals.values())]
        assert consent.changed_at >= max(dates)


# Versions.


def words_agreed_to() -> Iterator[str]:
    """The question of the registration form, and in every language the notice and the switches of the page."""
    organizers = (Path(__file__).parents[3] / "docs" / "organizers.md").read_text()
    question = re.search(r"\*\*(May we introduce you[^*]*)\*\*", organizers)
    assert question, "docs/organizers.md has lost the question for the registration form"
    yield question[1]
    for folder in sorted(LANGUAGES.iterdir()):
        for name, tables in (("notice", None), ("page", ("purpose", "purpose_about"))):
            file = folder / f"{name}.toml"
            content = tomllib.loads(file.read_text()) if file.exists() else {}
            for key, value in sorted(content.items()):
                if tables is None or key in tables:
                    yield f"{folder.name}.{name}.{key} = {sorted(value.items()) if isinstance(value, dict) else value}"


def test_other_words_are_another_version() -> None:
    digest = hashlib.blake2b("\n".join(words_agreed_to()).encode(), digest_size=8).hexdigest()
    assert digest == CONSENT_WORDS[CONSENT_VERSION], (
        "the words that people agree to have changed: add a version to CONSENT_WORDS in shared/attendees/consent.py "
        f"with the digest {digest}, and a row to the table of versions in docs/privacy.md"
    )


def test_the_documentation_names_every_version() -> None:
    privacy = (Path(__file__).parents[3] / "docs" / "privacy.md").read_text()
    assert [version for version in CONSENT_WORDS if f"\n| {version} |" not in privacy] == []
