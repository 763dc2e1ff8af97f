"""A consent as it lies in an attendee's profile: read back as it was, also where it was written before."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.attendees import Consent, Said
from shared.attendees.consent import BY_LIST, BY_PERSON, BY_REGISTRATION, CONSENT_VERSION, NO_VERSION
from shared.registrations import Purpose
from shared.storage._consent import read_consent, write_consent

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
PURPOSES = st.frozensets(st.sampled_from(list(Purpose)))
MINUTES = st.integers(0, 3).map(lambda minute: START + timedelta(minutes=minute))
HEARD = st.tuples(
    PURPOSES, st.builds(Said, MINUTES, st.sampled_from([BY_LIST, BY_REGISTRATION])), st.sampled_from(["", "on paper"])
)
DECIDED = st.tuples(st.dictionaries(st.sampled_from(list(Purpose)), st.booleans(), min_size=1), MINUTES)


@given(st.lists(HEARD | DECIDED, min_size=1, max_size=5))
def test_what_is_written_is_read_back(story: list[tuple]) -> None:  # type: ignore[type-arg]
    consent = Consent()
    for each in story:
        consent = consent.told(*each[:2], basis=each[2]) if len(each) == 3 else consent.decided(*each)
    assert read_consent(json.loads(json.dumps(write_consent(consent)))) == consent


def test_whoever_says_everything_at_once_takes_up_little_more_than_before_dates_were_apart() -> None:
    stored = write_consent(Consent.of(frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS}), START, BY_REGISTRATION))
    assert stored == [
        ["connections", "introduce"],
        "2026-05-01T09:00:00.000000+00:00",
        "registration",
        {"yes": [[["connections", "introduce"], CONSENT_VERSION]], "heard": []},
    ]


def test_an_older_item_of_a_registration_is_read() -> None:
    consent = read_consent([["introduce"], "2026-05-01T09:00:00.000000+00:00", "registration"])
    assert consent.purposes == {Purpose.INTRODUCE}
    assert (consent.changed_at, consent.given_by) == (START, BY_REGISTRATION)
    assert consent.agreements[Purpose.INTRODUCE].version == NO_VERSION
    assert consent.told(frozenset(), Said(START + timedelta(1), BY_REGISTRATION)).purposes == frozenset()
    assert consent.told(frozenset(Purpose), Said(START - timedelta(1), BY_REGISTRATION)).purposes == {Purpose.INTRODUCE}


def test_an_older_item_that_was_the_person_s_own_word_is_one_about_every_purpose() -> None:
    consent = read_consent([["introduce"], "2026-05-01T09:00:00.000000+00:00", "person"])
    assert consent.agreements[Purpose.INTRODUCE].given_by == BY_PERSON
    later = Said(START + timedelta(1), BY_REGISTRATION)
    assert consent.told(frozenset(Purpose), later).purposes == {Purpose.INTRODUCE}
    assert read_consent([[], "2026-05-01T09:00:00.000000+00:00", "person"]).ended_by_person
