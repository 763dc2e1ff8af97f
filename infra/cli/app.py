"""The commands by their names, one group after another, and how a command that cannot do its work ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from infra.cli import attendees, event, event_secrets, importing, key, links, wave
from infra.cli.deployment import CHOSEN_STACK
from infra.cli.destroy import destroy
from infra.cli.doctor import doctor
from infra.cli.explain import explain
from infra.cli.match import match
from infra.cli.migrate import migrate
from infra.cli.redrive import redrive
from infra.cli.rehearse import rehearse
from infra.cli.status import status
from infra.cli.terminal import NotDone, say_wrong
from infra.cli.trace import trace
from infra.cli.uploading import NotImported
from infra.cli.version import Version
from infra.cli.who import who
from shared.events import BadEvent
from shared.pipeline.manage_event import SlotsInUse
from shared.pipeline.plan_introductions import Busy, NotPublished
from shared.pipeline.retry_wave import NotToRetry
from shared.pipeline.rotate_key import StillUsed
from shared.services.functions import FunctionFailed
from shared.services.web import Unreachable
from shared.slots import BadSlots
from shared.storage import Conflict
from shared.storage.migrations import NewerData
from shared.tables import UnreadableTable

Commands = Mapping[str, Callable[..., None]]

ALONE: Final[Commands] = {
    "who": who,
    "match": match,
    "rehearse": rehearse,
    "doctor": doctor,
    "status": status,
    "explain": explain,
    "trace": trace,
    "redrive": redrive,
    "migrate": migrate,
    "destroy": destroy,
}
GROUPS: Final[Mapping[str, tuple[str, Commands]]] = {
    "event": (
        "Make, show and end events.",
        {
            "create": event.create,
            "list": event.list_all,
            "show": event.show,
            "slots": event.replace_slots,
            "secret": event_secrets.set_secret,
            "token": event_secrets.set_token,
            "slack": event_secrets.set_slack,
            "link": links.link_of_event,
            "send": wave.send,
            "pause": event.pause,
            "resume": event.resume,
            "delete": event.delete,
        },
    ),
    "attendees": (
        "Who is coming.",
        {
            "import": importing.import_attendees,
            "show": attendees.show,
            "link": links.link_of_attendee,
            "links": links.links_of_attendees,
            "without": attendees.without,
            "prove": attendees.prove,
            "held": attendees.held,
            "withdraw": attendees.withdraw,
            "unsuppress": attendees.unsuppress,
            "erase": attendees.erase,
        },
    ),
    "connections": ("Whom they know.", {"import": importing.import_connections}),
    "wave": ("The moments at which people are told of each other.", {"retry": wave.retry}),
    "links": ("The keys that sign attendees' links.", {"rotate": links.rotate}),
    "key": (
        "The key under which identities are hashed.",
        {"list": key.list_all, "rotate": key.rotate, "forget": key.forget},
    ),
}
# What a person can mend.
MENDABLE: Final = (
    Busy,
    Conflict,
    FunctionFailed,
    NewerData,
    NotDone,
    NotImported,
    NotPublished,
    NotToRetry,
    SlotsInUse,
    StillUsed,
    UnreadableTable,
    Unreachable,
)

app = typer.Typer(
    help="Tells conference attendees who is coming that they already know online.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for name, command in ALONE.items():
    app.command(name)(command)
for name, (purpose, commands) in GROUPS.items():
    group = typer.Typer(help=purpose, no_args_is_help=True)
    for command_name, command in commands.items():
        group.command(command_name)(command)
    app.add_typer(group, name=name)


@app.callback()
def common(
    stack: Annotated[str, typer.Option(envvar="ICEBREAKER_STACK", help="The stack's name.")] = "icebreaker",
    endpoint_url: Annotated[str, typer.Option(help="Where AWS is, if not at AWS; as AWS_ENDPOINT_URL.")] = "",
    _: Version = False,
) -> None:
    CHOSEN_STACK.set(stack)
    if endpoint_url:
        os.environ["AWS_ENDPOINT_URL"] = endpoint_url


def main() -> None:
    """Run the command line; what a person can mend ends in one sentence, not in a traceback."""
    try:
        app()
    except MENDABLE as error:
        say_wrong(str(error))
        sys.exit(1)
    except (BadEvent, BadSlots) as error:
        for problem in error.problems:
            say_wrong(problem)
        sys.exit(1)
