"""Write what one introduction says, from what is stored at this moment: who may not be named any more is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.attendees import Attendee
from shared.attendees.consent import BY_REGISTRATION
from shared.events import FOLLOW_UP, Event
from shared.introductions import (
    ARRIVED,
    SAID,
    UNSENT,
    Answer,
    Closeness,
    Introduction,
    Meeting,
    MeetingState,
    Mention,
    Outcome,
    Part,
    Stage,
    events_of_meetings,
    how_they_know_each_other,
)
from shared.introductions.manners import has_room
from shared.introductions.plan import noted
from shared.introductions.proposals import recognized
from shared.introductions.words import (
    already_know_each_other,
    asked_about,
    asked_about_new,
    how_new,
    network_name,
    where_to_say_hello,
)
from shared.links import Links
from shared.matching import Match
from shared.notifications import Kind, Letter, Person, Question
from shared.notifications.invitations import Companion, Reader, invitation_for
from shared.registrations import Purpose
from shared.slots import CalendarPart, Slot, cancel, request
from shared.storage import attendees, introductions, matches, meetings, past_events

MOST_MUTUALS = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter ready to be sent, and what it says, for whoever looks later what somebody was told."""

    to: Attendee
    letter: Letter
    said: tuple[Mention, ...]
    calendar: tuple[CalendarPart, ...] = ()


def write_letter(event: Event, introduction: Introduction, *, links: Links, now: datetime) -> Draft | None:
    """The letter as it may be sent now; None where nothing is left to say, or to nobody.

    Every mention is looked at again: who cancelled, withdrew or said no since the wave was planned is not named, a tie
    that ended is not told, and what the attendee answered meanwhile is not asked. However long it waited: after the
    event nobody is introduced.
    """
    if event.is_too_late(introduction.wave, now):
        return None
    desk = _Desk.of(event, introduction, links, now)
    if desk is None:
        return None
    if not has_room([each for each in desk.history if each.state not in UNSENT]):
        return None  # two waves that ran at the same moment counted without each other
    said = tuple(mention for mention in introduction.mentions if desk.may_say(mention))
    if not any(desk.is_news(mention) for mention in said):
        return None
    return Draft(desk.to, desk.letter(said), said, desk.calendar(said))


