"""Where and when two people met, where both said so at an earlier event and asked to have it remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.connections import Relation
from shared.introductions.words_language import Words, words_for
from shared.matching import MET_SOURCE, Evidence, Match


@dataclass(frozen=True, slots=True)
class PastEvent:
    """What stays of an event for those who met there; it names nobody."""

    event_id: str
    name: str
    place: str
    year: int


def last_meeting(
    match: Match,
    attendee_id: str,
    past_events: Mapping[str, PastEvent],
    *locales: str | None,
    templates: Path | None = None,
) -> str:
    """Say to ``attendee_id``, one of the two, where they last met: "You met in Kennewick in 2025."; empty if never.

    Both said that they met, so either may be reminded of it, whichever side asked to have it remembered.

    :param past_events: by id; where theirs is missing the sentence is "You have met before."
    :param locales, templates: as for :func:`shared.introductions.how_they_know_each_other`
    :raises BrokenTemplate: naming file and line of the organizer's own words
    """
    clause = how_they_met(match, attendee_id, past_events, words_for(*locales, templates=templates))
    return clause and clause[0].upper() + clause[1:] + "."


def how_they_met(match: Match, attendee_id: str, past_events: Mapping[str, PastEvent], words: Words) -> str:
    """The same as a clause."""
    met = [e for e in (*match.listed_by(attendee_id), *match.listed_by(match.other(attendee_id))) if _is_meeting(e)]
    if not met:
        return ""
    last = max(met, key=lambda each: (each.since or date.min, each.source))
    event = past_events.get(_event_of(last))
    # An id may have been given anew to another event since.
    if event is None or last.since is None or event.year != last.since.year:
        return words.say("met.before")
    return words.say("met.there", place=event.place, year=event.year)


def events_of_meetings(*matches: Match) -> frozenset[str]:
    """The ids of the past events at which these people met: what :func:`last_meeting` is to be told about."""
    return frozenset(_event_of(e) for match in matches for e in (*match.a_lists_b, *match.b_lists_a) if _is_meeting(e))


def _is_meeting(evidence: Evidence) -> bool:
    return evidence.relation is Relation.MET


def _event_of(evidence: Evidence) -> str:
    return evidence.source.removeprefix(MET_SOURCE)
