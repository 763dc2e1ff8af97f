"""The arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")]
EventOption = Annotated[str, typer.Option("--event", "-e", metavar="EVENT", help="The event's id.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")]
AttendeeList = Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="ATTENDEES.csv")]
ConnectionsFolder = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="CONNECTIONS_DIR")]
WaveName = Annotated[str, typer.Argument(metavar="WAVE", help="A wave's name, or follow-up.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the import to end.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
