"""What may never happen, held against everything that went out and all that is stored in the end.

Each check reads mails as their readers do, the table as it lies there, and the notebook; it yields a sentence for each
thing that is wrong. None of them asks the code that it checks.
"""

from __future__ import annotations

import email
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from itertools import product
from typing import Any

from shared import storage
from shared.events import AT_ONCE, FOLLOW_UP
from shared.introductions import Answer, Part, State
from shared.matching import Evidence
from tests.simulation.containers import within
from tests.simulation.notebook import CONNECTIONS, Standing, Word
from tests.simulation.play import RELATIONS, Play, Sent
from tests.simulation.script import NAMES, email_of

MOST_MAILS = 4
FOREVER = float("inf")
LATEST = timedelta(seconds=10)  # from the last look at the clock until the provider has it
CLOCKS = timedelta(seconds=10)  # by so much they differ, with a message on its way
SILENT_AFTER = 3
Found = Iterator[str]

SOURCES = {"linkedin": "linkedin-connections", "mastodon": "mastodon-following"}
FINAL = frozenset({State.SENT, State.DELIVERED, State.BOUNCED, State.FAILED, State.PARKED, State.RETRACTED})


def problems_of(play: Play) -> list[str]:
    """Everything that is wrong after a play."""
    with within(play.world):
        found = list(play.problems)
        for check in (
            accepted,
            answers,
            messages,
            once,
            no_more_than_enough,
            silence,
            settled,
            matches_at_rest,
            erased,
        ):
            found.extend(f"{check.__name__}: {problem}" for problem in check(play))
    return found


# ---- Accepted means stored -----------------------------------------------------------------------------------------


def accepted(play: Play) -> Found:
    """Every registration answered 2xx is stored in its latest state, and every decision that was acknowledged."""
    for word in play.notebook.words:
        if word.acked is None and word.deed.what not in ("upload", "stop the stream", "start the stream", "poison"):
            yield f"never acknowledged: {word.deed}"
    stored = {play.ids[a.attendee_id]: a for a in storage.attendees.load_all(play.event)}
    for who in range(play.script.size):
        attendee = stored.get(who)
        is_now = Standing(
            known=attendee is not None and bool(attendee.name),
            attending=bool(attendee and attendee.attending),
            agreed=frozenset(attendee.consent.purposes) if attendee and attendee.consent else frozenset(),
            erased=bool(attendee and attendee.erased),
            handles=frozenset((i.network, _bare(i.handle)) for i in attendee.identities) if attendee else frozenset(),
        )
        expected = play.notebook.at_rest(who)
        if not any(_agrees(each, is_now) for each in expected):
            yield f"{NAMES[who]} is stored as {is_now}, and should be {' or '.join(map(str, expected))}"


def answers(play: Play) -> Found:
    """What somebody answered last, and was told is kept, stands in the meeting."""
    gone = _forgotten(play)
    for reply in play.replies:
        others = [each for each in play.replies if (each.who, each.about) == (reply.who, reply.about)]
        is_last = all(each is reply or (each.acked or FOREVER) < reply.begun for each in others)
        if not is_last or reply.acked is None or reply.moot or reply.said not in tuple(Answer):
            continue
        me, other = play.id_of(reply.who), play.id_of(reply.about)
        meeting = storage.meetings.load_of(play.event, me, [other]).get(other)
        if meeting is None or any(who in gone and _may_be_left(play, who) for who in (reply.who, reply.about)):
            continue  # one of the two was erased; a wave that was at work may have begun with the pair anew
        confirmed = reply.said is Answer.YES and meeting.confirmer == me and meeting.confirmed_at is not None
        if meeting.side(me).answer is not reply.said and not confirmed:
            yield f"{NAMES[reply.who]} said {reply.said} about {NAMES[reply.about]}, and {meeting.side(me)} is kept"


def _agrees(expected: Standing, found: Standing) -> bool:
    if expected.erased or found.erased:
        return expected.erased == found.erased
    if not expected.attending and not found.attending and not found.known:
        return True  # all that was said of them was overtaken before it came
    return (expected.attending, expected.agreed, expected.handles) == (found.attending, found.agreed, found.handles)