@dataclass(frozen=True)
class _Desk:
    """Everything that one letter is written from."""

    event: Event
    introduction: Introduction
    links: Links
    now: datetime
    to: Attendee
    people: Mapping[str, Attendee]
    ties: Mapping[str, Match]  # by the other's id, what is held left out
    meetings: Mapping[str, Meeting]  # by the other's id
    history: Sequence[Introduction]  # the attendee's own, without this one, the earliest first
    told_to_others: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by person, whom they were told of

    @classmethod
    def of(cls, event: Event, introduction: Introduction, links: Links, now: datetime) -> _Desk | None:
        me = introduction.attendee_id
        others = tuple(dict.fromkeys(mention.person for mention in introduction.mentions))
        history = sorted(introductions.load_of(event, me), key=lambda each: each.state_changed_at)
        history = [each for each in history if each.wave != introduction.wave]
        told_before = _told(history)
        told_to_others = {
            other: _told(introductions.load_of(event, other)) & told_before for other in introduction.of(Part.TOLD)
        }
        mutuals = {each for several in told_to_others.values() for each in several}
        people = attendees.load_many(event, {me, *others, *mutuals})
        to = people.get(me)
        if to is None or not to.may_be_named:
            return None
        held: dict[str, set[str]] = {}
        for attendee_id, network in introduction.held:
            held.setdefault(attendee_id, set()).add(network)
        return cls(
            event=event,
            introduction=introduction,
            links=links,
            now=now,
            to=to,
            people=people,
            ties={other: match.without(held) for other, match in matches.load_between(event, me, others).items()},
            meetings=meetings.load_of(event, me, others),
            history=history,
            told_to_others=told_to_others,
        )

    # ---- What may be said --------------------------------------------------------------------------------------

    def may_say(self, mention: Mention) -> bool:
        if mention.part is Part.GONE:
            return not self._is_coming(mention.person)
        meeting = self.meetings.get(mention.person)
        if meeting is None or meeting.ended_at or meeting.refused or not self._is_coming(mention.person):
            return False
        match mention.part:
            case Part.TOLD:
                return meeting.stage is Stage.TOLD and self._tie_stands(meeting) and self._is_recognized(meeting)
            case Part.CONFIRM:
                to_confirm = meeting.confirmer == self.to.attendee_id and meeting.confirmed_at is None
                return meeting.stage is Stage.CONFIRMING and to_confirm and self._tie_stands(meeting)
            case Part.ASKED:
                unanswered = meeting.side(self.to.attendee_id).answer is None
                return meeting.stage is Stage.ASKED and unanswered and self._tie_stands(meeting)
            case Part.AGREED:
                return meeting.state is MeetingState.AGREED
            case Part.FOLLOW_UP:
                return meeting.stage is Stage.TOLD

    def is_news(self, mention: Mention) -> bool:
        """Whether a letter may be sent because of it; what was agreed and said before is a reminder."""
        return mention.part is not Part.AGREED or mention.note != self._noted_before(mention.person)

    def _is_coming(self, person: str) -> bool:
        return person in self.people and self.people[person].may_be_named

    def _tie_stands(self, meeting: Meeting) -> bool:
        other = meeting.other(self.to.attendee_id)
        if meeting.closeness is Closeness.NEW:
            return self.to.connections_may_be_used and self.people[other].connections_may_be_used
        tie = self.ties.get(other)
        return tie is not None and bool(tie.a_lists_b or tie.b_lists_a)

    def _is_recognized(self, meeting: Meeting) -> bool:
        """Whether the reader may learn who lists them: they are who they claim, or the other said so."""
        if meeting.closeness is Closeness.NEW or meeting.confirmed_at is not None:
            return True
        tie = self.ties[meeting.other(self.to.attendee_id)]
        tie = tie.certain if meeting.closeness is Closeness.KNOWN else tie
        return recognized(
            tie, self.to.attendee_id, fetched=self.to.agreed(Purpose.FETCH), proven=self.to.proven_networks
        )

    def _noted_before(self, person: str) -> str:
        said = [m.note for each in self.history if each.state in SAID for m in each.said if m.person == person]
        return said[-1] if said else ""

    # ---- The letter --------------------------------------------------------------------------------------------

    def letter(self, said: Sequence[Mention]) -> Letter:
        of = {part: [m.person for m in said if m.part is part] for part in Part}
        both_want = [each for each in of[Part.TOLD] if self.meetings[each].state is MeetingState.AGREED]
        only_gone = all(mention.part is Part.GONE for mention in said)
        kind = Kind.RETRACTION if only_gone else Kind.INTRODUCTION
        return Letter(
            event=self.event,
            to_name=self.to.name,
            people=tuple(self._person(each) for each in of[Part.TOLD] if each not in both_want),
            first=not any(each.state in SAID for each in self.history),
            reference=f"{self.event.event_id}.{self.introduction.wave}.{self.to.attendee_id}",
            locale=self.to.locale,
            kind=Kind.FOLLOW_UP if self.introduction.wave == FOLLOW_UP else kind,
            unsubscribe_url=self.links.stop(),
            page_url=self.links.page(),
            confirm=tuple(self._person(each) for each in of[Part.CONFIRM]),
            questions=tuple(self._question(each) for each in of[Part.ASKED]),
            agreed=tuple(self._person(each) for each in (*both_want, *of[Part.AGREED])),
            gone=tuple(self._name_of_gone(each) for each in of[Part.GONE]),
            follow_up=tuple(self._person(each) for each in of[Part.FOLLOW_UP]),
            last=self.introduction.last,
            agreed_by=self.to.consent.agreements[Purpose.INTRODUCE].given_by if self.to.consent else BY_REGISTRATION,
        )

    def _person(self, other_id: str) -> Person:
        other, meeting = self.people[other_id], self.meetings[other_id]
        tie = self.ties.get(other_id)
        profile = where_to_say_hello(tie, self.to.attendee_id, other.identities) if tie else None
        slot = self._slot(meeting.slot_id) if meeting.state is MeetingState.AGREED else None
        return Person(
            name=other.name,
            company=other.company,
            how=self._how(meeting, tie),
            profile_url=profile.url if profile else None,
            profile_network=network_name(profile.network) if profile else "",
            shared_networks=self._shared_networks(other, tie),
            mutuals=self._mutuals(other_id) if meeting.closeness is not Closeness.NEW else (),
            meet_at=slot.starts_at if slot else None,
            meet_where=slot.place if slot else "",
            known=(
                meeting.closeness is not Closeness.NEW
                and tie is not None
                and already_know_each_other(tie, self.to.attendee_id)
            ),
            # What is asked follows from the part in which they stand: who said yes without a name has not confirmed it.
            yes_url=self._link(meeting, Answer.YES),
            not_now_url=self._link(meeting, Answer.NOT_NOW),
            no_url=self._link(meeting, Answer.NEVER),
            met_url=self._link(meeting, Outcome.MET),
            missed_url=self._link(meeting, Outcome.MISSED),
        )

    def _how(self, meeting: Meeting, tie: Match | None) -> str:
        locales = (self.to.locale, self.event.locale)
        if tie is None or meeting.closeness is Closeness.NEW:
            names = [self.people[each].name for each in meeting.introducers if each in self._may_be_named_to_me]
            return how_new(meeting.shared, names, *locales)
        past = past_events.load(events_of_meetings(tie))
        return how_they_know_each_other(tie, self.to.attendee_id, *locales, past_events=past)

    def _question(self, other_id: str) -> Question:
        meeting, locales = self.meetings[other_id], (self.to.locale, self.event.locale)
        tie = self.ties.get(other_id)
        about = (
            asked_about_new(meeting.shared, *locales)
            if tie is None or meeting.closeness is Closeness.NEW
            else asked_about(tie, self.to.attendee_id, *locales)
        )
        return Question(about, self._link(meeting, Answer.YES), self._link(meeting, Answer.NOT_NOW))

    def _name_of_gone(self, person: str) -> str:
        """Empty for somebody who withdrew or is forgotten: they may not be named, not even for this."""
        known = self.people.get(person)
        return known.name if known is not None and not known.erased and known.agreed(Purpose.INTRODUCE) else ""

    def _mutuals(self, other_id: str) -> tuple[str, ...]:
        both = sorted(self.told_to_others.get(other_id, frozenset()) & self._may_be_named_to_me)
        return tuple(self.people[each].name for each in both)[:MOST_MUTUALS]

    @property
    def _may_be_named_to_me(self) -> frozenset[str]:
        """People the reader was told of before, and who may be named still."""
        return frozenset(each for each in _told(self.history) if self._is_coming(each))

    def _shared_networks(self, other: Attendee, tie: Match | None) -> tuple[str, ...]:
        """Networks on which both gave a profile, beside those that the tie itself names."""
        named = {e.network for e in (*tie.a_lists_b, *tie.b_lists_a)} if tie else set()
        both = {i.network for i in self.to.identities} & {i.network for i in other.identities}
        return tuple(sorted(network_name(network) for network in both - named if network != "homepage"))

    def _link(self, meeting: Meeting, answer: Answer | Outcome) -> str:
        return self.links.answer(meeting.reference, answer)

    # ---- The calendar ------------------------------------------------------------------------------------------

    def calendar(self, said: Sequence[Mention]) -> tuple[CalendarPart, ...]:
        """Invitations to slots that are news, and cancellations of those that were told of and are no more."""
        parts = []
        for mention in said:
            before, meeting = self._noted_before(mention.person), self.meetings.get(mention.person)
            if meeting is None or mention.part not in (Part.TOLD, Part.AGREED, Part.GONE):
                continue
            slot = self._slot(meeting.slot_id) if meeting.state is MeetingState.AGREED else None
            earlier = self._slot(before.partition(".")[0])
            if slot is not None and noted(meeting) != before:
                parts.append(request(self._invitation(mention.person, slot, meeting), stamp=self.now))
            elif slot is None and earlier is not None:
                parts.append(cancel(self._invitation(mention.person, earlier, meeting), stamp=self.now))
        return tuple(parts)

    def _invitation(self, other_id: str, slot: Slot, meeting: Meeting):  # type: ignore[no-untyped-def]
        other = self.people.get(other_id)
        name = other.name if other is not None and self._is_coming(other_id) else self._name_of_gone(other_id)
        return invitation_for(
            self.event,
            slot,
            to=Reader(self.to.attendee_id, self.to.name, self.to.email, self.to.locale),
            other=Companion(other_id, name, other.company if other is not None and name else ""),
            sequence=meeting.sequence,
        )

    def _slot(self, slot_id: str | None) -> Slot | None:
        return next((slot for slot in self.event.slots if slot.slot_id == slot_id), None)


def _told(history: Sequence[Introduction]) -> frozenset[str]:
    # Of a message that may have got lost nobody knows whether it told of them.
    return frozenset(each for told in history if told.state in ARRIVED for each in told.told(Part.TOLD))
