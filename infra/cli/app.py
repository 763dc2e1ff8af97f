"""The commands, each a few lines around one call."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, track
from rich.table import Column, Table

from infra.cli.deployment import Deployment, NoDeployment, find_deployment
from infra.cli.destroy import destroy
from infra.cli.doctor import doctor
from infra.cli.funnel_tables import show_funnel
from infra.cli.migrate import migrate
from infra.cli.offline import match_offline, write_pairs
from infra.cli.rehearse import rehearse
from infra.cli.trace import trace
from infra.cli.uploading import NotImported, download, upload, wait_for_report
from infra.cli.who import who
from shared import identities, registrations, storage
from shared.attendees import address_hash_of, attendee_id_of
from shared.attendees.consent import LONGEST_BASIS
from shared.events import BadEvent, Event, event_from_toml
from shared.links import NEW_EVENT
from shared.pipeline import manage_event
from shared.pipeline import post_to_slack as slack
from shared.pipeline import redrive as dead_letters
from shared.pipeline.event_progress import funnel, without_anyone
from shared.pipeline.explain import explain, held_handles
from shared.pipeline.manage_event import SlotsInUse
from shared.pipeline.plan_introductions import Busy, NotPublished, publish_waiting
from shared.pipeline.prove_handles import prove_everybody
from shared.pipeline.redrive import RESOURCES
from shared.pipeline.retry_wave import NotToRetry, retry_wave
from shared.pipeline.rotate_key import StillUsed, forget_key, key_versions, rotate_event_key
from shared.services import DeadLetters, publish
from shared.services.functions import FunctionFailed, call_and_wait
from shared.services.web import Unreachable, Web
from shared.slots import BadSlots, Slot, slots_from_ics, slots_from_toml
from shared.storage.imports import ImportReport
from shared.storage.migrations import NewerData
from shared.tables import UnreadableTable

app = typer.Typer(
    help="Tells conference attendees who is coming that they already know online.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
event_app = typer.Typer(help="Make, show and end events.", no_args_is_help=True)
attendees_app = typer.Typer(help="Who is coming.", no_args_is_help=True)
connections_app = typer.Typer(help="Whom they know.", no_args_is_help=True)
key_app = typer.Typer(help="The key under which identities are hashed.", no_args_is_help=True)
app.add_typer(event_app, name="event")
app.add_typer(attendees_app, name="attendees")
app.add_typer(connections_app, name="connections")
wave_app = typer.Typer(help="The moments at which people are told of each other.", no_args_is_help=True)
app.add_typer(wave_app, name="wave")
links_app = typer.Typer(help="The keys that sign attendees' links.", no_args_is_help=True)
app.add_typer(links_app, name="links")
app.add_typer(key_app, name="key")
app.command("who")(who)
app.command("rehearse")(rehearse)

for command in (doctor, trace, migrate, destroy):
    app.command()(command)

console = Console()
errors = Console(stderr=True)

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")]
EventOption = Annotated[str, typer.Option("--event", "-e", help="The event's id.")]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the import to end.")]


class _Options:
    stack_name = "icebreaker"


@app.callback()
def common(
    stack: Annotated[str, typer.Option(envvar="ICEBREAKER_STACK", help="The stack's name.")] = "icebreaker",
    endpoint_url: Annotated[str, typer.Option(help="Where AWS is, if not at AWS; as AWS_ENDPOINT_URL.")] = "",
) -> None:
    _Options.stack_name = stack
    if endpoint_url:
        os.environ["AWS_ENDPOINT_URL"] = endpoint_url


def main() -> None:
    """Run the command line; what a person can mend ends in one sentence, not in a traceback."""
    try:
        app()
    except (
        NoDeployment,
        NotImported,
        UnreadableTable,
        SlotsInUse,
        StillUsed,
        storage.Conflict,
        NewerData,
        Unreachable,
        NotPublished,
        NotToRetry,
        Busy,
        FunctionFailed,
    ) as error:
        _say_wrong(str(error))
        sys.exit(1)
    except (BadEvent, BadSlots) as error:
        for problem in error.problems:
            _say_wrong(problem)
        sys.exit(1)


def _say_wrong(sentence: str) -> None:
    # What people typed may look like markup.
    errors.print(sentence, style="red", soft_wrap=True, markup=False, highlight=False)


def _deployment() -> Deployment:
    return find_deployment(_Options.stack_name)


@event_app.command("create")
def create_event(file: ExistingFile) -> None:
    """Make an event of a TOML file: its webhook, its secret (shown once), and the schedule of each wave."""
    event = event_from_toml(file.read_text())
    deployment = _deployment()
    created = manage_event.create_event(
        event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=datetime.now(UTC)
    )
    console.print(f"{event.name} is ready.", style="bold", markup=False, highlight=False)
    console.print(f"Webhook:  {deployment.webhook_url(event.event_id, manage_event.OWN_PLATFORM)}", soft_wrap=True)
    console.print(f"Secret:   {created.webhook_secret}   (shown only now)", soft_wrap=True)
    console.print(f"Waves:    {len(created.schedules)} of {len(event.waves)} still to come")


@event_app.command("secret")
def set_secret(
    event_id: EventId,
    platform: Annotated[str, typer.Argument(help=f"One of: {', '.join(registrations.platforms)}.")],
    generate: Annotated[bool, typer.Option(help="Make a new one instead of asking for it.")] = False,
) -> None:
    """Set the secret of a platform's webhook; the one before it stays valid beside it."""
    if platform not in registrations.platforms:
        raise typer.BadParameter(f"{platform!r} is none of {', '.join(registrations.platforms)}")
    deployment = _deployment()
    deployment.event(event_id)
    # Where a platform signs nothing, nobody but us can make the secret that it is to show.
    generate = generate or registrations.shows_a_token(platform)
    secret = (
        registrations.new_secret() if generate else typer.prompt(f"The secret {platform} signs with", hide_input=True)
    )
    deployment.secrets.add_webhook_secret(event_id, platform, secret.strip())
    console.print(f"Webhook:  {deployment.webhook_url(event_id, platform)}", soft_wrap=True)
    if generate:
        console.print(f"Secret:   {secret}   (shown only now)", soft_wrap=True)
    if registrations.shows_a_token(platform):
        console.print(
            f"{platform} sends it in the header Authorization; where only an address can be entered, enter this one:\n"
            f"{deployment.webhook_url_with_token(event_id, platform, secret)}",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )
    if platform in registrations.APIS:
        console.print(f"{platform} only says what changed: set its API token with `icebreaker event token` too.")


