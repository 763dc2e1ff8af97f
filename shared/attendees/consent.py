"""What a person agreed to: each purpose by itself, with its date, by which way it was said, and to which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from shared.registrations import Purpose

BY_REGISTRATION = "registration"
BY_LIST = "list"
BY_PERSON = "person"

ASKED_ON_THE_FORM: Final = "asked on the registration form"
# Of the basis that an organizer gives for a list.
LONGEST_BASIS: Final = 200

# Each version of the words that people agree to: the question in docs/organizers.md, the notice and the switches of
# the page in every language. A test fails when they change without a new version here.
CONSENT_WORDS: Final[Mapping[int, str]] = {1: "91f16af9ce980867", 2: "a4fb8c6b29842790"}
CONSENT_VERSION: Final = max(CONSENT_WORDS)
# Of what was agreed to before versions were kept.
NO_VERSION: Final = 0


@dataclass(frozen=True, slots=True)
class Said:
    """When something was said, and by which way: BY_REGISTRATION, BY_LIST or BY_PERSON."""

    at: datetime
    given_by: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A yes to one purpose."""

    at: datetime  # a yes that is only repeated keeps its date
    given_by: str
    version: int = CONSENT_VERSION  # of the words as they were then
    basis: str = ""  # on what it rests, where a form or a list brought it


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person said to each purpose.

    Their own word on a purpose beats every form and list for good. Forms and lists speak of all other purposes at
    once: the latest of them counts, and what it does not say yes to is a no. So their order does not matter.
    """

    agreements: Mapping[Purpose, Agreement] = field(default_factory=dict)
    refused: Mapping[Purpose, datetime] = field(default_factory=dict)  # by the person's own word
    heard: Said | None = None  # the latest form or list that answered

    @classmethod
    def of(
        cls, purposes: frozenset[Purpose], at: datetime, given_by: str, *, version: int = CONSENT_VERSION
    ) -> Consent:
        """All of it said at once."""
        yes = {each: Agreement(at, given_by, version, usual_basis(given_by)) for each in sorted(purposes)}
        if given_by == BY_PERSON:
            return cls(yes, {each: at for each in Purpose if each not in purposes})
        return cls(yes, heard=Said(at, given_by))

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What was agreed to."""
        return frozenset(self.agreements)

    @property
    def refusals(self) -> Mapping[Purpose, Said]:
        """Every no, the person's own and those that a form or list left open."""
        own = {each: Said(at, BY_PERSON) for each, at in self.refused.items()}
        if self.heard is None:
            return own
        return own | {each: self.heard for each in Purpose if each not in self.agreements and each not in own}

    @property
    def changed_at(self) -> datetime:
        """When anything was said last."""
        return self._last.at

    @property
    def given_by(self) -> str:
        """By which way anything was said last."""
        return self._last.given_by

    @property
    def ended_by_person(self) -> bool:
        """Whether they agree to nothing any more, and said so themselves."""
        return not self.agreements and bool(self.refused)

    @property
    def _last(self) -> Said:
        return max(self._all_said(), key=lambda said: (said.at, said.given_by == BY_PERSON))

    def _all_said(self) -> Iterator[Said]:
        yield from (Said(each.at, each.given_by) for each in self.agreements.values())
        yield from (Said(at, BY_PERSON) for at in self.refused.values())
        if self.heard is not None:
            yield self.heard

    def told(self, purposes: frozenset[Purpose], said: Said, *, basis: str = "") -> Consent:
        """The consent after a form or a list said to what somebody agrees; itself where that is no news."""
        if self.heard is not None and said.at < self.heard.at:
            return self
        if self.heard is not None and said.at == self.heard.at:
            purposes &= self.purposes  # of two answers at one moment the no counts
        own = {each: known for each, known in self.agreements.items() if known.given_by == BY_PERSON}
        new = Agreement(said.at, said.given_by, basis=basis or usual_basis(said.given_by))
        heard = {
            each: _repeated(self.agreements.get(each), new)
            for each in sorted(purposes)
            if each not in own and each not in self.refused
        }
        after = Consent(own | heard, self.refused, said)
        if said.given_by == BY_LIST and self.heard is not None and after.agreements == self.agreements:
            return self  # the same list uploaded again must change nothing
        return after

    def decided(self, answers: Mapping[Purpose, bool], at: datetime) -> Consent:
        """The consent after the person themselves answered for some purposes; said again, a word keeps its date."""
        agreements, refused = dict(self.agreements), dict(self.refused)
        for purpose, yes in answers.items():
            if not yes:
                agreements.pop(purpose, None)
                refused.setdefault(purpose, at)
                continue
            refused.pop(purpose, None)
            if purpose not in agreements or agreements[purpose].given_by != BY_PERSON:
                agreements[purpose] = Agreement(at, BY_PERSON)
        return replace(self, agreements=agreements, refused=refused)


def usual_basis(given_by: str) -> str:
    """On what a yes rests, where nothing else is said."""
    return ASKED_ON_THE_FORM if given_by == BY_REGISTRATION else ""


def _repeated(known: Agreement | None, new: Agreement) -> Agreement:
    if known is None or (known.given_by, new.given_by) == (BY_LIST, BY_REGISTRATION):
        return new  # what they answered themselves says more than the list
    if known.given_by == new.given_by and new.basis:
        return replace(known, basis=new.basis)
    return known
