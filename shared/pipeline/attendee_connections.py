"""The attendee's page for bringing connections: by a file, or by having public lists looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from shared.introductions.words import network_name
from shared.pages import Reply
from shared.pages.security import UPLOADS_TO
from shared.pipeline.decide import decide
from shared.pipeline.visit import Visit
from shared.registrations import Purpose
from shared.storage import imports
from shared.storage.imports import ImportReport

# A whole archive of a network; lists alone have less than one.
MOST_BYTES: Final = 100 * 1024 * 1024
_THE_FORMATS: Final = "; those are:"
MOST_KEY_BYTES: Final = 1024  # of S3 and of DynamoDB


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an upload, in words."""

    state: str
    text: str
    rejects: str = ""  # where the rows are that could not be read
    address: str = ""  # where the same is said to the script
    again: str = ""


def show(visit: Visit) -> Reply:
    attendee, words = visit.attendee, visit.words
    key = _key(visit)
    report = _report(visit, key) if key else None
    may_bring = attendee.connections_may_be_used
    if not may_bring:
        return visit.framed("connections.html", "connections", report=report, may_bring=False)
    # The formats are many modules, which no other page needs.
    from shared.connections.formats import FORMATS
    from shared.connections.public import NETWORKS

    networks = [each for each in NETWORKS if any(identity.network == each for identity in attendee.identities)]
    fetches = attendee.agreed(Purpose.FETCH)
    back_to = visit.request.base_url + visit.request.path
    upload = visit.tools.uploads.form(_prefix(visit), attendee.attendee_id, back_to=back_to, most_bytes=MOST_BYTES)
    reply = visit.framed(
        "connections.html",
        "connections",
        report=report,
        may_bring=True,
        fetches=fetches,
        lists=list(_lists(visit, networks, looked_up=fetches)),
        public_networks=words.list_of([network_name(each) for each in networks]),
        upload=upload,
        formats=[(each.name, each.how.splitlines()) for each in FORMATS],
    )
    return Reply(reply.status, reply.body, reply.content_type, {UPLOADS_TO: upload.origin})


def progress(visit: Visit) -> Reply | None:
    """How far the reading of an upload has come, for the script."""
    key = _key(visit)
    if not key:
        return None
    report = _report(visit, key)
    return Reply.json({"state": report.state, "text": report.text})


def post_fetch(visit: Visit) -> Reply | None:
    """Agree to have public lists looked up; the stream of the table does the rest."""
    attendee = visit.attendee
    if not attendee.connections_may_be_used or attendee.consent is None:
        return None
    purposes = attendee.consent.purposes | {Purpose.FETCH}
    if not decide(visit.event, attendee.attendee_id, purposes, hashing_key=visit.hashing_key, now=visit.now):
        return None
    return Reply.to(visit.below("connections"))


def _prefix(visit: Visit) -> str:
    return visit.tools.uploads.prefix_of(visit.event.event_id, visit.attendee.attendee_id)


def _key(visit: Visit) -> str:
    """The upload that the address names; empty where it is none of the attendee's own."""
    key = visit.request.query.get("key", "")
    fits = len(key.encode("utf-8", "replace")) <= MOST_KEY_BYTES
    return key if fits and key.isprintable() and key.startswith(_prefix(visit)) else ""


def _report(visit: Visit, key: str) -> Report:
    found = imports.load(visit.event, key) or ImportReport(key, "connections", "running")
    query = f"?key={quote(key, safe='/')}"
    return Report(
        state=found.state,
        text=_told(visit, found),
        rejects=visit.tools.uploads.link_to(found.rejects) if found.rejects else "",
        address=visit.below("upload.json") + query,
        again=visit.below("connections") + query,
    )


def _told(visit: Visit, found: ImportReport) -> str:
    say = visit.words.say
    if found.state == "refused":
        # Which the formats are stands on the page anyway, each with how to get it.
        reason, is_unknown, _ = found.reason.partition(_THE_FORMATS)
        return say("page.report.unknown" if is_unknown else "page.report.refused", reason=reason.rstrip("."))
    if found.state != "done":
        return say("page.report.running")
    rejected = [say("page.report.rejected", n=found.rejected)] if found.rejected else []
    return " ".join([say("page.report.done", n=found.read), *rejected])


def _lists(visit: Visit, networks: list[str], *, looked_up: bool) -> Iterator[str]:
    """What became of each public list that was looked up, in words."""
    from shared.connections.public import LISTS

    say = visit.words.say
    for source, wanted in LISTS.items():
        if wanted.network not in networks:
            continue
        name = say(f"page.report.{source.rpartition('-')[2]}", network=network_name(wanted.network))
        found = imports.load(visit.event, f"fetch/{source}/{visit.attendee.attendee_id}") if looked_up else None
        if found is None:
            yield say("page.report.list_waiting", list=name)
        elif found.state == "done":
            yield say("page.report.list_done", n=found.read, list=name)
        else:
            yield say(f"page.report.list_{found.state}", list=name)