WITH_TOKENS = (*registrations.APIS, "github")


@event_app.command("token")
def set_token(
    event_id: EventId, platform: Annotated[str, typer.Argument(help=f"One of: {', '.join(WITH_TOKENS)}.")]
) -> None:
    """Set the token with which a platform's API is asked (reading is enough).

    For ticketing platforms that only point at orders; and for GitHub, which answers more often whom it knows.
    """
    if platform not in WITH_TOKENS:
        raise typer.BadParameter(f"{platform!r} is none of {', '.join(WITH_TOKENS)}")
    deployment = _deployment()
    event = deployment.event(event_id)
    token = typer.prompt(f"The API token of {platform}", hide_input=True).strip()
    deployment.secrets.set_api_token(event_id, platform, token)
    known = platform in registrations.APIS
    host = registrations.host_of(platform, event.platform_settings(platform)) if known else "api.github.com"
    console.print(f"Set. It is shown to {host} and to nobody else.")


@event_app.command("slack")
def set_slack(
    event_id: EventId, off: Annotated[bool, typer.Option("--off", help="Tell it nowhere any more.")] = False
) -> None:
    """Set where each wave is told in one line: an incoming webhook of Slack, Mattermost, Rocket.Chat or Discord.

    One line is posted there at once; the address is kept only if it is taken. For Discord, add /slack to the address.
    """
    deployment = _deployment()
    event = deployment.event(event_id)
    if off:
        deployment.secrets.set_slack_address(event_id, None)
        console.print("Done. Nothing is posted any more, at the latest in five minutes.")
        return
    address = typer.prompt("The address of the incoming webhook", hide_input=True).strip()
    host = slack.set_address(event, address, secrets=deployment.secrets, web=Web())
    console.print(f"Set. {host} took a first line; nobody else is shown the address.")
    if "SlackDeadLettersUrl" not in deployment.outputs:
        console.print("This stack posts nothing yet: deploy it again with SlackSubscriber=yes.", style="yellow")


