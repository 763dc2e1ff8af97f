"""``icebreaker event link``, ``attendees link`` and ``links``, ``links rotate``: links, and the keys that sign them."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from infra.cli.deployment import chosen_deployment, nobody
from infra.cli.options import Email, EventOption, Yes
from infra.cli.terminal import NotDone, errors, say, warn
from shared import identities, storage
from shared.attendees import address_hash_of, attendee_id_of
from shared.links import NEW_EVENT
from shared.pipeline import manage_event
from shared.tables import harmless


def link_of_event(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")] = "",
    new: Annotated[
        bool, typer.Option("--new", help="A link for making events, in the place of one to an event.")
    ] = False,
    hours: Annotated[int, typer.Option(min=1, max=24 * 14, help="How long it can be used to sign in.")] = 24,
) -> None:
    """The link to the event's pages for its organizers; whoever has it can sign in, so hand it on with care."""
    if new == bool(event_id):
        raise typer.BadParameter("either an event's id, or --new for a link by which somebody makes one")
    deployment = chosen_deployment()
    if new:
        # The function that makes the event may not make keys.
        manage_event.make_keys(deployment.secrets)
    opened = NEW_EVENT if new else deployment.event(event_id).event_id
    say(deployment.organizer_link(opened, until=datetime.now(UTC) + timedelta(hours=hours)))
    use = "whoever has it can make events" if new else "for as many sign-ins as there are organizers"
    say(
        f"Good for {hours} hours, {use}; each sign-in lasts 12 hours. `icebreaker links rotate` ends them all.",
        style="dim",
        on=errors,
    )


def link_of_attendee(email: Email, event_id: EventOption) -> None:
    """The link to a person's own page, for whoever lost their mail; it is as good as the person, so mail it to them."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    found = address and storage.attendees.load(
        event, attendee_id_of(event_id, address.handle, deployment.secrets.id_key(event))
    )
    if not found or found.erased:
        raise nobody(event, email)
    say(deployment.links_of(event, found.attendee_id).page())


def links_of_attendees(event_id: EventOption) -> None:
    """The page's link of everybody who agreed to be introduced, as CSV (address, name, link) to mail one to each.

    Each link is as good as the person: no two people may get the same one. Left out is whoever did not agree, is not
    coming, or has an address to which nobody writes any more.
    """
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    key = deployment.secrets.suppression_key()
    agreed = [attendee for attendee in storage.attendees.load_all(event) if attendee.may_be_named]
    hashes = {attendee.attendee_id: address_hash_of(attendee.email, key) for attendee in agreed}
    suppressed = storage.deliverability.suppressed_of(hashes.values())
    rows = [
        (attendee.email, harmless(attendee.name), deployment.links_of(event, attendee.attendee_id).page())
        for attendee in agreed
        if hashes[attendee.attendee_id] not in suppressed
    ]
    if not rows:
        raise NotDone(f"nobody at {event.name} agreed to be introduced, so nobody is to get a link")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["address", "name", "link"])
    writer.writerows(sorted(rows))
    warn(
        f"{len(rows):,} links, each a secret: whoever has it can speak in that person's name. Mail to each address its "
        "own link and no other, and delete the file when that is done."
    )


def rotate(
    revoke: Annotated[bool, typer.Option(help="End every link that went out so far: a key has leaked.")] = False,
    yes: Yes = False,
) -> None:
    """Make a newer key for the links of mails; the last three before it stay good, unless they are revoked.

    Every organizer's link and session ends with it, within ten minutes.
    """
    deployment = chosen_deployment()
    if revoke and not yes:
        typer.confirm("End every link in every mail that went out so far?", abort=True)
    count = deployment.secrets.rotate_link_keys(revoke=revoke)
    say(f"Links are signed with the new key in ten minutes at the latest; keys that are good: {count}.")
