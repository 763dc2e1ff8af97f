"""The states of an introduction and of a meeting, which may follow which; draws itself into docs/introductions.md.

``python -m shared.introductions.states`` prints the picture (Mermaid); a test holds the docs to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an introduction stands on its way to an inbox."""

    PLANNED = "planned"  # decided, not yet on the topic
    PUBLISHED = "published"  # on the topic
    SENDING = "sending"  # claimed: the provider is about to be called, or was
    SENT = "sent"  # the provider took it
    DELIVERED = "delivered"  # the mailbox took it
    BOUNCED = "bounced"  # the mailbox did not
    FAILED = "failed"  # the provider refused it for good
    PARKED = "parked"  # nobody can know whether it went out; a receipt or a person decides
    RETRACTED = "retracted"  # nothing was left to tell when it was about to be sent


class MeetingState(StrEnum):
    """Where two people who were introduced, or may be, stand."""

    HOPED = "hoped"  # they are asked, or were told of each other
    AGREED = "agreed"  # both would like to meet
    MET = "met"  # both say so
    MISSED = "missed"  # one of them says that they did not
    OFF = "off"  # one of them said no, or is not coming any more


AFTER: Final[Mapping[State, frozenset[State]]] = {
    # A message on the topic can be quicker than the note that it is there.
    State.PLANNED: frozenset({State.PUBLISHED, State.SENDING, State.RETRACTED}),
    State.PUBLISHED: frozenset({State.SENDING, State.RETRACTED}),
    # Back to published where the provider certainly did not take it. A receipt can be quicker than the answer.
    State.SENDING: frozenset({State.SENT, State.FAILED, State.PARKED, State.PUBLISHED, State.DELIVERED, State.BOUNCED}),
    State.PARKED: frozenset({State.SENT, State.FAILED, State.PUBLISHED, State.DELIVERED, State.BOUNCED}),
    State.SENT: frozenset({State.DELIVERED, State.BOUNCED}),
    State.DELIVERED: frozenset({State.BOUNCED}),  # some mailboxes take a mail and send it back later
    State.BOUNCED: frozenset(),
    State.FAILED: frozenset(),
    State.RETRACTED: frozenset(),
}

AFTER_MEETING: Final[Mapping[MeetingState, frozenset[MeetingState]]] = {
    MeetingState.HOPED: frozenset(
        {MeetingState.AGREED, MeetingState.OFF, MeetingState.MET, MeetingState.MISSED}  # met without a word before
    ),
    MeetingState.AGREED: frozenset({MeetingState.MET, MeetingState.MISSED, MeetingState.OFF}),
    # Whoever answered may correct themselves, and a "no" may be taken back.
    MeetingState.MET: frozenset({MeetingState.MISSED}),
    MeetingState.MISSED: frozenset({MeetingState.MET, MeetingState.HOPED, MeetingState.AGREED, MeetingState.OFF}),
    MeetingState.OFF: frozenset({MeetingState.HOPED, MeetingState.AGREED, MeetingState.MET, MeetingState.MISSED}),
}

UNSENT: Final = frozenset({State.PLANNED, State.PUBLISHED})
# What was said was said, or may have been.
SAID: Final = frozenset({State.SENDING, State.SENT, State.DELIVERED, State.PARKED})
# It left us, so its reader knows what it said.
ARRIVED: Final = frozenset({State.SENT, State.DELIVERED})


def before(state: State) -> frozenset[State]:
    """The states from which an introduction may come into this one."""
    return frozenset(each for each, following in AFTER.items() if state in following)


def draw() -> str:
    """Both as Mermaid state diagrams."""
    return f"{_drawn(AFTER, State.PLANNED)}\n\n{_drawn(AFTER_MEETING, MeetingState.HOPED)}"


def _drawn(after: Mapping[State, frozenset[State]] | Mapping[MeetingState, frozenset[MeetingState]], first: str) -> str:
    lines = [
        f"    {state} --> {following}" for state, all_following in after.items() for following in sorted(all_following)
    ]
    ends = [f"    {state} --> [*]" for state, all_following in after.items() if not all_following]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first}", *lines, *ends, "```"])


if __name__ == "__main__":
    print(draw())  # noqa: T201
