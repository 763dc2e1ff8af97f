"""The arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")]
EventOption = Annotated[str, typer.Option("--event", "-e", help="The event's id.")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
AttendeeList = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="ATTENDEES.csv")]
ConnectionsFolder = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="CONNECTIONS_DIR")]
WaveName = Annotated[str, typer.Argument(help="A wave's name, or follow-up.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the import to end.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