def _bare(handle: str) -> str:
    return handle.partition("@")[0]


# ---- What was said to whom -------------------------------------------------------------------------------------------


def messages(play: Play) -> Found:
    """Who is named in a message may be named to its reader at that moment."""
    named_to: defaultdict[int, set[int]] = defaultdict(set)
    for sent in play.sent:
        yield from _reader(play, sent)
        if not sent.said and _is_being_forgotten(play, sent):
            continue  # claimed before, and what it said is gone by now
        parts = _parts(play, sent)
        named = _named(sent)
        for who in sorted(named):
            yield from _naming(play, sent, who, parts.get(who), named_to[sent.to])
        count = sum(part is not Part.GONE for part in parts.values())
        if count > play.event.people_per_mail:
            yield f"{_where(sent)}: {count} people in one message"
        if not parts:
            yield f"{_where(sent)}: says nothing"
        if sent.wave != "follow-up" and sent.mail.at > play.event.ends_at + LATEST:
            yield f"{_where(sent)}: goes out after the event"
        named_to[sent.to] |= named | _on_the_page(play, sent)


def once(play: Play) -> Found:
    """Nobody is introduced to the same reader twice, nor asked about, nor taken back without being named again."""
    told: set[tuple[int, int, Part]] = set()
    for sent in play.sent:
        for who, part in _parts(play, sent).items():
            if part is Part.AGREED:
                continue  # a reminder
            if (sent.to, who, part) in told:
                yield f"{_where(sent)}: {NAMES[who]} is {part} once more"
            told.add((sent.to, who, part))
            if part is not Part.GONE:
                told.discard((sent.to, who, Part.GONE))


def _parts(play: Play, sent: Sent) -> dict[int, Part]:
    return {play.ids[mention.person]: mention.part for mention in sent.said}


def _is_being_forgotten(play: Play, sent: Sent) -> bool:
    return any(
        word.deed.what == "erase" and word.deed.who == sent.to and word.possible(sent.mail.step)
        for word in play.notebook.words
    )


def _reader(play: Play, sent: Sent) -> Found:
    step = sent.mail.looked_at
    if not play.notebook.may_be_named(sent.to, step):
        yield f"{_where(sent)}: its reader has cancelled, withdrawn or was forgotten"
    for word in play.notebook.words:
        if word.deed.what == "pause" and word.certain(sent.mail.asked_at):
            resumed = any(each.deed.what == "resume" and each.possible(sent.mail.step) for each in play.notebook.words)
            if not resumed:
                yield f"{_where(sent)}: the event is paused"


def _naming(play: Play, sent: Sent, who: int, part: Part | None, named_before: set[int]) -> Found:
    where, step = f"{_where(sent)}: {NAMES[who]} is named", sent.mail.looked_at
    if part is Part.GONE:
        yield from (f"{where} as gone, {problem}" for problem in _gone(play, sent, who, named_before))
        return
    if not play.notebook.may_be_named(who, step):
        yield f"{where} and has not agreed, or does not come"
    if part is None and who not in named_before:
        yield f"{where} beside others, and was never told of before"
    if part is Part.ASKED:
        yield f"{where} and should only be asked about"
    if part is not None:
        yield from (f"{where} {problem}" for problem in _introducing(play, sent.to, who, step))
    if part not in (None, Part.FOLLOW_UP):
        for one, other in ((sent.to, who), (who, sent.to)):
            if _said_no(play, one, other, step):
                yield f"{where} though {NAMES[one]} said no"


def _gone(play: Play, sent: Sent, who: int, named_before: set[int]) -> Found:
    if who not in named_before and not _may_have_been_named(play, sent.to, who):
        yield "who was never named"
    stands = play.notebook.standings(who, sent.mail.looked_at)
    if not any("introduce" in each.agreed and not each.erased for each in stands):
        yield "who withdrew"


