"""``icebreaker event send`` and ``wave retry``: let a wave run now, or once more."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from rich.markup import escape
from rich.table import Table

from infra.cli.deployment import chosen_deployment
from infra.cli.options import EventId, WaveName
from infra.cli.terminal import NotDone, console, say
from shared.pipeline import manage_event
from shared.pipeline.retry_wave import retry_wave
from shared.services.functions import call_and_wait


def send(event_id: EventId, wave: WaveName) -> None:
    """Let a wave run now instead of at its time."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    try:
        manage_event.send_wave_now(event, wave, scheduling=deployment.scheduling, now=datetime.now(UTC))
    except LookupError as error:
        raise NotDone(str(error)) from None
    say(f"The wave {wave} of {event.name} runs within a minute.")


def retry(event_id: EventId, wave: WaveName) -> None:
    """Run a wave again that failed or did not finish, from where it stopped; it takes up to 15 minutes."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    run = partial(call_and_wait, deployment.outputs["PlanIntroductionsArn"])
    done = retry_wave(event, wave, run=run, now=datetime.now(UTC))
    if done.in_steps:
        say("The event is large: the wave is planned in steps, which takes up to an hour.")
        say("The same command says what has become of it, once it is over.")
        return
    say(
        f"{done.planned} messages are new; {done.published} were put on the topic, "
        f"where {done.unsent_before} waited from before."
    )
    table = Table(escape(f"Wave {wave}"), "Messages")
    for state, count in sorted(done.states.items()):
        table.add_row(state.value, str(count))
    console.print(table if table.row_count else "The wave has nobody to tell anything.")
