"""How a consent is written in an attendee's profile, and read; also as it was before each purpose had its own date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.attendees.consent import NO_VERSION, Agreement, Consent, Said, usual_basis
from shared.registrations import Purpose


def write_consent(consent: Consent) -> list[Any]:
    """The purposes, when and by which way anything was said last (as it always was), and then each word by itself.

    Most people say everything at once, so what is as the first three say is left out.
    """
    at, given_by = consent.changed_at, consent.given_by
    agreed: defaultdict[Agreement, list[str]] = defaultdict(list)
    for purpose, agreement in sorted(consent.agreements.items()):
        agreed[agreement].append(purpose.value)
    refused: defaultdict[datetime, list[str]] = defaultdict(list)
    for purpose, refused_at in sorted(consent.refused.items()):
        refused[refused_at].append(purpose.value)
    words: dict[str, Any] = {}
    if agreed:
        words["yes"] = [
            _short([names, each.version, _utc(each.at), each.given_by, each.basis], like=_like(at, given_by, each))
            for each, names in agreed.items()
        ]
    if refused:
        words["no"] = [_short([names, _utc(when)], like=[None, _utc(at)]) for when, names in refused.items()]
    if consent.heard is not None:
        heard = [_utc(consent.heard.at), consent.heard.given_by]
        words["heard"] = _short(heard, like=[_utc(at), given_by])
    return [sorted(consent.purposes), _utc(at), given_by, words]


def read_consent(stored: Sequence[Any]) -> Consent:
    """The consent of which this was kept, in the shape of this release or of an earlier one."""
    names, at_text, given_by, *rest = stored
    at = datetime.fromisoformat(at_text)
    if not rest:
        # One date and one way for everything. A person's own word was then one about every purpose.
        return Consent.of(frozenset(map(Purpose, names)), at, given_by, version=NO_VERSION)
    words: Mapping[str, Any] = rest[0]
    agreements: dict[Purpose, Agreement] = {}
    for group, version, *parts in words.get("yes", ()):
        way = parts[1] if len(parts) > 1 else given_by
        agreement = Agreement(
            datetime.fromisoformat(parts[0]) if parts else at,
            way,
            version,
            parts[2] if len(parts) > 2 else usual_basis(way),
        )
        agreements.update((Purpose(name), agreement) for name in group)
    refused = {
        Purpose(name): datetime.fromisoformat(parts[0]) if parts else at
        for group, *parts in words.get("no", ())
        for name in group
    }
    return Consent(agreements, refused, _heard(words, Said(at, given_by)))


def _heard(words: Mapping[str, Any], last: Said) -> Said | None:
    parts = words.get("heard")
    if parts is None:
        return None
    return Said(datetime.fromisoformat(parts[0]) if parts else last.at, parts[1] if len(parts) > 1 else last.given_by)


def _like(at: datetime, given_by: str, agreement: Agreement) -> list[Any]:
    return [None, None, _utc(at), given_by, usual_basis(agreement.given_by)]


def _short(parts: list[Any], *, like: list[Any]) -> list[Any]:
    """``parts`` without those at the end that are as expected."""
    while parts and parts[-1] == like[len(parts) - 1]:
        parts = parts[:-1]
    return parts


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
