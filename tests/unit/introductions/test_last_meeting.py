"""Two who met at an earlier event are told where and when."""

from datetime import date

import pytest

from shared.connections import Relation
from shared.introductions import PastEvent, events_of_meetings, how_they_know_each_other, last_meeting
from shared.matching import Evidence, Listing, Match, listings_to_matches
from tests.telling import may_be_told

KENNEWICK = PastEvent("democon-2025", "DemoCon", "Kennewick", 2025)
PAST = {"democon-2025": KENNEWICK, "democon-2024": PastEvent("democon-2024", "DemoCon", "Paris", 2024)}
MET = Evidence("email", Relation.MET, date(2025, 6, 1), "met-democon-2025")
EARLIER = Evidence("email", Relation.MET, date(2024, 6, 1), "met-democon-2024")
CONNECTED = Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections")
NEVER = Evidence("email", Relation.NEVER, date(2025, 6, 1), "never-democon-2025")


def test_both_are_told_where_and_when_they_met_whoever_had_it_remembered() -> None:
    match = Match("a", "b", (MET,))
    assert last_meeting(match, "a", PAST) == last_meeting(match, "b", PAST) == "You met in Kennewick in 2025."


def test_of_several_meetings_the_last_is_told() -> None:
    assert last_meeting(Match("a", "b", (EARLIER,), (MET,)), "a", PAST) == "You met in Kennewick in 2025."


@pytest.mark.parametrize("past", [{}, {"democon-2025": PastEvent("democon-2025", "Other", "Oslo", 2027)}])
def test_an_event_that_is_not_known_any_more_is_not_named(past: dict[str, PastEvent]) -> None:
    assert last_meeting(Match("a", "b", (MET,)), "a", past) == "You have met before."


def test_who_never_met_is_told_nothing() -> None:
    assert last_meeting(Match("a", "b", (CONNECTED,)), "a", PAST) == ""


def test_it_is_said_with_how_they_know_each_other_online() -> None:
    assert how_they_know_each_other(Match("a", "b", (MET,), (MET,)), "a", past_events=PAST) == (
        "You met in Kennewick in 2025."
    )
    assert how_they_know_each_other(Match("a", "b", (MET, CONNECTED)), "a", past_events=PAST) == (
        "You met in Kennewick in 2025, and you are connected on LinkedIn."
    )


@pytest.mark.parametrize("locale", ["en", "de", "de-formal", "fr", "es"])
def test_every_language_has_words_for_it(locale: str) -> None:
    said = last_meeting(Match("a", "b", (MET,)), "a", PAST, locale)
    assert "Kennewick" in said
    assert "2025" in said


def test_the_events_to_be_looked_up_are_those_where_they_met() -> None:
    assert events_of_meetings(Match("a", "b", (MET, CONNECTED)), Match("a", "c", (), (EARLIER,))) == PAST.keys()


def test_who_met_is_told_without_being_asked_first() -> None:
    match = Match("a", "b", (MET,))
    assert may_be_told(match, "a")
    assert may_be_told(match, "b")  # found by their address


def test_of_whom_one_asked_not_to_be_introduced_to_there_is_no_match() -> None:
    listings = [Listing("a", "b", (CONNECTED, MET)), Listing("b", "a", (NEVER,)), Listing("a", "c", (CONNECTED,))]
    assert [(match.a, match.b) for match in listings_to_matches(listings)] == [("a", "c")]