def _introducing(play: Play, reader: int, who: int, step: int) -> Found:
    """Of two who are tied one way only, neither is named before both said yes; nor anybody to a mere claimer."""
    confirmed = _said_yes(play, who, reader, step)
    if not (confirmed and _said_yes(play, reader, who, step)) and not _both_ways(play, reader, who, step):
        yield "before both said yes"
    if not (_lists(play, reader, who, step) or confirmed):
        yield "to somebody who only claims a handle, and was not confirmed"


def _may_have_been_named(play: Play, to: int, who: int) -> bool:
    """Whether there is a message of which nobody can know whether it went out, or of a forgotten reader may be."""
    if any(word.deed.what == "erase" and word.deed.who == to for word in play.notebook.words):
        return True
    return any(
        play.ids[mention.person] == who
        for told in storage.introductions.load_of(play.event, play.id_of(to))
        if told.state is State.PARKED
        for mention in told.said
    )


def _said_yes(play: Play, one: int, other: int, step: int) -> bool:
    return any(
        (reply.who, reply.about, reply.said) == (one, other, Answer.YES) and reply.begun <= step
        for reply in play.replies
    )


def _said_no(play: Play, one: int, other: int, step: int) -> bool:
    replies = [reply for reply in play.replies if (reply.who, reply.about) == (one, other) and not reply.moot]
    replies = [reply for reply in replies if reply.said in tuple(Answer)]
    unsure = [reply for reply in replies if reply.begun <= step and (reply.acked is None or reply.acked > step)]
    heard = [reply for reply in replies if reply.acked is not None and reply.acked <= step]
    return bool(heard) and not unsure and max(heard, key=lambda each: each.begun).said is not Answer.YES


def _claims(play: Play, who: int, step: float) -> set[tuple[str, str]]:
    words = (w for w in play.notebook.words if w.deed.who == who and w.deed.what == "register" and w.possible(step))
    return {pair for word in words for pair in word.deed.handles}


def _lists(play: Play, one: int, other: int, step: float, *, source: str = "") -> bool:
    """Whether somebody ever brought a list on which a handle stands that the other claims."""
    claimed = _claims(play, other, step)
    return any(
        word.possible(step) and (word.deed.source, handle) in claimed
        for word in play.uploads(one)
        for handle in word.deed.listed
        if not source or word.deed.source == source
    )


def _both_ways(play: Play, one: int, other: int, step: float) -> bool:
    connected = any(_lists(play, *pair, step, source="linkedin") for pair in ((one, other), (other, one)))
    return connected or (_lists(play, one, other, step) and _lists(play, other, one, step))


def _named(sent: Sent) -> set[int]:
    text = _text(sent.mail.content)
    return {who for who, name in enumerate(NAMES) if who != sent.to and name.lower() in text}


def _on_the_page(play: Play, sent: Sent) -> set[int]:
    """Whom a text message has no room for: the page to which it leads names all of whom it speaks by name."""
    by_name = (Part.TOLD, Part.AGREED, Part.CONFIRM)
    return (
        set() if _is_mail(sent.mail.content) else {who for who, part in _parts(play, sent).items() if part in by_name}
    )


def _is_mail(content: bytes) -> bool:
    return content.startswith(
        (b"From", b"To", b"Subject", b"MIME", b"Message", b"Date", b"List", b"Reply", b"Content", b"Auto", b"Feedback")
    )


def _text(content: bytes) -> str:
    """All that can be read in a message: its headers, texts, calendar, whatever their encoding."""
    if not _is_mail(content):
        return content.decode().lower()
    message = email.message_from_bytes(content, policy=default)
    headers = " ".join(str(value) for _, value in message.items())
    parts = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    return " ".join([headers, *(part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes))]).lower()


def _where(sent: Sent) -> str:
    return f"mail {sent.mail.at:%m-%d %H:%M:%S} in {sent.wave} to {NAMES[sent.to]}"