@event_app.command("list")
def list_events() -> None:
    """Every event of the stack."""
    _deployment()
    table = Table("Event", "Name", "Starts", "Waves")
    for event in sorted(storage.events.load_all(), key=lambda e: e.starts_at):
        waves = ", ".join(wave.name for wave in event.waves)
        table.add_row(event.event_id, event.name, f"{event.starts_at:%Y-%m-%d %H:%M %Z}", waves)
    console.print(table)


@event_app.command("show")
def show_event(event_id: EventId) -> None:
    """One event's settings, waves and slots."""
    deployment = _deployment()
    event = deployment.event(event_id)
    zone = event.starts_at.tzinfo
    table = Table("", Column(overflow="fold"), show_header=False)
    for label, value in (
        ("Name", event.name),
        ("When", f"{event.starts_at:%Y-%m-%d %H:%M} to {event.ends_at:%Y-%m-%d %H:%M} {event.time_zone}"),
        ("Where", event.place),
        ("Organizer", f"{event.organizer} <{event.contact}>"),
        ("Say hello at", event.meeting_point),
        ("People a mail", str(event.people_per_mail)),
        ("Text messages", f"for at most {event.text_message_budget:.2f} US dollars"),
        ("Asks if they met", f"{event.follow_up_at.astimezone(zone):%Y-%m-%d %H:%M}" if event.follow_up else "no"),
        ("Deleted on", f"{event.expires_at:%Y-%m-%d}"),
        ("Webhook", deployment.webhook_url(event_id, manage_event.OWN_PLATFORM)),
        *((f"Wave {w.name}", f"{w.at.astimezone(zone):%Y-%m-%d %H:%M}") for w in event.waves),
    ):
        table.add_row(label, escape(value))
    console.print(table)
    if event.slots:
        _show_slots(event)


def _show_slots(event: Event) -> None:
    table = Table("From", "To", "Where", "Pairs", "Rank", "Id", title="Slots")
    for slot in event.slots:
        when = f"{slot.starts_at:%Y-%m-%d %H:%M}", f"{slot.ends_at:%H:%M}"
        table.add_row(*when, escape(slot.place), str(slot.capacity), str(slot.rank), slot.slot_id)
    console.print(table)


@event_app.command("slots")
def replace_slots(
    event_id: EventId,
    file: ExistingFile,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many pairs fit where a calendar's event does not say.")
    ] = None,
) -> None:
    """Put the times and places of a calendar (.ics) or TOML file ([[slot]]) in the place of the event's."""
    event = _deployment().event(event_id)
    slots = _slots_in(file, event, capacity)
    if not slots:
        raise BadSlots(["the file has no slots that could take the place of the event's; nothing was changed"])
    _show_slots(manage_event.replace_slots(event, slots))


def _slots_in(file: Path, event: Event, capacity: int | None) -> tuple[Slot, ...]:
    zone, kind = ZoneInfo(event.time_zone), file.suffix.lower()
    if kind == ".ics":
        return slots_from_ics(file.read_bytes(), zone, capacity)
    if kind != ".toml":
        raise typer.BadParameter("must be a calendar (.ics) or a .toml file with [[slot]] tables", param_hint="FILE")
    if capacity is not None:
        raise typer.BadParameter("a TOML file says it itself, for each slot", param_hint="--capacity")
    return slots_from_toml(file.read_text(encoding="utf-8"), zone)


@event_app.command("link")
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
    deployment = _deployment()
    if new:
        # The function that makes the event may not make keys.
        manage_event.make_keys(deployment.secrets)
    opened = NEW_EVENT if new else deployment.event(event_id).event_id
    until = datetime.now(UTC) + timedelta(hours=hours)
    console.print(deployment.organizer_link(opened, until=until), soft_wrap=True, markup=False, highlight=False)
    use = "whoever has it can make events" if new else "for as many sign-ins as there are organizers"
    errors.print(
        f"Good for {hours} hours, {use}; each sign-in lasts 12 hours. `icebreaker links rotate` ends them all.",
        style="dim",
    )


@event_app.command("send")
def send_wave(event_id: EventId, wave: Annotated[str, typer.Argument(help="A wave's name, or follow-up.")]) -> None:
    """Let a wave run now instead of at its time."""
    deployment = _deployment()
    event = deployment.event(event_id)
    try:
        manage_event.send_wave_now(event, wave, scheduling=deployment.scheduling, now=datetime.now(UTC))
    except LookupError as error:
        raise NoDeployment(str(error)) from None
    console.print(f"The wave {wave} of {event.name} runs within a minute.", markup=False, highlight=False)


