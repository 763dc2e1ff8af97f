"""What two people answer, and what that makes of their meeting; every change is one that the picture shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.introductions import Answer, Closeness, Meeting, MeetingState, Outcome, Stage, State
from shared.introductions.states import AFTER, AFTER_MEETING, before, draw

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ASKED = Meeting("democon", "ann", "mack", Closeness.LIKELY, 0.5, Stage.ASKED, "first", NOW)
TOLD = replace(ASKED, stage=Stage.TOLD)


def test_both_must_say_yes_before_anybody_is_named() -> None:
    one = ASKED.answered("ann", Answer.YES, now=NOW)
    assert (one.next_stage, one.state) == (None, MeetingState.HOPED)
    both = one.answered("mack", Answer.YES, now=NOW)
    assert (both.next_stage, both.state) == (Stage.TOLD, MeetingState.HOPED)
    assert both.in_stage(Stage.TOLD, "second", now=NOW).state is MeetingState.AGREED


def test_a_no_of_one_ends_it_and_can_be_taken_back() -> None:
    for no in (Answer.NOT_NOW, Answer.NEVER):
        refused = ASKED.answered("ann", Answer.YES, now=NOW).answered("mack", no, now=NOW)
        assert (refused.next_stage, refused.state) == (None, MeetingState.OFF)
        assert refused.answered("mack", Answer.YES, now=NOW).next_stage is Stage.TOLD


def test_a_claimed_handle_is_confirmed_by_name_before_its_claimer_is_told() -> None:
    doubtful = replace(ASKED, confirmer="ann")
    both = doubtful.answered("ann", Answer.YES, now=NOW).answered("mack", Answer.YES, now=NOW)
    assert both.next_stage is Stage.CONFIRMING
    confirming = both.in_stage(Stage.CONFIRMING, "second", now=NOW)
    assert confirming.next_stage is None
    assert confirming.answered("mack", Answer.YES, now=NOW).next_stage is None  # not for the claimer to say
    assert confirming.answered("ann", Answer.YES, now=NOW).next_stage is Stage.TOLD
    assert confirming.answered("ann", Answer.NEVER, now=NOW).state is MeetingState.OFF


def test_who_was_told_agrees_when_both_would_like_to_meet() -> None:
    one = TOLD.answered("mack", Answer.YES, now=NOW)
    assert one.state is MeetingState.HOPED
    assert one.answered("ann", Answer.YES, now=NOW).state is MeetingState.AGREED


def test_a_repeated_answer_changes_nothing() -> None:
    once = TOLD.answered("ann", Answer.YES, now=NOW).with_outcome("ann", Outcome.MET, now=NOW)
    later = NOW + timedelta(days=1)
    assert once.answered("ann", Answer.YES, now=later).with_outcome("ann", Outcome.MET, now=later) == once


def test_only_both_make_a_meeting_that_took_place() -> None:
    one = TOLD.with_outcome("ann", Outcome.MET, now=NOW)
    assert one.state is MeetingState.HOPED
    assert one.with_outcome("mack", Outcome.MET, now=NOW).state is MeetingState.MET
    assert one.with_outcome("mack", Outcome.MISSED, now=NOW).state is MeetingState.MISSED
    assert ASKED.with_outcome("ann", Outcome.MET, now=NOW) == ASKED  # who was not named was not met


def test_calendars_hear_of_every_change_of_the_slot_by_a_greater_number() -> None:
    meeting, seen = TOLD, []
    for slot in ("tue", "tue", None, "wed", "thu"):
        changed = meeting.with_slot(slot)
        if changed != meeting:
            seen.append(changed.sequence)
        meeting = changed
    assert seen == [0, 1, 2, 3]


def test_a_meeting_is_between_two_in_order() -> None:
    with pytest.raises(ValueError, match="in order"):
        replace(ASKED, a="mack", b="ann")


def test_the_reference_says_nothing_of_the_two_and_is_theirs_alone() -> None:
    assert ASKED.reference == TOLD.reference != replace(ASKED, b="zoe").reference
    assert len(ASKED.reference) == 10
    assert "ann" not in ASKED.reference


steps = st.lists(
    st.tuples(
        st.sampled_from(["ann", "mack"]),
        st.sampled_from([*Answer, *Outcome, "tell", "confirm", "end"]),
    ),
    max_size=12,
)


@settings(max_examples=1000)
@given(steps, st.sampled_from([None, "ann", "mack"]))
def test_every_change_of_state_is_one_that_the_picture_shows(taken: list[tuple[str, str]], confirmer: str) -> None:
    meeting = replace(ASKED, confirmer=confirmer)
    states = [meeting.state]
    for number, (person, step) in enumerate(taken):
        at = NOW + timedelta(hours=number)
        if isinstance(step, Answer):
            meeting = meeting.answered(person, step, now=at)
        elif isinstance(step, Outcome):
            meeting = meeting.with_outcome(person, step, now=at)
        elif step == "end":
            meeting = replace(meeting, ended_at=at)
        elif meeting.next_stage:
            meeting = meeting.in_stage(meeting.next_stage, f"wave-{number}", now=at)
        states.append(meeting.state)
    for one, next_one in pairwise(states):
        assert one is next_one or next_one in AFTER_MEETING[one], (one, next_one)


def test_an_introduction_that_went_out_is_never_planned_again() -> None:
    reached, pending = set(), [State.SENT]
    while pending:
        state = pending.pop()
        reached.add(state)
        pending += AFTER[state] - reached
    assert reached == {State.SENT, State.DELIVERED, State.BOUNCED}
    assert before(State.SENDING) == {State.PLANNED, State.PUBLISHED}


def test_the_docs_show_the_states_as_they_are() -> None:
    docs = Path(__file__).parents[3] / "docs" / "introductions.md"
    assert draw() in docs.read_text()


@pytest.mark.parametrize(("closeness", "left"), [(Closeness.KNOWN, None), (Closeness.LIKELY, Answer.YES)])
def test_a_no_to_a_name_can_be_taken_back(closeness: Closeness, left: Answer | None) -> None:
    meeting = replace(ASKED, closeness=closeness, stage=Stage.CONFIRMING, confirmer="ann")
    turned_down = meeting.answered("ann", Answer.NEVER, now=NOW)
    assert turned_down.next_stage is None
    taken_back = turned_down.answered("ann", Answer.YES, now=NOW)
    assert taken_back.side("ann").answer is left
    assert taken_back.next_stage is Stage.TOLD
