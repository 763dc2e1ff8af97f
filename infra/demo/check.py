"""Hold what the demo made against what the graph and everybody's decisions say must come of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from infra.cli.offline import match_offline
from infra.demo.cast import Cast
from infra.demo.story import Story
from infra.local import LocalStack
from shared import storage
from shared.introductions import State
from shared.pipeline.manage_event import funnel


@dataclass
class Result:
    """What was found, by e-mail address, and what is wrong with it."""

    found: set[tuple[str, str]] = field(default_factory=set)
    introduced: set[tuple[str, str]] = field(default_factory=set)  # (who was told, of whom)
    summary: dict[str, int | float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # sentences; none if all is well


def check(stack: LocalStack, cast: Cast, story: Story) -> Result:
    """Compare; nothing here asks the code under test what it should have done."""
    event = story.event
    address = {person.attendee_id: person.email for person in storage.attendees.load_all(event)}
    matches = storage.matches.load_all(event)
    introductions = list(storage.introductions.load_all(event))
    sent = [i for i in introductions if i.state in (State.SENT, State.DELIVERED)]
    mails, texts = stack.sent_mails(), stack.text_messages()

    result = Result(
        found={_pair(address[m.a], address[m.b]) for m in matches},
        introduced={(address[i.attendee_id], address[p]) for i in sent for p in i.people},
    )
    expected = cast.expected_pairs()
    offline = match_offline(story.folder / "attendees.csv", story.folder / "connections", assume_agreed=False)
    found_offline = {_pair(offline.addresses[m.a], offline.addresses[m.b]) for m in offline.matches}
    numbers = funnel(event)
    result.summary = {
        "registrations": numbers.registered,
        "agreed": numbers.agreed,
        "webhooks_answered": len(story.webhook_answers),
        "connection_sets": sum(1 for r in story.reports if r.kind == "connections" and r.state == "done"),
        "connections_read": sum(r.read for r in story.reports if r.kind == "connections"),
        "pairs_expected": len(expected),
        "pairs_found": len(result.found),
        "pairs_found_offline": len(found_offline),
        "introductions": len(sent),
        "people_introduced": numbers.introduced,
        "pairs_introduced": len({_pair(a, b) for a, b in result.introduced}),
        "mails": len(mails),
        "text_messages": len(texts),
        "rejected_rows": sum(r.rejected for r in story.reports),
    }

    def must(holds: bool, otherwise: str) -> None:
        if not holds:
            result.wrong.append(otherwise)

    must(set(story.webhook_answers) == {200}, f"webhooks were answered {Counter(story.webhook_answers)}")
    must(all(r.state == "done" for r in story.reports), "an upload was not imported")
    must(result.summary["rejected_rows"] == 1, "not exactly the one broken row was rejected")
    must(not expected - result.found, f"{len(expected - result.found)} pairs were not found")
    must(not result.found - expected, f"{len(result.found - expected)} pairs were found that are none")
    must(found_offline == expected, "icebreaker match found other pairs from the same files")
    must(bool(sent), "nobody was introduced")
    must(len(sent) == len(introductions), f"introductions ended as {Counter(i.state.value for i in introductions)}")

    told_pairs = {_pair(a, b) for a, b in result.introduced}
    must(told_pairs <= expected, "somebody was told of a person whom they do not know")
    told = Counter((i.attendee_id, p) for i in sent for p in i.people)
    must(not told or max(told.values()) == 1, "somebody was told of the same person twice")
    by_mail = Counter(address[i.attendee_id] for i in sent if i.channel.value == "email")
    must(by_mail == Counter(to for mail in mails for to in mail.to), "the mails sent are not one for each introduction")
    must(
        len(texts) == sum(i.channel.value == "text_message" for i in sent),
        "the texts are not one for each introduction",
    )
    named = " ".join(mail.text for mail in mails)
    for person in cast.people:
        must(
            person.is_there or not re.search(rf"\* {re.escape(person.name)}(,|\n)", named),
            f"{person.name} is named, who did not agree or cancelled",
        )
    return result


def _pair(a: str, b: str) -> tuple[str, str]:
    return (min(a, b), max(a, b))