@wave_app.command("retry")
def retry(event_id: EventId, wave: Annotated[str, typer.Argument(help="A wave's name, or follow-up.")]) -> None:
    """Run a wave again that failed or did not finish, from where it stopped; it takes up to 15 minutes."""
    deployment = _deployment()
    event = deployment.event(event_id)
    run = partial(call_and_wait, deployment.outputs["PlanIntroductionsArn"])
    done = retry_wave(event, wave, run=run, now=datetime.now(UTC))
    if done.in_steps:
        console.print("The event is large: the wave is planned in steps, which takes up to an hour.", soft_wrap=True)
        console.print("The same command says what has become of it, once it is over.", soft_wrap=True)
        return
    console.print(
        f"{done.planned} messages are new; {done.published} were put on the topic, "
        f"where {done.unsent_before} waited from before.",
        highlight=False,
    )
    table = Table(escape(f"Wave {wave}"), "Messages")
    for state, count in sorted(done.states.items()):
        table.add_row(state.value, str(count))
    console.print(table if table.row_count else "The wave has nobody to tell anything.")


@event_app.command("pause")
def pause_event(event_id: EventId) -> None:
    """Send nothing more for an event until it is resumed; what is due meanwhile waits."""
    event = _deployment().event(event_id)
    if not storage.deliverability.pause(event, "by hand", now=datetime.now(UTC)):
        console.print(f"{event.name} was paused already.")
        return
    console.print(f"{event.name} is paused. `icebreaker event resume {event_id}` goes on.", soft_wrap=True)


@event_app.command("resume")
def resume_event(event_id: EventId) -> None:
    """Send on for an event that paused itself or was paused; its counters of mails start over."""
    deployment = _deployment()
    event = deployment.event(event_id)
    resumed = storage.deliverability.resume(event)
    # Also where it was not paused any more: an earlier attempt may have ended in between. What waits is on the topic
    # twice then, and sent once.
    count = publish_waiting(event, publish=partial(publish, deployment.outputs["TopicArn"]), now=datetime.now(UTC))
    if not resumed:
        console.print(f"{event.name} was not paused; {count} messages that waited go out.")
        return
    console.print(f"{event.name} goes on: {count} messages that waited go out. Its counters of mails start over.")


