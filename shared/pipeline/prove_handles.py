"""Ask the networks whether the handles that an attendee claims are theirs.

Few requests: each handle once, and where its profile proves nothing, the websites that the profile names; no website
twice. What a network could not say now is reported, not raised, so that somebody tries again later.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from shared.attendees import Attendee
from shared.events import Event
from shared.identities import Identity
from shared.proofs import (
    Facts,
    Proof,
    Question,
    ask,
    asks_to_wait,
    code_for,
    find_proof,
    find_proof_at,
    onward,
    sites_of,
)
from shared.services.web import NotPublic, Page, Unreachable
from shared.storage import Conflict, attendees

logger = logging.getLogger(__name__)

MOST_HANDLES: Final = 10
MOST_BYTES: Final = 8 * 1024 * 1024  # of all answers together
# A token is sent to these alone, and only to the network's own API.
_TAKES_TOKEN: Final = {"github": "api.github.com"}


class Asks(Protocol):
    """GET and nothing else; shared.services.web.Web is one."""

    def get(self, url: str, *, host: str, headers: Mapping[str, str] | None = None) -> Page: ...


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of asking."""

    proven: tuple[tuple[Identity, Proof], ...] = ()
    try_later: tuple[Identity, ...] = ()  # could not be asked now
    unproven: tuple[Identity, ...] = ()  # asked, and nothing there names the attendee
    not_asked: tuple[Identity, ...] = ()  # the network shows profiles to nobody, or there were too many handles


def prove(
    attendee: Attendee,
    event: Event,
    web: Asks,
    key: bytes,
    *,
    page_url: str | None = None,
    tokens: Mapping[str, str] | None = None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> Proved:
    """Which of the handles that an attendee claims are shown to be theirs. Never raises for what a network does.

    :param key: the event's key for ids, so that a code holds when the hashing key is changed
    :param page_url: of our page of this attendee, if there is one
    :param tokens: by network, a token of the deployment's for its API: GitHub shows e-mail addresses only with one
    :param out_of_time: whether to stop asking; the rest is to be tried later
    """
    asking = _Asking(web, tokens or {}, out_of_time)
    results: dict[str, list[Identity]] = {"try_later": [], "unproven": [], "not_asked": []}
    proven: list[tuple[Identity, Proof]] = []
    left = MOST_HANDLES
    for identity in dict.fromkeys(attendee.identities):
        question = ask(identity) if left else None
        if question is None:
            results["not_asked"].append(identity)
            continue
        left -= 1
        code = code_for(event.event_id, attendee.attendee_id, identity, key)
        found = asking.about(identity, question, Facts(attendee.email, code, page_url))
        if isinstance(found, Proof):
            proven.append((identity, found))
        else:
            results["try_later" if found is _LATER else "unproven"].append(identity)
    return Proved(tuple(proven), **{name: tuple(identities) for name, identities in results.items()})


class _Later:
    """No answer that means anything; another time there may be one."""


_LATER: Final = _Later()


@dataclass(slots=True)
class _Asking:
    """One attendee's questions, each address asked once."""

    web: Asks
    tokens: Mapping[str, str]
    out_of_time: Callable[[], bool]
    bytes_left: int = MOST_BYTES
    answers: dict[str, Page | _Later | None] = field(default_factory=dict)

    def about(self, identity: Identity, question: Question, facts: Facts) -> Proof | _Later | None:
        """The proof; None where there is none; later where that cannot be said yet."""
        page = self._answer(question, identity.network)
        if identity.network == "homepage":
            page = self._followed(question, page)
        if not isinstance(page, Page):
            return page
        proof = find_proof(identity, page, facts)
        if proof is not None:
            return proof
        unsaid: _Later | None = None
        for site in sites_of(identity, page):
            there = self._followed(site.question, self._answer(site.question))
            if isinstance(there, Page) and (proof := find_proof_at(site, there, facts)) is not None:
                return proof
            unsaid = there if isinstance(there, _Later) else unsaid
        return unsaid

    def _followed(self, question: Question, page: Page | _Later | None) -> Page | _Later | None:
        """The page to which a website sends its visitors, where that is the same site; one step."""
        further = onward(question, page) if isinstance(page, Page) else None
        return self._answer(further) if further is not None else page

    def _answer(self, question: Question, network: str = "") -> Page | _Later | None:
        if question.url not in self.answers:
            self.answers[question.url] = self._asked(question, network)
        return self.answers[question.url]

    def _asked(self, question: Question, network: str) -> Page | _Later | None:
        if self.bytes_left <= 0 or self.out_of_time():
            return _LATER
        headers = dict(question.headers)
        if network in self.tokens and _TAKES_TOKEN.get(network) == question.host:
            headers["Authorization"] = f"Bearer {self.tokens[network]}"
        try:
            page = self.web.get(question.url, host=question.host, headers=headers)
        except NotPublic:
            return None
        except Unreachable:
            logger.info("a network could not be asked about a handle", extra={"network": network or "website"})
            return _LATER
        self.bytes_left -= len(page.body)
        # A token that is not accepted says nothing about the handle; the organizer has to renew it.
        refused = page.status == 401 and "Authorization" in headers
        return _LATER if refused or asks_to_wait(page) else page


def prove_everybody(
    event: Event, *, web: Asks, hashing_key: bytes, id_key: bytes, tokens: Mapping[str, str], now: datetime
) -> Counter[str]:
    """Ask about the handles of everybody who may be named, and keep what is shown.

    :returns: how many handles are proven, by kind of proof, and under "unproven" and "try later" how many are not
    """
    outcome: Counter[str] = Counter()
    for attendee in attendees.load_all(event):
        if not attendee.may_be_named or not attendee.identities:
            continue
        proved = prove(attendee, event, web, id_key, tokens=tokens)
        outcome.update(proof.kind.value for _, proof in proved.proven)
        outcome["unproven"] += len(proved.unproven)
        outcome["try later"] += len(proved.try_later)
        shown = [(identity, proof.kind.value) for identity, proof in proved.proven]
        after = attendee.with_proofs(shown, proved.unproven, now=now)
        if after != attendee:
            try:
                attendees.save_attendee(event, after, attendee, hashing_key=hashing_key)
            except Conflict:
                outcome["try later"] += len(shown)  # registered anew while we asked
    return outcome
