"""One world from a seed: its script is played against the real handlers, everything is drained, and looked at."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from shared import registrations
from shared.attendees import attendee_id_of
from shared.connections import Relation
from shared.introductions import Answer, Introduction, Mention, Outcome, Part
from shared.introductions.meeting import reference_of
from shared.pipeline import manage_event
from shared.pipeline.answer import answer
from shared.pipeline.decide import decide, stop
from shared.pipeline.match_attendees import match_everybody
from shared.pipeline.plan_introductions import publish_waiting
from shared.registrations import Purpose
from shared.services import Secrets, publish
from shared.storage import deliverability, events, introductions
from tests.simulation.cloud import Cloud, Mail
from tests.simulation.containers import SETTINGS, Containers, within
from tests.simulation.database import Database
from tests.simulation.notebook import Notebook, Word
from tests.simulation.script import BEGIN, DAY, NAMES, Deed, Script, email_of
from tests.simulation.world import FaultOf, Task, World

QUIET = 0.2
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
WEBHOOK_SECRET = registrations.new_secret()
ATTEMPTS_BEFORE_LUCK = 6  # after so many failures the next attempt is let through
MOST_ATTEMPTS = 20  # of which the last fourteen meet no fault: what fails then fails for ever
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went out, with what the introduction says it says."""

    mail: Mail
    said: tuple[Mention, ...]
    to: int
    wave: str


@dataclass
class Reply:
    """What somebody answered about somebody."""

    who: int
    about: int
    said: Answer | Outcome
    begun: int
    acked: int | None = None
    moot: bool = False  # there was nothing (any more) to answer


