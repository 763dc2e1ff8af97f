"""Bugs planted on purpose: each takes away one thing that the promises rest on, and some world must notice it.

A simulation that finds nothing might be blind. ``test_planted_bugs`` runs each of these in the world whose number is
beside it, and in others where that one does not notice it any more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from shared.attendees import Attendee
from shared.events import Deliverability
from shared.introductions import Meeting, State, plan, proposals
from shared.pipeline import (
    forget_attendee,
    plan_introductions,
    receive_receipts,
    receive_registration,
    send_notification,
    write_letter,
)
from shared.services import mail
from shared.services.mail import Outcome
from shared.storage import attendees, connection_sets, deliverability, introductions, matches, meetings

registering = sys.modules["shared.attendees.register"]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A planted bug; ``plant`` puts it in place and out again."""

    says: str
    plant: Callable[[], Any]
    noticed_in: int  # the number of a world


def _in_place(target: Any, name: str, new: Any) -> Callable[[], Any]:
    return lambda: patch.object(target, name, new)


def _several(*plants: Callable[[], Any]) -> Callable[[], Any]:
    @contextmanager
    def planted() -> Iterator[None]:
        with ExitStack() as stack:
            for plant in plants:
                stack.enter_context(plant())
            yield

    return planted


def _nothing(*_: Any, **__: Any) -> None:
    return None


# ---- Sending ---------------------------------------------------------------------------------------------------------

_before, _load, _attempt, _kept_state = (
    introductions.before,
    introductions.load,
    mail._attempt,
    introductions.change_state,
)


def _any_state_before(state: State) -> frozenset[State]:
    return frozenset(State) if state is State.SENDING else _before(state)


def _never_under_way(*given: Any) -> Any:
    found = _load(*given)
    return replace(found, state=State.PUBLISHED) if found and found.state is State.SENDING else found


def _unknown_is_a_no(call: Any) -> Any:
    attempt = _attempt(call)
    return replace(attempt, outcome=Outcome.TRY_AGAIN) if attempt.outcome is Outcome.UNKNOWN else attempt


def _as_it_was(event: Any, introduction: Any) -> Any:
    current = introductions.load(event, introduction.attendee_id, introduction.wave)
    return current.state if current else State.RETRACTED


def _noted_first(event: Any, ready: Any, people: Any, publish: Any, now: Any) -> int:
    for each in ready:
        introductions.change_state(event, each, State.PUBLISHED, when_in={State.PLANNED}, now=now)
    publish([plan_introductions._message(event, each, people) for each in ready])
    return len(ready)


# ---- Registrations ---------------------------------------------------------------------------------------------------


def _repetitions_unsaid(registration: Any, **more: Any) -> Any:
    change = registering_register(registration, **more)
    ticket, new = more["ticket"], change.ticket
    same = ticket is not None and new is not None and replace(ticket, changed_at=new.changed_at) == new
    unchanged = (
        [replace(a, consent=None, profile_changed_at=None) for a in change.attendees]
        == [replace(more["holder"], consent=None, profile_changed_at=None)]
        if more["holder"]
        else False
    )
    return registering.Change() if same and unchanged else change


registering_register = registering.register

# ---- Matching --------------------------------------------------------------------------------------------------------


MUTATIONS = (
    Mutation(
        "who withdrew or cancelled is named all the same",
        _in_place(write_letter._Desk, "_is_coming", lambda self, person: person in self.people),
        0,
    ),
    Mutation(
        "coming is agreeing",
        _in_place(Attendee, "may_be_named", property(lambda self: self.attending)),
        0,
    ),
    Mutation(
        "agreeing is coming",
        _in_place(Attendee, "may_be_named", property(lambda self: self.agreed("introduce"))),
        0,
    ),
    Mutation(
        "what is claimed is claimed again",
        _in_place(introductions, "before", _any_state_before),
        14,
    ),
    Mutation(
        "what is being sent is sent again",
        _several(
            _in_place(introductions, "before", _any_state_before), _in_place(introductions, "load", _never_under_way)
        ),
        12,
    ),
    Mutation(
        "no answer is taken for a no",
        _in_place(mail, "_attempt", _unknown_is_a_no),
        0,
    ),
    Mutation(
        "who cannot claim goes away for good",
        _in_place(send_notification, "_as_it_is", _as_it_was),
        13,
    ),
    Mutation(
        "noted as published before it is",
        _in_place(plan_introductions, "_publish", _noted_first),
        0,
    ),
    Mutation(
        "what could not be added is not looked at again",
        _in_place(plan_introductions, "_there_already", lambda *_: []),
        19,
    ),
    Mutation(
        "a paused event sends on",
        _in_place(deliverability, "load", lambda _: Deliverability()),
        3,
    ),
    Mutation(
        "an older state of a ticket counts",
        _in_place(registering, "_is_stale", lambda *_: False),
        6,
    ),
    Mutation(
        "a state said again is not kept",
        _in_place(receive_registration, "register", _repetitions_unsaid),
        58,
    ),
    Mutation(
        "the erased come back",
        _in_place(
            forget_attendee, "erase", lambda attendee, now: replace(registering.erase(attendee, now=now), erased=False)
        ),
        0,
    ),
    Mutation(
        "erasure keeps meetings",
        _in_place(meetings, "delete_of", _nothing),
        0,
    ),
    Mutation(
        "erasure keeps connections",
        _in_place(connection_sets, "delete_of", _nothing),
        0,
    ),
    Mutation(
        "erasure keeps matches",
        _in_place(matches, "delete_of", _nothing),
        0,
    ),
    Mutation(
        "a complaint ends nothing",
        _in_place(receive_receipts, "stop", _nothing),
        4,
    ),
    Mutation(
        "a new set wakes nobody",
        _in_place(attendees, "note_set", _nothing),
        0,
    ),
    Mutation(
        "who claims a handle is who has it",
        _several(
            _in_place(proposals, "recognized", lambda *_, **__: True),
            _in_place(write_letter, "recognized", lambda *_, **__: True),
        ),
        0,
    ),
    Mutation(
        "one yes is enough",
        _in_place(Meeting, "both_want", property(lambda self: any(side.answer == "yes" for side in self.sides))),
        0,
    ),
    Mutation(
        "a no is not heard",
        _in_place(Meeting, "refused", property(lambda _: False)),
        28,
    ),
    Mutation(
        "messages are not counted",
        _several(
            _in_place(plan, "has_room", lambda *_, **__: True),
            _in_place(write_letter, "has_room", lambda *_, **__: True),
        ),
        13,
    ),
    Mutation(
        "nobody's silence is heard",
        _in_place(plan, "is_silent", lambda *_: False),
        16,
    ),
)
