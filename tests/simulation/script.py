"""What people, platforms and organizers do in one world, drawn from its seed; a list, so that parts can be left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shared.events import Event, Wave
from shared.slots import Slot
from tests import democon

DAY = 86_400.0
START = democon.START
BEGIN = START - timedelta(days=20)
WAVES = (("first", timedelta(days=14)), ("second", timedelta(days=3)), ("third", timedelta(days=1)))

# Invented, and part of no other word, so that a mail that holds one names its owner.
NAMES = (
    "Quillox", "Brivelk", "Zorvath", "Mympha", "Taxilde", "Gwynzor", "Halvenk", "Ozmilda", "Prukka", "Yevtrix",
    "Wexford-Abbo", "Fjornal",
)  # fmt: skip
STRANGERS = tuple(f"stranger-{number}" for number in range(6))


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is done, at a moment; ``who`` is a number in the cast, -1 the organizer."""

    number: int
    at: float  # seconds since 1970
    who: int
    what: str
    reference: str = ""
    handles: tuple[tuple[str, str], ...] = ()
    agreed: frozenset[str] = frozenset()
    phone: str = ""
    late: float = 0.0  # seconds until it is delivered
    again: tuple[float, ...] = ()  # when it is delivered once more
    source: str = ""
    listed: frozenset[str] = frozenset()  # handles

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.at, UTC)
        name = NAMES[self.who] if self.who >= 0 else "organizer"
        details = [
            self.reference,
            " ".join(f"{network}:{handle}" for network, handle in self.handles),
            "agrees to " + (", ".join(sorted(self.agreed)) or "nothing") if self.what in ("register", "decide") else "",
            f"{self.source}: {', '.join(sorted(self.listed))}" if self.source else "",
            f"arrives {self.late:.0f} s later" if self.late > 60 else "",
            f"and again {len(self.again)} times" if self.again else "",
        ]
        return f"#{self.number} {moment:%m-%d %H:%M:%S} {name} {self.what} {'; '.join(filter(None, details))}"


@dataclass(frozen=True, slots=True)
class Script:
    seed: int
    event: Event
    size: int
    deeds: tuple[Deed, ...] = field(default=())

    def only(self, deeds: Sequence[Deed]) -> Script:
        return replace(self, deeds=tuple(deeds))


def handle_of(who: int) -> str:
    """The handle by which somebody is known everywhere; it is not their name."""
    return f"kx-{who}-handle"


def email_of(who: int) -> str:
    return f"{NAMES[who].lower()}@people.example"


def script_of(seed: int) -> Script:
    """Everything that is going to be done in the world of a seed."""
    return _Author(seed).script()