@event_app.command("delete")
def delete_event(
    event_id: EventId, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """End an event: its waves, its webhooks and everything that is kept of its attendees."""
    deployment = _deployment()
    event = deployment.event(event_id)
    if not yes:
        typer.confirm(f"Delete {event.name} and everything kept for it?", abort=True)
    count = manage_event.delete_event(event, secrets=deployment.secrets, scheduling=deployment.scheduling)
    console.print(f"{event.name} is gone, with {count} items.")


@attendees_app.command("import")
def import_attendees(
    file: ExistingFile,
    event_id: EventOption,
    basis: Annotated[
        str, typer.Option(help="On what the agreement in the list rests: who was asked where, and in which words.")
    ] = "",
    wait: Wait = 900,
) -> None:
    """Import an attendee list; rows that cannot be used come back in a file beside it, each with the reason."""
    if len(basis) > LONGEST_BASIS:
        raise typer.BadParameter(f"is at most {LONGEST_BASIS} characters long", param_hint="--basis")
    _import("attendees", file, event_id, owner=None, basis=basis, wait=wait)


@attendees_app.command("withdraw")
def withdraw_attendee(email: str, event_id: EventOption) -> None:
    """A person said stop: nothing is sent to them or said of them any more, and their connections are forgotten."""
    deployment = _deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    found = address is not None and manage_event.withdraw_attendee(
        event, address.handle, secrets=deployment.secrets, now=datetime.now(UTC)
    )
    if not found:
        raise NoDeployment(f"nobody at {event.name} is registered as {email!r}")
    console.print("Done. It holds from the next message on, those in the queue included.")


@attendees_app.command("unsuppress")
def unsuppress(email: str) -> None:
    """Write again to an address that bounced or complained: its mailbox was put right, or its owner asks for it.

    What somebody withdrew by complaining stays withdrawn until they agree anew.
    """
    deployment = _deployment()
    address = identities.email(email)
    if address is None:
        raise typer.BadParameter(f"{email!r} is no e-mail address")
    storage.deliverability.unsuppress(address_hash_of(address.handle, deployment.secrets.suppression_key()))
    console.print("Done. SES keeps a list of its own: `aws sesv2 delete-suppressed-destination` takes it off that too.")


@attendees_app.command("erase")
def erase_attendee(
    email: str, event_id: EventOption, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Forget a person: all they registered and brought, and who they know; no list brings them back."""
    deployment = _deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    if not yes:
        typer.confirm(f"Forget everything about {email} at {event.name}?", abort=True)
    if address is None or not manage_event.erase_attendee(
        event, address.handle, secrets=deployment.secrets, now=datetime.now(UTC)
    ):
        raise NoDeployment(f"nobody at {event.name} is registered as {email!r}")
    console.print("Forgotten.")


@attendees_app.command("show")
def show_attendee(email: str, event_id: EventOption) -> None:
    """Everything that is kept of a person, as JSON, to hand to them."""
    deployment = _deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    kept = address and manage_event.everything_about(event, address.handle, secrets=deployment.secrets)
    if not kept:
        raise NoDeployment(f"nobody at {event.name} is registered as {email!r}")
    console.print_json(data=kept)


@attendees_app.command("link")
def link_of_attendee(email: str, event_id: EventOption) -> None:
    """The link to a person's own page, for whoever lost their mail; it is as good as the person, so mail it to them."""
    deployment = _deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    found = address and storage.attendees.load(
        event, attendee_id_of(event_id, address.handle, deployment.secrets.id_key(event))
    )
    if not found or found.erased:
        raise NoDeployment(f"nobody at {event.name} is registered as {email!r}")
    console.print(deployment.links_of(event, found.attendee_id).page(), soft_wrap=True, markup=False, highlight=False)


@connections_app.command("import")
def import_connections(
    file: ExistingFile,
    event_id: EventOption,
    owner: Annotated[str, typer.Option("--for", metavar="EMAIL", help="Whose connections these are.")],
    wait: Wait = 900,
) -> None:
    """Import somebody's own export (LinkedIn, Mastodon, GitHub, …); only keyed hashes of it are kept."""
    address = identities.email(owner)
    if address is None:
        raise typer.BadParameter(f"{owner!r} is no e-mail address", param_hint="--for")
    _import("connections", file, event_id, owner=address.handle, wait=wait)


def _import(kind: str, file: Path, event_id: str, *, owner: str | None, basis: str = "", wait: float) -> None:
    deployment = _deployment()
    event = deployment.event(event_id)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), console=errors) as progress:
        task = progress.add_task(f"Uploading {file.name}", total=file.stat().st_size)
        key = upload(
            deployment.bucket,
            event,
            kind,
            file,
            owner=owner,
            basis=basis,
            progress=lambda n: progress.advance(task, n),
        )
        progress.update(task, description="Importing", total=None)
        report = wait_for_report(event, key, timeout_s=wait)
    _show(report)
    if report.rejects:
        rejects = file.with_name(f"{file.name}.rejects.csv")
        download(deployment.bucket, report.rejects, rejects)
        console.print(f"The rejected rows, each with the reason: {rejects}", soft_wrap=True)
    if report.state == "refused":
        sys.exit(1)


def _show(report: ImportReport) -> None:
    if report.state == "refused":
        _say_wrong(f"Not imported: {report.reason}")
        return
    console.print(f"{report.read} read, {report.changed} new or changed, {report.rejected} rejected")
    for note in report.notes:
        console.print(f"Note: {note}", soft_wrap=True, markup=False, highlight=False)


@app.command("status")
def status(event_id: EventId) -> None:
    """How far the people of an event have come."""
    event = _deployment().event(event_id)
    show_funnel(console, funnel(event), event.name)
    _show_deliverability(event)


@attendees_app.command("without")
def show_without(event_id: EventOption) -> None:
    """Everybody who agreed to be introduced and was told of nobody, and why."""
    event = _deployment().event(event_id)
    table = Table("Attendee", "Address", "Why")
    for attendee, why in without_anyone(event):
        table.add_row(escape(attendee.name), escape(attendee.email), str(why))
    console.print(table)