@dataclass
class Play:
    """A script at work; :meth:`run` plays it to its end."""

    script: Script
    containers: Containers
    faults: float = 1.0
    fault_of: FaultOf | None = None
    twice: float = 0.05
    answers: bool = True
    while_at_rest: Callable[[Play], Iterable[str]] = lambda _: ()
    changed: bool = False  # a directory entry, since matches were looked at last
    notebook: Notebook = field(default_factory=Notebook)
    sent: list[Sent] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    pauses: list[tuple[int, int | None, int | None, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        seed = self.script.seed
        chance = random.Random(f"{seed} database")
        self.world = World(seed, BEGIN, faults=self.faults, fault_of=self.fault_of)
        self.world.database = Database(
            now=lambda: self.world.now,
            chance=chance,
            partial=0.1 if self.faults else 0.0,
            late=0.4 if self.faults else 0.0,
            largest_page=chance.choice((None, 2, 3, 7)),
        )
        self.cloud = Cloud(self.world, self.containers, twice=self.twice)
        self.cloud.parameters = {
            "hashing-key": KEY,
            "suppression-key": KEY,
            "link-keys": f"0.{KEY}",
            "webhooks/democon/icebreaker": WEBHOOK_SECRET,
        }
        self.cloud.taken = self._taken
        self.cloud.directory_changed = self._directory_changed
        self.cloud.complained = self._complained
        self.world.ended = self._task_ended
        self.secrets = Secrets(SETTINGS["SECRETS_PATH"], clock=lambda: self.world.now)
        self.event = self.script.event
        self.ids: dict[str, int] = {}
        self.final_written = 0
        self.upload_attempts: Counter[int] = Counter()  # how often each was begun to be read, by the deed's number
        self.last_wave_at = 0  # the step at which the last wave that succeeded began

    # ---- The whole -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        self.containers.cool()
        with within(self.world):
            events.create(self.event)
            key = self.secrets.id_key(self.event)
            self.ids = {attendee_id_of(self.event.event_id, email_of(who), key): who for who in range(len(NAMES))}
            self._schedule()
            for deed in self.script.deeds:
                self._plan(deed)
            last = self.event.follow_up_at.timestamp() + 2 * DAY
            moment = self.world.now
            while moment < last:
                moment += DAY / 4
                self.world.run(until=moment)
                self.world.now = max(self.world.now, moment)
                self._look_at_matches()
                self.cloud.redrive()  # whoever is on call looks at the dead letters
            self.drain()

    def drain(self) -> None:
        """Nothing fails any more; everything that waits is delivered, and what died is tried again."""
        self.world.faults, self.world.fault_of, self.cloud.twice = 0.0, None, 0.0
        self.world.database.partial = self.world.database.late = 0.0
        for task in self.world.tasks:
            task.faulty = False
        self.world.run()
        for shard in self.cloud.shards:
            shard.go_on()
        for _ in range(ROUNDS):
            if deliverability.load(self.event).paused:
                self._resume()
            redriven = self.cloud.redrive()
            self.world.run()
            if not redriven and not self.world.tasks:
                break
        else:
            self.problems.append("dead letters are left that never come to an end")
        self.final_written = match_everybody(self.event)

    def _directory_changed(self) -> None:
        self.changed = True

    def _task_ended(self, task: Task, error: BaseException | None) -> None:
        if task.name.startswith("upload #"):
            self.upload_attempts[int(task.name[len("upload #") :].partition(" ")[0].partition(".")[0])] += 1
        if error is None and task.name.startswith("wave"):
            self.last_wave_at = max(self.last_wave_at, task.begun_at)

    def _look_at_matches(self) -> None:
        """Where everything that changed was matched by the stream alone, look whether it was matched rightly."""
        idle = not self.world.tasks and not any(shard.records for shard in self.cloud.shards)
        uploads = [word for word in self.notebook.words if word.deed.what == "upload" and word.begun is not None]
        if idle and self.changed and all(word.acked is not None for word in uploads) and not self.streams_gave_up:
            self.problems.extend(self.while_at_rest(self))
            self.changed = False

    @property
    def streams_gave_up(self) -> bool:
        return any(shard.given_up for shard in self.cloud.shards)

    def _schedule(self) -> None:
        for wave in self.event.waves:
            self.cloud.schedule({"event_id": self.event.event_id, "wave": wave.name}, wave.at.timestamp(), wave.name)
        if self.event.follow_up:
            event = {"event_id": self.event.event_id, "wave": "follow-up"}
            self.cloud.schedule(event, self.event.follow_up_at.timestamp(), "follow-up")

    # ---- Deeds ---------------------------------------------------------------------------------------------------

    def _plan(self, deed: Deed) -> None:
        word = Word(deed)
        self.notebook.words.append(word)
        insisted = self._insisted(deed)
        if insisted is not None:
            self.world.at(deed.at, lambda: self._insist(word, insisted, 0))
        elif deed.what in ("register", "cancel"):
            body = json.dumps(_payload(deed)).encode()
            self.world.at(deed.at + deed.late, lambda: self._deliver(word, body, 0))
            for n, more in enumerate(deed.again):
                self.world.at(deed.at + deed.late + more, partial(self._deliver_again, word, body, n))
        else:
            at_once = {
                "upload": lambda: self._upload(word),
                "stop the stream": lambda: self._set_streams(True),
                "start the stream": lambda: self._set_streams(False),
                "poison": self._poison,
            }
            self.world.at(deed.at, at_once[deed.what])

    def _insisted(self, deed: Deed) -> Callable[[str], Any] | None:
        """What somebody does until it is said to be done; it hears the id of whom it is about."""
        match deed.what:
            case "decide":
                purposes, every_switch = frozenset(map(Purpose, deed.agreed)), frozenset(Purpose)
                # Somebody who turns each switch speaks of each purpose: no form says anything of one after that.
                return lambda who: decide(
                    self.event,
                    who,
                    purposes,
                    turned=every_switch,
                    hashing_key=self._hashing_key(),
                    now=self.world.moment(),
                )
            case "stop":
                return lambda who: stop(self.event, who, hashing_key=self._hashing_key(), now=self.world.moment())
            case "erase":
                email = email_of(deed.who)
                return lambda _: manage_event.erase_attendee(
                    self.event, email, secrets=self.secrets, now=self.world.moment()
                )
            case "pause":
                return lambda _: deliverability.pause(self.event, "by hand", now=self.world.moment()) or True
            case "resume":
                return lambda _: self._resume()
        return None

    def _insist(self, word: Word, work: Callable[[str], Any], attempt: int) -> None:
        deed = word.deed
        who = self.id_of(deed.who) if deed.who >= 0 else ""
        if attempt == 0 and self._is_deciding(deed.who):
            self.world.after(1, lambda: self._insist(word, work, 0))
            return
        if word.begun is None:
            word.begun = self.world.step

        def done(result: Any, error: BaseException | None) -> None:
            if error is not None:
                if attempt < MOST_ATTEMPTS:
                    self.world.after(self._patience(attempt), lambda: self._insist(word, work, attempt + 1))
                return
            word.acked = self.world.step
            word.void = result is False  # there is nobody of that name (yet)

        task = self.world.start(f"{deed.what} #{deed.number}.{attempt}", lambda: work(who), done)
        if attempt >= ATTEMPTS_BEFORE_LUCK:
            task.faulty = False

    def _is_deciding(self, who: int) -> bool:
        """Whether somebody waits for the answer to something; they do one thing after another."""
        return any(
            word.deed.who == who and word.deed.what in ("decide", "stop", "erase", "pause", "resume")
            for word in self.notebook.words
            if word.begun is not None and word.acked is None
        )

    def _patience(self, attempt: int) -> float:
        return self.cloud.chance.uniform(1, 20) * 2 ** min(attempt, 10)

    def _deliver(self, word: Word, body: bytes, attempt: int) -> None:
        if word.begun is None:
            word.begun = self.world.step

        def answered(result: Any, error: BaseException | None) -> None:
            status = result["statusCode"] if error is None else 500
            if 200 <= status < 300:
                word.acked = self.world.step if word.acked is None else word.acked
            elif status >= 500 and attempt >= MOST_ATTEMPTS:
                self.problems.append(f"{word.deed} is never taken")
            elif status >= 500:
                self.world.after(self._patience(attempt), lambda: self._deliver(word, body, attempt + 1))
            else:
                self.problems.append(f"{word.deed} was answered with {status}: {result['body']}")

        task = self._post(f"{word.deed.what} #{word.deed.number}.{attempt}", body, answered)
        if attempt >= ATTEMPTS_BEFORE_LUCK:
            task.faulty = False

    def _deliver_again(self, word: Word, body: bytes, number: int) -> None:
        if word.begun is None:
            word.begun = self.world.step
        self._post(f"{word.deed.what} #{word.deed.number} again {number}", body, lambda *_: None)

    def _post(self, name: str, body: bytes, then: Callable[[Any, BaseException | None], None]) -> Any:
        signed = registrations.sign("icebreaker", body, WEBHOOK_SECRET, delivery_id="msg", now=self.world.moment())
        path = "/events/democon/registrations/icebreaker"
        event = {
            "version": "2.0",
            "routeKey": "POST /events/{event_id}/registrations/{platform}",
            "rawPath": path,
            "headers": signed,
            "queryStringParameters": {},
            "requestContext": {"http": {"method": "POST", "path": path}, "requestId": "r", "stage": "$default"},
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        return self.cloud.invoke("receive_registration", event, name, then)

    def _upload(self, word: Word) -> None:
        deed = word.deed
        name, body = _export(deed)
        key = f"uploads/democon/connections/{deed.number}/{name}"
        self.cloud.objects[key] = (body, {"owner": email_of(deed.who)}, self.world.now)
        word.begun = self.world.step
        event = {
            "version": "0",
            "id": "1",
            "detail-type": "Object Created",
            "source": "aws.s3",
            "detail": {"bucket": {"name": "uploads"}, "object": {"key": key, "size": len(body)}},
        }

        def done() -> None:
            word.acked = self.world.step if word.acked is None else word.acked

        self.cloud.asynchronously("import_upload", event, f"upload #{deed.number}", done=done)

    def _set_streams(self, paused: bool) -> None:
        for shard in self.cloud.shards:
            shard.paused = paused
            if not paused:
                shard.go_on()

    def _poison(self) -> None:
        for body in ("no JSON", "{}", json.dumps({"version": 1, "kind": "introduction", "event_id": "gone"})):
            self.cloud.emails.put(body, poison=True)
            event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": body}}]}
            self.cloud.asynchronously("receive_receipts", event, f"poison {body[:4]}", poison=True)

    def _resume(self) -> None:
        deliverability.resume(self.event)
        to_topic = partial(publish, SETTINGS["TOPIC_ARN"])
        publish_waiting(self.event, publish=to_topic, now=self.world.moment())

    def _complained(self, mail: Mail) -> Callable[[], None]:
        """Somebody reports a mail as unwanted, which ends everything for them."""
        word = Word(Deed(0, self.world.now, self.ids[mail.attendee_id], "complaint"), begun=self.world.step)
        self.notebook.words.append(word)

        def heard() -> None:
            word.acked = self.world.step if word.acked is None else word.acked

        return heard

    # ---- Mails, and what is answered to them -----------------------------------------------------------------------

    def _taken(self, mail: Mail) -> None:
        task, self.world.current = self.world.current, None
        try:
            to, wave = self.ids[mail.attendee_id], mail.wave
            stored = introductions.load(self.event, mail.attendee_id, wave)
        finally:
            self.world.current = task
        sent = Sent(mail, stored.said if stored else (), to, wave)
        self.sent.append(sent)
        # Some read and never answer.
        quiet = random.Random(f"{self.script.seed} quiet {to}").random() < QUIET
        if stored and self.answers and not quiet:
            for mention in stored.said:
                self._think_about(sent, mention, stored)

    def _think_about(self, sent: Sent, mention: Mention, told: Introduction) -> None:
        about = self.ids[mention.person]
        chance = random.Random(f"{self.script.seed} {sent.to} {about} {mention.part} {told.wave}")
        drawn, wait = chance.random(), chance.choice((chance.uniform(1, 20), chance.uniform(20, 2 * DAY)))
        if mention.part is Part.FOLLOW_UP:
            said: Answer | Outcome | None = Outcome.MET if drawn < 0.4 else Outcome.MISSED if drawn < 0.5 else None
        elif mention.part is Part.GONE:
            return
        else:
            said = (
                Answer.YES
                if drawn < 0.65
                else Answer.NOT_NOW
                if drawn < 0.72
                else Answer.NEVER
                if drawn < 0.76
                else None
            )
        if said is not None:
            name = f"answer {sent.to} about {about} in {told.wave}"
            self.world.after(wait, lambda: self._answer(Reply(sent.to, about, said, self.world.step), name, 0))

    def _answer(self, reply: Reply, name: str, attempt: int) -> None:
        if attempt == 0:
            reply.begun = self.world.step
            self.replies.append(reply)
        me, other = self.id_of(reply.who), self.id_of(reply.about)
        reference = reference_of(self.event.event_id, me, other)

        def done(result: Any, error: BaseException | None) -> None:
            if error is not None and attempt < MOST_ATTEMPTS:
                self.world.after(self._patience(attempt), lambda: self._answer(reply, name, attempt + 1))
            else:
                reply.acked, reply.moot = self.world.step, result is None

        task = self.world.start(
            f"{name}.{attempt}", lambda: answer(self.event, me, reference, reply.said, now=self.world.moment()), done
        )
        if attempt >= ATTEMPTS_BEFORE_LUCK:
            task.faulty = False

    # ---- Helpers -------------------------------------------------------------------------------------------------

    def id_of(self, who: int) -> str:
        return next(attendee_id for attendee_id, each in self.ids.items() if each == who)

    def _hashing_key(self) -> bytes:
        return self.secrets.hashing_key(self.event)

    def uploads(self, who: int) -> Sequence[Word]:
        return [word for word in self.notebook.words if word.deed.what == "upload" and word.deed.who == who]


def _payload(deed: Deed) -> dict[str, Any]:
    at = datetime.fromtimestamp(deed.at, UTC).isoformat()
    if deed.what == "cancel":
        return {"type": "registration.cancelled", "timestamp": at, "data": {"reference": deed.reference}}
    return {
        "type": "registration.updated",
        "timestamp": at,
        "data": {
            "reference": deed.reference,
            "name": NAMES[deed.who],
            "email": email_of(deed.who),
            "handles": dict(_written(deed.handles)),
            "agreed": sorted(deed.agreed),
            **({"phone": deed.phone} if deed.phone else {}),
        },
    }


def _written(handles: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(n, f"linkedin.com/in/{h}" if n == "linkedin" else f"@{h}@fosstodon.org") for n, h in handles]


RELATIONS = {"linkedin": Relation.CONNECTED, "mastodon": Relation.FOLLOWS}


def _export(deed: Deed) -> tuple[str, bytes]:
    if deed.source == "linkedin":
        header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        rows = "".join(f",,https://www.linkedin.com/in/{each},,,,12 Mar 2024\n" for each in sorted(deed.listed))
        return "Connections.csv", (header + rows).encode()
    header = "Account address,Show boosts,Notify on new posts,Languages\n"
    rows = "".join(f"{each}@fosstodon.org,true,false,\n" for each in sorted(deed.listed))
    return "following_accounts.csv", (header + rows).encode()
