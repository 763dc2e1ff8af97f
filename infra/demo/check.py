"""Hold what the demo made against what the graph and everybody's decisions say must come of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email.message import EmailMessage

from icalendar import Calendar

from infra.cli.offline import match_offline
from infra.demo.cast import FORMATS, Cast, Character, exports
from infra.demo.story import Story
from infra.local import LocalStack
from infra.rehearsal.readers import buttons
from shared import storage
from shared.introductions import Answer, Channel, Introduction, Meeting, MeetingState, Outcome, Part, Stage, State
from shared.introductions.meeting import reference_of
from shared.pipeline.event_progress import funnel

Pair = tuple[str, str]

MOST_MAILS = 4
MOST_PEOPLE = 5
BOTH_ANSWERS = (
    {Answer.YES, Answer.NOT_NOW, Answer.NEVER},
    {Answer.YES, Answer.NEVER},
    {Answer.YES, Answer.NOT_NOW},
    {Outcome.MET, Outcome.MISSED},
)


@dataclass
class Result:
    """What was found, by e-mail address, and what is wrong with it."""

    found: set[Pair] = field(default_factory=set)
    met: set[Pair] = field(default_factory=set)  # both say so
    told: set[Pair] = field(default_factory=set)  # each of the other, and not in the above
    asked: set[Pair] = field(default_factory=set)  # and not told
    summary: dict[str, int | float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # sentences; none if all is well

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def check(stack: LocalStack, cast: Cast, story: Story) -> Result:
    """Compare; nothing here asks the code under test what it should have done."""
    event = story.event
    address = {person.attendee_id: person.email for person in storage.attendees.load_all(event)}
    introductions = list(storage.introductions.load_all(event))
    meetings = {_pair(address[m.a], address[m.b]): m for m in storage.meetings.load_all(event)}
    sent = [i for i in introductions if i.state in (State.SENT, State.DELIVERED)]
    result = Result(
        found={_pair(address[m.a], address[m.b]) for m in storage.matches.load_all(event)},
        met={pair for pair, m in meetings.items() if m.state is MeetingState.MET},
        told={p for p, m in meetings.items() if m.stage is Stage.TOLD and m.state is not MeetingState.MET},
        asked={pair for pair, m in meetings.items() if m.stage is not Stage.TOLD},
    )
    mails, texts = stack.mailbox(), stack.text_messages()
    offline = match_offline(story.folder / "attendees.csv", story.folder / "connections", assume_agreed=False)
    found_offline = {_pair(offline.addresses[m.a], offline.addresses[m.b]) for m in offline.matches}
    _summarize(result, story, cast, sent, meetings, len(found_offline), mails, len(texts))

    expected = cast.expected_pairs()
    must = result.must
    must(set(story.webhook_answers) == {200}, f"webhooks were answered {Counter(story.webhook_answers)}")
    must(set(story.readers.statuses) == {200}, f"pages answered {Counter(story.readers.statuses)}")
    must(all(r.state == "done" for r in story.reports), "an upload was not imported")
    must(result.summary["rejected_rows"] == 1, "not exactly the one broken row was rejected")
    must(not expected - result.found, f"{len(expected - result.found)} pairs were not found")
    must(not result.found - expected, f"{len(result.found - expected)} pairs were found that are none")
    must(found_offline == expected, "icebreaker match found other pairs from the same files")
    _check_introductions(result, cast, address, introductions, meetings)
    _check_fates(result, cast, story, address, introductions, mails)
    _check_manners(result, cast, introductions, mails, len(texts))
    _check_questions(result, address, introductions, mails)
    _check_slots(result, story, address, meetings, mails)
    return result


def _summarize(
    result: Result,
    story: Story,
    cast: Cast,
    sent: list[Introduction],
    meetings: dict[Pair, Meeting],
    found_offline: int,
    mails: list[EmailMessage],
    texts: int,
) -> None:
    numbers, states = funnel(story.event), Counter(m.state for m in meetings.values())
    parts = Counter(mention.part for i in sent for mention in i.said)
    result.summary = {
        "registrations": numbers.registered,
        "agreed": numbers.agreed,
        "webhooks_answered": len(story.webhook_answers),
        "connection_sets": sum(1 for r in story.reports if r.kind == "connections" and r.state == "done"),
        "connections_read": sum(r.read for r in story.reports if r.kind == "connections"),
        "pairs_expected": len(cast.expected_pairs()),
        "pairs_found": len(result.found),
        "pairs_found_offline": found_offline,
        "mails": len(mails),
        "of_them_in_French": sum(mail["Content-Language"] == "fr" for mail in mails),
        "text_messages": texts,
        "questions_without_a_name": parts[Part.ASKED],
        "questions_with_a_name": parts[Part.CONFIRM],
        "answers_by_one_tap": len(story.readers.statuses),
        "pairs_told": sum(m.stage is Stage.TOLD for m in meetings.values()),
        "people_introduced": numbers.introduced,
        "who_both_would_like_to_meet": sum(
            states[state] for state in (MeetingState.AGREED, MeetingState.MET, MeetingState.MISSED)
        ),
        "with_time_and_place": sum(m.slot_id is not None for m in meetings.values()),
        "told_that_somebody_is_not_coming": parts[Part.GONE],
        "pairs_met": states[MeetingState.MET],
        "rejected_rows": sum(r.rejected for r in story.reports),
    }


def _check_introductions(
    result: Result,
    cast: Cast,
    address: dict[str, str],
    introductions: list[Introduction],
    meetings: dict[Pair, Meeting],
) -> None:
    """Who was told, asked and never named, by the graph."""
    must = result.must
    ties = {pair: Tie(cast, *pair) for pair in {*cast.expected_pairs(at_first=True), *cast.expected_pairs()}}
    told: defaultdict[Pair, set[str]] = defaultdict(set)
    for i in introductions:
        for person in i.told(Part.TOLD):
            told[_pair(address[i.attendee_id], address[person])].add(address[i.attendee_id])
    unreached = {cast.the("bounces").email}
    for pair, meeting in meetings.items():
        tie = ties.get(pair)
        yes = all(side.answer is Answer.YES for side in meeting.sides)
        must(tie is not None or meeting.shared > 0, f"{pair} were introduced and nothing ties them")
        if meeting.stage is Stage.TOLD and tie is not None:
            must(tie.both_ways or yes, f"{pair} were told of each other without both having said yes")
            must(tie.nobody_is_in_doubt or meeting.confirmed_at is not None, f"{pair} were told, and nobody confirmed")
        if meeting.stage is Stage.TOLD and tie is None:
            must(yes, f"{pair} share acquaintances and were told without being asked")
        if told[pair] and not (told[pair] & unreached or set(pair) & unreached):
            there = {each for each in pair if cast.by_email[each].is_there}
            must(told[pair] >= there, f"only one of {pair} was told of the other")
    at_once = {pair for pair, tie in ties.items() if tie.both_ways and tie.nobody_is_in_doubt}
    messages = Counter(address[i.attendee_id] for i in introductions if i.said)
    missed = {pair for pair in at_once - meetings.keys() if max(messages[each] for each in pair) < MOST_MAILS - 1}
    must(not missed, f"{len(missed)} pairs who know each other were not told, though both could have been")
    unsettled = Counter(
        i.state.value for i in introductions if i.state in (State.PLANNED, State.PUBLISHED, State.SENDING)
    )
    must(not unsettled, f"introductions are on their way still: {unsettled}")


def _check_fates(
    result: Result,
    cast: Cast,
    story: Story,
    address: dict[str, str],
    introductions: list[Introduction],
    mails: list[EmailMessage],
) -> None:
    """What became of the four to whom something happened."""
    must = result.must
    of = defaultdict(list)
    for i in introductions:
        of[address[i.attendee_id]].append(i)
    ids = {email: attendee_id for attendee_id, email in address.items()}
    for role in ("leaves", "withdraws"):
        gone = ids[cast.the(role).email]
        told_before = {i.attendee_id for i in introductions if gone in i.told(Part.TOLD, Part.CONFIRM, Part.AGREED)}
        hears = Counter(i.attendee_id for i in introductions if gone in i.told(Part.GONE))
        reached = {each for each in told_before if cast.by_email[address[each]].is_there}
        must(bool(told_before), f"nobody was told of {cast.the(role).name} before they left")
        must(set(hears) <= told_before, f"somebody heard that {cast.the(role).name} left who was never told of them")
        must(reached <= set(hears), f"{len(reached - set(hears))} were not told that {cast.the(role).name} left")
        must(max(hears.values(), default=1) == 1, f"somebody was told twice that {cast.the(role).name} left")
    withdrew = cast.the("withdraws").name
    afterwards = [m for m in mails if cast.the("withdraws").email not in m["To"]]
    first = [m for m in afterwards if withdrew in _text(m)]
    heard = {address[i.attendee_id] for i in introductions if ids[cast.the("withdraws").email] in i.told(Part.GONE)}
    for email in heard:
        must(
            sum(email in mail["To"] for mail in first) <= 1,
            f"{withdrew} withdrew and was named afterwards",
        )
    bounced = of[cast.the("bounces").email]
    must([i.state for i in bounced] == [State.BOUNCED], "the mailbox that bounces was written to again")
    late = of[cast.the("comes_late").email]
    must(bool(late) and late[0].wave == story.late_wave, "whoever came late was not introduced at once")


def _check_manners(
    result: Result,
    cast: Cast,
    introductions: list[Introduction],
    mails: list[EmailMessage],
    texts: int,
) -> None:
    must = result.must
    went_out = [i for i in introductions if i.said and i.state in (State.SENT, State.DELIVERED, State.BOUNCED)]
    by_person = Counter(i.attendee_id for i in went_out)
    must(max(by_person.values()) <= MOST_MAILS, f"somebody got more than {MOST_MAILS} messages")
    for i in went_out:
        must(sum(m.part is not Part.GONE for m in i.said) <= MOST_PEOPLE, "a mail tells of more than five people")
    again = Counter((i.attendee_id, m.part, m.person) for i in went_out for m in i.said if m.part is not Part.AGREED)
    must(max(again.values()) == 1, "somebody was told of, or asked about, the same person twice")
    by_channel = Counter(i.channel.value for i in went_out)
    must(by_channel["email"] == len(mails), f"{len(mails)} mails for {by_channel['email']} introductions by mail")
    must(by_channel["text_message"] == texts, "the text messages are not one for each introduction by text message")
    must(all(mail["List-Unsubscribe-Post"] for mail in mails), "a mail has no way out by one click")
    named = [rf"\* {re.escape(person.name)}(,|\n)" for person in cast.people if not person.agreed or person.cancels]
    must(
        not any(re.search("|".join(named), _text(mail)) for mail in mails),
        "somebody is named who never agreed, or cancelled before",
    )
    for mail in mails:
        language = cast.by_email[mail["To"].addresses[0].addr_spec].language
        must(mail["Content-Language"] == language, f"a mail is in {mail['Content-Language']} instead of {language}")


def _check_questions(
    result: Result, address: dict[str, str], introductions: list[Introduction], mails: list[EmailMessage]
) -> None:
    """Whatever a mail asks can be answered there with a yes and with a no."""
    asked: Counter[tuple[str, str]] = Counter()
    for i in introductions:
        if i.channel is Channel.EMAIL and i.state in (State.SENT, State.DELIVERED, State.BOUNCED):
            for mention in i.said:
                if mention.part not in (Part.AGREED, Part.GONE) and not (mention.part is Part.TOLD and mention.note):
                    reference = reference_of(i.event_id, i.attendee_id, mention.person)
                    asked[address[i.attendee_id], reference] += 1
    answerable: Counter[tuple[str, str]] = Counter()
    for mail in mails:
        offered: defaultdict[str, set[Answer | Outcome]] = defaultdict(set)
        for button in buttons(mail):
            offered[button.reference].add(button.answer)
        reader = mail["To"].addresses[0].addr_spec
        answerable.update((reader, reference) for reference, said in offered.items() if said in BOTH_ANSWERS)
    missing = (asked - answerable).total() + (answerable - asked).total()
    result.must(not missing, f"{missing} questions of mails cannot be answered with both a yes and a no")


def _check_slots(
    result: Result, story: Story, address: dict[str, str], meetings: dict[Pair, Meeting], mails: list[EmailMessage]
) -> None:
    must = result.must
    slots = {slot.slot_id: slot for slot in story.event.slots}
    pairs = [m for m in meetings.values() if m.slot_id is not None and m.ended_at is None]
    busy = Counter((person, slots[m.slot_id or ""].starts_at) for m in pairs for person in m.pair)
    must(bool(pairs), "nobody got a time and place")
    must(max(busy.values(), default=0) <= 1, "somebody is to be at two places at once")
    must(
        all(n <= slots[slot].capacity for slot, n in Counter(m.slot_id or "" for m in pairs).items()),
        "more pairs than fit were given one slot",
    )
    invited: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for mail in mails:
        for part in mail.walk():
            if (part.get_filename() or "").endswith(".ics"):
                calendar = Calendar.from_ical(bytes(part.get_payload(decode=True) or b""))
                [entry] = calendar.walk("VEVENT")
                invited[mail["To"].addresses[0].addr_spec][str(entry["UID"])] = str(calendar["METHOD"])
    result.summary["calendar_invitations"] = sum(map(len, invited.values()))
    for person in {each for m in pairs for each in m.pair}:
        theirs = sum(person in m.pair for m in pairs)
        standing = sum(method == "REQUEST" for method in invited[address[person]].values())
        must(standing <= theirs, "a calendar holds a meeting that is none any more")


class Tie:
    """What the exports of two people say of them, by the graph alone."""

    def __init__(self, cast: Cast, a: str, b: str) -> None:
        one, other = cast.by_email[a], cast.by_email[b]
        listed = {
            (lister.email, listed.email): _listed(lister, listed) for lister, listed in ((one, other), (other, one))
        }
        connected = any("linkedin" in networks for networks in listed.values())
        self.both_ways = connected or all(listed.values())
        # Whoever lists nobody is in doubt, unless the other's export has their address.
        doubted = [x for x, y in ((one, other), (other, one)) if not listed[x.email, y.email]]
        self.nobody_is_in_doubt = all(x.found_by_address or _shares_address(cast, x, a, b) for x in doubted)


def _listed(lister: Character, listed: Character) -> set[str]:
    """On which networks an export of the first lists the second."""
    if not lister.uploads or listed.email not in lister.knows:
        return set()
    networks = {network for _, network, _ in FORMATS if network in listed.handles}
    return networks or {"linkedin"}


def _shares_address(cast: Cast, person: Character, a: str, b: str) -> bool:
    """Whether the other's LinkedIn export happens to have the person's address, as a quarter of them do."""
    other = cast.by_email[b if person.email == a else a]
    connections = exports(other, cast).get("Connections.csv", b"").decode()
    return person.email in connections


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _pair(a: str, b: str) -> Pair:
    return (min(a, b), max(a, b))