def _show_deliverability(event: Event) -> None:
    health = storage.deliverability.load(event)
    table = Table("Messages", "")
    for what, number in (
        ("mails taken by SES", f"{health.sent:,}"),
        ("bounced for good", f"{health.bounced:,}"),
        ("complaints", f"{health.complained:,}"),
        ("text messages", f"{health.texts:,}"),
        ("their cost", f"${health.text_cost:,.2f} of ${event.text_message_budget:,.2f}"),
    ):
        table.add_row(what, number)
    console.print(table)
    if health.paused_at is not None:
        since = health.paused_at.astimezone(event.starts_at.tzinfo)
        _say_wrong(f"Paused since {since:%Y-%m-%d %H:%M}: {health.paused_because}.")
        console.print(f"Nothing is sent until `icebreaker event resume {event.event_id}`.", soft_wrap=True)


@app.command("redrive")
def redrive_dead_letters(
    everything: Annotated[bool, typer.Option("--all", help="Put back all of it.")] = False,
    queue: Annotated[str, typer.Option(help=f"Put back what lies in this one: {', '.join(RESOURCES)}.")] = "",
    event_id: Annotated[str, typer.Option("--event", "-e", help="Put back what concerns this event.")] = "",
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Show what lies there word by word, which can name people.")
    ] = False,
) -> None:
    """What was given up, however often it was tried; and put it back.

    Twice is harmless, and so is being cut short. What waited until after the event is not sent any more.
    """
    queues = [each for each in _deployment().dead_letters() if queue in ("", each.name)]
    if not queues:
        raise typer.BadParameter(f"there is no {queue!r}", param_hint="--queue")
    if everything or queue or event_id:
        if bodies:
            raise typer.BadParameter("is for looking: without --all, --queue and --event", param_hint="--bodies")
        _put_back(queues, event_id or None)
        return
    found = [letter for each in queues for letter in dead_letters.look(each)]
    if not found:
        console.print("Nothing was given up.")
        return
    _show_letters(found)
    for letter in found if bodies else ():
        console.print(f"{letter.queue}: {letter.body}", markup=False, highlight=False, soft_wrap=True)
    console.print("`icebreaker redrive --all`, `--queue NAME` or `--event EVENT` puts it back.")


def _show_letters(found: Sequence[dead_letters.Letter]) -> None:
    table = Table("Queue", "Number", "Event", "What", "Since", "Why")
    alike: defaultdict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for each in found:
        event_id = each.event_id or ("?" if each.kind is dead_letters.Kind.UNREADABLE else "any")
        alike[each.queue, event_id, " ".join(filter(None, (each.kind, each.what))), each.why].append(each.since)
    for (queue, event_id, what, why), since in sorted(alike.items()):
        oldest = f"{min(since):%Y-%m-%d %H:%M} UTC"
        table.add_row(queue, str(len(since)), escape(event_id), escape(what), oldest, escape(why))
    console.print(table)


def _put_back(queues: Iterable[DeadLetters], event_id: str | None) -> None:
    table = Table("Queue", "Put back", "Events looked at anew", "Of others, left", "Unreadable, left")
    for each in queues:
        done = dead_letters.redrive(each, now=datetime.now(UTC), event_id=event_id)
        if done != dead_letters.Redriven():
            numbers = (done.put_back, done.passes, done.others, done.unreadable)
            table.add_row(each.name, *map(str, numbers))
    console.print(table if table.row_count else "There was nothing to put back.")


@app.command("explain")
def explain_pair(event_id: EventId, a: str, b: str) -> None:
    """Why two attendees (by address) match, or do not, and what each would be told."""
    deployment = _deployment()
    event = deployment.event(event_id)
    addresses = [identities.email(text) for text in (a, b)]
    if None in addresses:
        raise typer.BadParameter("both must be e-mail addresses")
    one, other = (address.handle for address in addresses if address is not None)
    try:
        found = explain(event, one, other, id_key=deployment.secrets.id_key(event))
    except LookupError as error:
        raise NoDeployment(str(error)) from None
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
        console.print(f"{name} would be told: {words}", markup=False, highlight=False, soft_wrap=True)