class _Author:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(f"{seed} script")
        self.size = self.chance.randrange(6, len(NAMES) + 1)
        self.people = range(self.size)
        self.deeds: list[Deed] = []
        self.event = self._event()
        self.moments = [(START - before).timestamp() for _, before in WAVES]
        self.handles: dict[int, tuple[tuple[str, str], ...]] = {}

    def script(self) -> Script:
        self._arrivals()
        self._uploads()
        for _ in range(self.chance.randrange(4, 12)):
            self._change_of_mind()
        for _ in range(self.chance.randrange(3)):
            self._rush()
        self._trouble()
        deeds = sorted(self.deeds, key=lambda deed: deed.at)
        return Script(
            self.seed, self.event, self.size, tuple(replace(deed, number=n) for n, deed in enumerate(deeds, 1))
        )

    def _event(self) -> Event:
        slots = tuple(
            Slot(f"slot-{n}", START + timedelta(hours=n), START + timedelta(hours=n, minutes=15), "the coffee bar", 2)
            for n in range(1, 1 + self.chance.randrange(4))
        )
        return replace(
            democon.EVENT,
            shards=self.chance.randrange(1, 3),
            waves=tuple(Wave(name, START - before) for name, before in WAVES),
            slots=slots,
            people_per_mail=self.chance.choice((2, 3, 5)),
            follow_up=self.chance.random() < 0.8,
        )

    def _when(self, *, early: bool = False) -> float:
        """Any moment; often one at which a wave is at work, for that is where things meet."""
        if early:
            return BEGIN.timestamp() + self.chance.uniform(0, 5 * DAY)
        if self.chance.random() < 0.6:
            return self.chance.choice(self.moments) + self.chance.choice((-1, 1)) * self.chance.expovariate(1 / 4) + 2
        return BEGIN.timestamp() + self.chance.uniform(0, 20.5 * DAY)

    def _late(self) -> float:
        drawn = self.chance.random()
        if drawn < 0.75:
            return self.chance.uniform(0, 2)
        return self.chance.uniform(0, 600) if drawn < 0.9 else self.chance.uniform(0, 3 * DAY)

    def _again(self) -> tuple[float, ...]:
        times = (0, 0, 0, 0, 1, 1, 2)[self.chance.randrange(7)]
        return tuple(
            self.chance.choice((self.chance.uniform(0, 3), self.chance.uniform(0, 3 * DAY))) for _ in range(times)
        )

    def _add(self, at: float, who: int, what: str, **more: object) -> None:
        self.deeds.append(Deed(0, at, who, what, **more))  # type: ignore[arg-type]

    def _agreed(self) -> frozenset[str]:
        drawn = self.chance.random()
        if drawn < 0.8:
            return frozenset({"introduce", "connections"})
        return frozenset({"introduce"}) if drawn < 0.88 else frozenset()

    def _register(self, at: float, who: int, *, agreed: frozenset[str] | None = None, reference: str = "") -> None:
        agreed = self._agreed() if agreed is None else agreed
        phone = ""
        if who % 5 == 4:
            phone, agreed = f"+3319900{who:04}", agreed | {"text_messages"} if agreed else agreed
        self._add(
            at, who, "register", reference=reference or f"T-{who}", handles=self.handles[who], agreed=agreed,
            phone=phone, late=self._late(), again=self._again(),
        )  # fmt: skip

    def _arrivals(self) -> None:
        for who in self.people:
            handle = handle_of(who)
            if self.chance.random() < 0.1:
                # An impostor: the handle of somebody who comes, or of a stranger whom people list.
                handle = self.chance.choice([handle_of(self.chance.choice(self.people)), self.chance.choice(STRANGERS)])
            networks = (("linkedin", handle), ("mastodon", handle))
            self.handles[who] = networks if self.chance.random() < 0.8 else networks[: 1 + self.chance.randrange(2)]
            self._register(self._when(early=self.chance.random() < 0.75), who)

    def _uploads(self) -> None:
        friends = {
            who: {other for other in self.people if other != who and self.chance.random() < 0.35} for who in self.people
        }
        for who in self.people:
            if self.chance.random() < 0.15:
                continue
            mutual = {other for other in friends[who] if who in friends[other] or self.chance.random() < 0.5}
            for source, listed in (("linkedin", mutual), ("mastodon", friends[who])):
                if not listed or self.chance.random() < 0.25:
                    continue
                self._bring(self._when(early=self.chance.random() < 0.6), who, source, listed)
                if self.chance.random() < 0.2:
                    left = {each for each in listed if self.chance.random() < 0.7} or listed
                    self._bring(self._when(), who, source, left)

    def _bring(self, at: float, who: int, source: str, listed: set[int]) -> None:
        handles = {handle_of(each) for each in listed} | set(
            self.chance.sample(STRANGERS, 2 + self.chance.randrange(4))
        )
        at = float(int(at))
        while any(d.who == who and d.what == "upload" and abs(d.at - at) < 2 for d in self.deeds):
            at += 2  # S3 tells the times of uploads apart by the second
        self._add(at, who, "upload", source=source, listed=frozenset(handles))

    def _change_of_mind(self) -> None:
        who, at = self.chance.choice(self.people), self._when()
        match self.chance.randrange(10):
            case 0 | 1:
                self._add(at, who, "cancel", reference=f"T-{who}", late=self._late(), again=self._again())
                if self.chance.random() < 0.4:
                    self._register(at + self.chance.uniform(1, 2 * DAY), who)
            case 2 | 3:
                self._register(at, who)
            case 4 | 5:
                self._add(at, who, "decide", agreed=self._agreed())
                if self.chance.random() < 0.3:
                    self._add(at + self.chance.uniform(1, DAY), who, "decide", agreed=self._agreed())
            case 6:
                self._add(at, who, "stop")
            case 7:
                self._add(at, who, "erase")
            case 8:
                self._register(at, who, reference=f"T-{who}-two")
            case 9:
                self._transfer(at, who)

    def _rush(self) -> None:
        """Several people, or one and the same, do several things at the same moment."""
        at = self._when()
        for who in self.chance.sample(self.people, 2 + self.chance.randrange(3)):
            for _ in range(1 + self.chance.randrange(2)):
                match self.chance.randrange(4):
                    case 0:
                        self._bring(at, who, "mastodon", set(self.chance.sample(self.people, 3)) - {who})
                    case 1:
                        self._add(at + self.chance.uniform(0, 0.3), who, "decide", agreed=self._agreed())
                    case _:
                        self._register(at + self.chance.uniform(0, 0.3), who)

    def _transfer(self, at: float, who: int) -> None:
        """A ticket goes to somebody else, who answers for themselves; often they had one of their own before."""
        to = self.chance.choice(self.people)
        if (
            to != who
            and self.handles[to] != self.handles[who]
            and not any(deed.reference == f"T-{who}-two" for deed in self.deeds)
        ):
            self._register(at, to, reference=f"T-{who}")

    def _trouble(self) -> None:
        if self.chance.random() < 0.25:
            at = self.chance.choice(self.moments) + self.chance.uniform(-60, 10)
            self._add(at, -1, "pause")
            self._add(at + self.chance.choice((30, 600, 0.3 * DAY)), -1, "resume")
        if self.chance.random() < 0.25:
            at = self._when()
            self._add(at, -1, "stop the stream")
            self._add(at + self.chance.uniform(60, 2 * DAY), -1, "start the stream")
        if self.chance.random() < 0.2:
            self._add(self._when(), -1, "poison")