def no_more_than_enough(play: Play) -> Found:
    """Nobody gets a message twice, nor more than four."""
    for (to, wave), count in Counter((sent.to, sent.wave) for sent in play.sent if sent.wave).items():
        if count > 1:
            yield f"{NAMES[to]} got the message of {wave} {count} times"
    for to, count in Counter(sent.to for sent in play.sent).items():
        if count > MOST_MAILS:
            yield f"{NAMES[to]} got {count} messages"


def silence(play: Play) -> Found:
    """Whoever did not answer three messages in a row is not written to by a wave that begins after them."""
    for number, sent in enumerate(play.sent):
        begins = _due(play, sent.wave)
        before = [each for each in play.sent[:number] if each.to == sent.to and each.mail.at + CLOCKS < begins]
        last = before[-SILENT_AFTER:]
        if len(last) < SILENT_AFTER:
            continue
        if not any(reply.who == sent.to and reply.begun >= last[0].mail.step for reply in play.replies):
            yield f"{_where(sent)}: nothing was answered since {last[0].wave}"


def _due(play: Play, wave: str) -> datetime:
    if wave.startswith(AT_ONCE):
        return datetime.strptime(wave, f"{AT_ONCE}-%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    known = {each.name: each.at for each in play.event.waves} | {FOLLOW_UP: play.event.follow_up_at}
    return known.get(wave, play.event.starts_at)


# ---- At rest ---------------------------------------------------------------------------------------------------------


def settled(play: Play) -> Found:
    """Nothing is under way any more: what was decided was sent, parked, or taken back."""
    for each in storage.introductions.load_all(play.event):
        if each.state not in FINAL:
            yield f"what {NAMES[play.ids[each.attendee_id]]} was to be told in {each.wave} is {each.state} for ever"


def matches_at_rest(play: Play) -> Found:
    """The matches are those that comparing everybody with everybody gives; the stream alone found them."""
    if play.final_written and not play.streams_gave_up:
        yield f"the stream had left {play.final_written} matches to the last full pass"
    yield from matches_now(play, FOREVER)


def matches_now(play: Play, step: float | None = None) -> Found:
    """The matches are those that comparing everybody with everybody gives."""
    step = play.world.step if step is None else step
    people = range(play.script.size)
    stands = {who: set(play.notebook.standings(who, step)) for who in people}
    lists = {who: list(_lists_at_rest(play, who)) for who in people}
    found: dict[tuple[int, int], frozenset[Evidence]] = {}
    for match in storage.matches.load_all(play.event):
        for one, other in ((match.a, match.b), (match.b, match.a)):
            if match.listed_by(one):
                found[play.ids[one], play.ids[other]] = frozenset(match.listed_by(one))
    for one in people:
        for other in people:
            if one == other:
                continue
            possible = {
                _expected(who_lists, who_is_listed, lists_of_one)
                for who_lists in stands[one]
                for who_is_listed in stands[other]
                for lists_of_one in lists[one]
            }
            if found.get((one, other), frozenset()) not in possible:
                yield f"{NAMES[one]} lists {NAMES[other]} by {found.get((one, other))}, and should by one of {possible}"


def _expected(lister: Standing, listed: Standing, sets: Mapping[str, frozenset[str]]) -> frozenset[Evidence]:
    if not (lister.may_be_named and CONNECTIONS in lister.agreed and listed.may_be_named):
        return frozenset()
    return frozenset(
        Evidence(network, RELATIONS[network], date(2024, 3, 12) if network == "linkedin" else None, SOURCES[network])
        for network, handle in listed.handles
        if handle in sets[network]
    )


def _lists_at_rest(play: Play, who: int) -> Iterator[dict[str, frozenset[str]]]:
    """What may be on somebody's lists in the end, by source."""
    for several in product(*(_list_at_rest(play, who, source) for source in SOURCES)):
        yield dict(zip(SOURCES, several, strict=True))


def _list_at_rest(play: Play, who: int, source: str) -> Iterator[frozenset[str]]:
    """What may be on somebody's list of a source in the end.

    An upload that is refused may be kept all the same, where another attempt got so far before its owner cancelled.
    """
    begun = [word for word in play.uploads(who) if word.deed.source == source and word.begun is not None]
    done = [word for word in begun if _outcome(play, word) == "done"]
    latest = max(done, key=lambda word: word.deed.at, default=None)
    refused = [
        word
        for word in begun
        if _outcome(play, word) == "refused"
        and play.upload_attempts[word.deed.number] > 1
        and (latest is None or word.deed.at > latest.deed.at)
    ]
    if latest is None:
        yield frozenset()
    else:
        yield frozenset() if _is_gone(play, who, source, latest) else latest.deed.listed
    yield from (word.deed.listed for word in refused if not _is_gone(play, who, source, word))


def _outcome(play: Play, word: Word) -> str:
    name = "Connections.csv" if word.deed.source == "linkedin" else "following_accounts.csv"
    report = storage.imports.load(play.event, f"uploads/democon/connections/{word.deed.number}/{name}")
    return "" if report is None else report.state


def _is_gone(play: Play, who: int, source: str, upload: Word) -> bool:
    """Whether it went with its owner, who was forgotten."""
    if not _was_forgotten(play, who, upload):
        return False
    kept = {entry.attendee_id: entry for entry in storage.attendees.directory(play.event)}.get(play.id_of(who))
    return kept is None or SOURCES[source] not in kept.set_digests


def _was_forgotten(play: Play, who: int, upload: Word) -> bool:
    return any(
        word.deed.who == who
        and word.deed.what in ("decide", "stop", "complaint", "erase")
        and CONNECTIONS not in word.deed.agreed
        and (word.acked is None or word.acked >= (upload.begun or 0))
        for word in play.notebook.words
    )


# ---- Erasure ---------------------------------------------------------------------------------------------------------


def erased(play: Play) -> Found:
    """Of whoever was erased nothing is left but an empty entry under their keyed id."""
    gone = _forgotten(play)
    for item in play.world.database.items():
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        content = json.dumps(item, default=repr).lower()
        for who in gone:
            attendee_id = play.id_of(who)
            clear = [NAMES[who].lower(), email_of(who)]
            if any(word in content for word in clear):
                yield f"{NAMES[who]} was erased, and is named in {pk} {sk}"
            if attendee_id not in sk and attendee_id not in content:
                continue
            may_be_left = _may_be_left(play, who)
            for problem in _left_of(item, attendee_id):
                if not (may_be_left and item["kind"]["S"] in ("meeting", "introduction", "matches")):
                    yield f"{NAMES[who]} was erased, and {problem}"


def _forgotten(play: Play) -> set[int]:
    return {who for who in range(play.script.size) if all(each.erased for each in play.notebook.at_rest(who))}


def _may_be_left(play: Play, who: int) -> bool:
    """Whether a wave may have been at work meanwhile, and none came after it that would have put it right."""
    erasures = [word for word in play.notebook.words if word.deed.who == who and word.deed.what == "erase"]
    return all(word.acked is None or word.acked > play.last_wave_at for word in erasures if not word.void)


def _left_of(item: Mapping[str, Any], attendee_id: str) -> Found:
    kind, sk = item["kind"]["S"], item["sk"]["S"]
    if kind == "attendee":
        profile = json.loads(item["profile"]["S"])
        left = profile.keys() - {"erased", "consent"}
        if left:
            yield f"their tombstone keeps {sorted(left)}"
    elif kind == "directory":
        if item.keys() & {"hashes", "sets", "networks"}:
            yield "their entry in the directory is not empty"
    elif kind in ("introduction", "counted_receipt"):
        if kind == "introduction" and sk.startswith(attendee_id):
            yield f"what they were told is kept: {sk}"
    elif attendee_id in sk:  # elsewhere it is the keyed id of somebody whom others knew, and says nothing
        yield f"a {kind} is kept: {sk}"


CHECKS = (accepted, answers, messages, once, no_more_than_enough, silence, settled, matches_at_rest, erased)