@attendees_app.command("prove")
def prove(event_id: EventOption) -> None:
    """Look at the public profiles of those who may be introduced: is what they claim theirs?"""
    deployment = _deployment()
    event = deployment.event(event_id)
    try:
        tokens = {"github": deployment.secrets.api_token(event_id, "github")}
    except LookupError:
        tokens = {}
    outcome = prove_everybody(
        event,
        web=Web(),
        hashing_key=deployment.secrets.hashing_key(event),
        id_key=deployment.secrets.id_key(event),
        tokens=tokens,
        now=datetime.now(UTC),
    )
    table = Table("Handles", "")
    for kind, count in sorted(outcome.items()):
        table.add_row(kind, str(count))
    console.print(table)


@attendees_app.command("held")
def held(event_id: EventOption) -> None:
    """Handles that two attendees claim: nothing that rests on them is told to anybody."""
    event = _deployment().event(event_id)
    table = Table("Network", "Handle", "Claimed by")
    for network, handle, people in held_handles(event):
        table.add_row(network, escape(handle), escape("\n".join(f"{each.name} <{each.email}>" for each in people)))
    console.print(table if table.row_count else "No handle is claimed twice.")


@links_app.command("rotate")
def rotate_link_keys(
    revoke: Annotated[bool, typer.Option(help="End every link that went out so far: a key has leaked.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make a newer key for the links of mails; the last three before it stay good, unless they are revoked."""
    deployment = _deployment()
    if revoke and not yes:
        typer.confirm("End every link in every mail that went out so far?", abort=True)
    count = deployment.secrets.rotate_link_keys(revoke=revoke)
    console.print(f"Links are signed with the new key in ten minutes at the latest; keys that are good: {count}.")


@key_app.command("list")
def list_keys() -> None:
    """Every version of the hashing key, and which events need it; the keys themselves are shown to nobody."""
    table = Table("Version", "Hashes of", "Ids of")
    for each in key_versions(_deployment().secrets):
        hashing = (f"{one} (being changed)" if one in each.changing else one for one in each.hashing)
        table.add_row(str(each.version), ", ".join(hashing), ", ".join(each.naming))
    console.print(table if table.row_count else "There is no key yet; the first event makes one.")


@key_app.command("rotate")
def rotate_key(
    event_id: Annotated[str, typer.Option("--event", "-e", help="Change the key of this event, which leaked.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make a new version of the hashing key, for events from now on; or change the key of one event.

    The latter makes the event's hashes anew and takes about 20 minutes. Cut short, repeat it: it goes on.
    """
    deployment = _deployment()
    if not event_id:
        console.print(f"Events made from now on take version {deployment.secrets.add_hashing_key()}.")
        return
    event = deployment.event(event_id)
    if not yes and not event.rehashing:
        typer.confirm(f"Change the key of {event.name}? Everybody's connections must be uploaded again.", abort=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=errors, transient=True) as progress:
        task = progress.add_task("Waiting until every function knows of the new key", total=None)
        changed = rotate_event_key(
            event,
            secrets=deployment.secrets,
            watch=lambda count: progress.update(
                task, description=f"{count} entries and sets replaced; waiting for what began before"
            ),
        )
    console.print(f"{event.name} uses version {changed.key_version} from now on. Its attendees can upload again.")


@key_app.command("forget")
def forget_key_version(version: Annotated[int, typer.Argument(help="As `key list` shows it.")]) -> None:
    """Delete a version of the hashing key that no event needs any more."""
    forget_key(version, secrets=_deployment().secrets)
    console.print(f"Version {version} is gone.")


@app.command("match")
def match(
    attendee_list: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="ATTENDEES.csv")],
    connections: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="CONNECTIONS_DIR")],
    out: Annotated[Path | None, typer.Option(help="Write the pairs here instead of to the terminal.")] = None,
    assume_agreed: Annotated[bool, typer.Option("--assume-agreed", help="Leave the list's agreement aside.")] = False,
) -> None:
    """Find who knows whom on this machine alone: a list, and a folder of exports named by e-mail address."""
    result = match_offline(
        attendee_list,
        connections,
        assume_agreed=assume_agreed,
        watch=lambda exports: track(exports, "Reading exports", console=errors, transient=True),
    )
    for problem in result.problems:
        errors.print(problem, style="yellow", soft_wrap=True, markup=False, highlight=False)
    if out is None:
        write_pairs(result, sys.stdout)
    else:
        with out.open("w", newline="", encoding="utf-8") as file:
            write_pairs(result, file)
    errors.print(f"{result.attendees} attendees, {result.sets} connection sets, {len(result.matches)} pairs")
