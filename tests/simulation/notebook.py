"""What a bystander knows who was told everything: who said what, and when that was heard. It knows none of the code.

A word counts for certain once it was acknowledged, and may count from when it was first said. Between the two nobody
can know, and the checks allow both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations

from tests.simulation.script import Deed

MOST_UNCERTAIN = 8
INTRODUCE, CONNECTIONS = "introduce", "connections"


@dataclass(eq=False)
class Word:
    """Something that somebody said; ``deed`` says what."""

    deed: Deed
    begun: int | None = None  # the step at which it was first said
    acked: int | None = None  # the step at which it was acknowledged
    void: bool = False  # it was heard, and answered with "there is no such person"

    def certain(self, step: float) -> bool:
        return not self.void and self.acked is not None and self.acked <= step

    def possible(self, step: float) -> bool:
        return not self.void and self.begun is not None and self.begun <= step


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: whether they come, and to what they agree."""

    known: bool
    attending: bool
    agreed: frozenset[str]
    erased: bool
    handles: frozenset[tuple[str, str]]

    @property
    def may_be_named(self) -> bool:
        return self.attending and INTRODUCE in self.agreed and not self.erased


@dataclass
class Notebook:
    words: list[Word] = field(default_factory=list)

    def standings(self, who: int, step: float) -> Iterator[Standing]:
        """Every way in which somebody may stand at a step."""
        concerning = [word for word in self.words if self._concerns(word, who)]
        certain = [word for word in concerning if word.certain(step) and not self._overtaken(word, step)]
        unsure = [word for word in concerning if word.possible(step) and word not in certain][:MOST_UNCERTAIN]
        for some in chain.from_iterable(combinations(unsure, n) for n in range(len(unsure) + 1)):
            yield standing(who, [*certain, *some])

    def may_be_named(self, who: int, step: float) -> bool:
        """Whether somebody may be named, or told of others, as far as anybody can know."""
        return any(each.may_be_named for each in self.standings(who, step))

    def at_rest(self, who: int) -> set[Standing]:
        """How somebody may stand when everything was heard."""
        return set(self.standings(who, float("inf")))

    def _overtaken(self, word: Word, step: float) -> bool:
        """Whether a later word on the same ticket was there first, so that this one may have been passed over."""
        deed = word.deed
        return deed.what == "register" and any(
            other.deed.reference == deed.reference and other.deed.at > deed.at and other.possible(step)
            for other in self.words
            if other.deed.what in ("register", "cancel")
        )

    def _concerns(self, word: Word, who: int) -> bool:
        if word.deed.who == who:
            return True
        references = {each.deed.reference for each in self.words if each.deed.who == who and each.deed.reference}
        return word.deed.what in ("register", "cancel") and word.deed.reference in references


def standing(who: int, words: Iterable[Word]) -> Standing:
    """What these words make of somebody: a ticket's latest state, their own last decision before any registration's."""
    several = list(words)
    tickets: dict[str, tuple[float, bool, int | None]] = {}
    for word in sorted(several, key=lambda each: each.deed.at):
        deed = word.deed
        if deed.what == "register":
            tickets[deed.reference] = (deed.at, True, deed.who)
        elif deed.what == "cancel":
            holder = tickets.get(deed.reference, (0.0, False, None))[2]
            tickets[deed.reference] = (deed.at, False, holder)
    own = [word for word in several if word.deed.who == who]
    decisions = [word for word in own if word.deed.what in ("decide", "stop", "complaint")]
    forms = sorted((word for word in own if word.deed.what == "register"), key=lambda word: word.deed.at)
    agreed: frozenset[str] = forms[-1].deed.agreed if forms else frozenset()
    if decisions:
        agreed = max(decisions, key=lambda word: word.begun or 0).deed.agreed
    return Standing(
        known=bool(forms),
        attending=any(coming and holder == who for _, coming, holder in tickets.values()),
        agreed=agreed,
        erased=any(word.deed.what == "erase" for word in own),
        handles=frozenset(forms[-1].deed.handles) if forms else frozenset(),
    )
