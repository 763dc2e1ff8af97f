"""``icebreaker explain``: why two attendees match, or do not, reason by reason."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from infra.cli.deployment import chosen_deployment
from infra.cli.options import EventId
from infra.cli.terminal import NotDone, console, say
from shared import identities
from shared.pipeline import explain as pipeline


def explain(
    event_id: EventId,
    a: Annotated[str, typer.Argument(metavar="A", help="One attendee's e-mail address.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other's.")],
) -> None:
    """Why two attendees (by address) match, or do not, and what each would be told."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    one, other = identities.email(a), identities.email(b)
    if one is None or other is None:
        raise typer.BadParameter("both must be e-mail addresses")
    try:
        found = pipeline.explain(event, one.handle, other.handle, id_key=deployment.secrets.id_key(event))
    except LookupError as error:
        raise NotDone(str(error)) from None
    table = Table("Who lists", "whom", "on", "as", "since", "from", "weighs", title=f"{found.score:.2f} of 1")
    for reason in found.reasons:
        piece = reason.evidence
        relation = piece.relation.name.lower().replace("_", " ")
        weight = "held" if reason.held else f"{reason.weight:.2f}"
        since = piece.since.isoformat() if piece.since else ""
        table.add_row(
            escape(reason.lister), escape(reason.listed), piece.network, relation, since, piece.source, weight
        )
    console.print(table)
    for name, words in found.told:
        say(f"{name} would be told: {words}")
