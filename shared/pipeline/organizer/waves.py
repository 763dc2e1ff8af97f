"""The waves: what went out in each, what the next would send, and the hand on the lever."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.attendees import Attendee
from shared.events import FOLLOW_UP
from shared.introductions import Part, State
from shared.pages import Reply
from shared.pipeline.manage_event import send_wave_now
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.services import delete_schedule, move_schedule, scheduled_waves
from shared.storage import attendees, introductions

# A preview reads every connection set, and the API waits for half a minute.
LARGEST_PREVIEW: Final = 4  # shards, of 500 attendees each
MOST_SHOWN: Final = 200

STATE_WORDS: Final[Mapping[State, str]] = {
    State.PLANNED: "planned",
    State.PUBLISHED: "on its way",
    State.SENDING: "being sent",
    State.SENT: "sent",
    State.DELIVERED: "delivered",
    State.BOUNCED: "bounced",
    State.FAILED: "refused",
    State.PARKED: "unclear",
    State.RETRACTED: "taken back",
}
PART_WORDS: Final[Mapping[Part, str]] = {
    Part.TOLD: "introduced by name",
    Part.CONFIRM: "to confirm",
    Part.ASKED: "asked about without a name",
    Part.AGREED: "to meet, as both would like",
    Part.GONE: "not coming any more",
    Part.FOLLOW_UP: "asked whether they met",
}
# By shared.introductions.selection.Reason, whose module needs NumPy.
REASON_WORDS: Final[Mapping[str, str]] = {
    "no candidate": "share nothing with anybody here that may be used",
    "was told of every candidate before": "were told before of everybody with whom they share something",
    "every candidate has as many introductions as the limits allow": "share something only with people who are "
    "introduced to as many others as the limits allow",
}
DONE: Final[Mapping[str, str]] = {
    "sent": "The wave runs within a minute.",
    "held": "The wave is held back: it does not run unless you let it.",
    "released": "The wave runs at its time again.",
}


class Standing(StrEnum):
    PAST = "past"
    COMES = "comes"
    HELD = "held back"
    BESIDE = "between or after the waves"  # called for by news


@dataclass(frozen=True, slots=True)
class WaveLine:
    """One line of the table."""

    name: str
    standing: Standing
    at: datetime | None
    counts: tuple[tuple[str, int], ...]  # messages by state, in words

    @property
    def messages(self) -> int:
        return sum(count for _, count in self.counts)


def show(visit: OrganizerVisit) -> Reply:
    lines = list(_lines(visit))
    return visit.framed(
        "waves.html",
        "waves",
        done=DONE.get(visit.request.query.get("done", ""), ""),
        coming=[line for line in lines if line.standing in (Standing.COMES, Standing.HELD)],
        past=[line for line in lines if line.standing in (Standing.PAST, Standing.BESIDE)],
        Standing=Standing,
    )


def show_preview(visit: OrganizerVisit) -> Reply | None:
    wave = _wave(visit)
    if wave is None:
        return None
    if visit.event.shards > LARGEST_PREVIEW:
        return visit.notice(
            "This event is too large for a preview",
            f"A preview looks at everybody's connections while you wait; that is possible up to "
            f"{LARGEST_PREVIEW * 500:,} attendees.",
            back="waves",
        )
    # It matches, for which it needs NumPy.
    from shared.pipeline.plan_introductions import preview

    found = preview(visit.event, wave, now=visit.now)
    people = attendees.load_many(visit.event, found.messages)
    rows = sorted(
        ((people[each], _in_words(parts)) for each, parts in found.messages.items() if each in people),
        key=lambda row: _by_name(row[0]),
    )
    return visit.framed(
        "preview.html",
        "waves",
        wave=wave,
        rows=rows[:MOST_SHOWN],
        more=max(0, len(rows) - MOST_SHOWN),
        messages=len(rows),
        parts=_in_words(found.parts),
        waiting=found.waiting,
        without=[(REASON_WORDS[each], count) for each, count in sorted(found.without.items())],
    )


def ask_send(visit: OrganizerVisit) -> Reply | None:
    wave = _wave(visit)
    if wave is None:
        return None
    return visit.ask(
        f"Send “{wave}” now?",
        [
            "It runs within a minute instead of at its time. Whoever heard of it already hears nothing twice.",
            "What is sent cannot be taken back. The preview shows what it would be.",
        ],
        "Send it now",
        back="waves",
    )


def post_send(visit: OrganizerVisit) -> Reply | None:
    wave = _wave(visit)
    if wave is None:
        return None
    send_wave_now(visit.event, wave, scheduling=visit.tools.scheduling, now=visit.now)
    return Reply.to(f"{visit.below('waves')}?done=sent")


def post_hold(visit: OrganizerVisit) -> Reply | None:
    wave = _wave(visit)
    if wave is None or not delete_schedule(visit.event, wave, group=visit.tools.scheduling.group):
        return None
    return Reply.to(f"{visit.below('waves')}?done=held")


def post_release(visit: OrganizerVisit) -> Reply | None:
    wave = _wave(visit)
    at = dict(_times(visit)).get(wave or "")
    if wave is None or at is None or at <= visit.now:
        return None
    move_schedule(visit.event, wave, at=at, scheduling=visit.tools.scheduling)
    return Reply.to(f"{visit.below('waves')}?done=released")


def _lines(visit: OrganizerVisit) -> Iterator[WaveLine]:
    counts: defaultdict[str, Counter[State]] = defaultdict(Counter)
    for introduction in introductions.load_all(visit.event):
        counts[introduction.wave][introduction.state] += 1
    scheduled = scheduled_waves(visit.event, group=visit.tools.scheduling.group)
    for wave, at in _times(visit):
        standing = Standing.PAST if at <= visit.now else Standing.COMES if wave in scheduled else Standing.HELD
        yield WaveLine(wave, standing, at, _states(counts.pop(wave, Counter())))
    for wave in sorted(counts):
        yield WaveLine(wave, Standing.BESIDE, None, _states(counts[wave]))


def _states(counts: Mapping[State, int]) -> tuple[tuple[str, int], ...]:
    return tuple((STATE_WORDS[state], counts[state]) for state in State if counts.get(state))


def _in_words(parts: Mapping[Part, int]) -> list[tuple[str, int]]:
    return [(PART_WORDS[part], parts[part]) for part in Part if parts.get(part)]


def _times(visit: OrganizerVisit) -> Iterator[tuple[str, datetime]]:
    yield from ((wave.name, wave.at) for wave in visit.event.waves)
    if visit.event.follow_up:
        yield FOLLOW_UP, visit.event.follow_up_at


def _wave(visit: OrganizerVisit) -> str | None:
    """The wave that the path names, if the event has it."""
    name = visit.rest[1]
    return name if name in dict(_times(visit)) else None


def _by_name(attendee: Attendee) -> tuple[str, str]:
    return attendee.name.casefold(), attendee.attendee_id
