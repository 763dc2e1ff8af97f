"""``icebreaker event secret``, ``token``, ``slack``: what an event shares with a platform, with GitHub, with a chat."""

from __future__ import annotations

from typing import Annotated

import typer

from infra.cli.deployment import chosen_deployment
from infra.cli.options import EventId
from infra.cli.terminal import say
from shared import registrations
from shared.pipeline import post_to_slack as slack
from shared.services.web import Web

WITH_TOKENS = (*registrations.APIS, "github")


def set_secret(
    event_id: EventId,
    platform: Annotated[str, typer.Argument(help=f"One of: {', '.join(registrations.platforms)}.")],
    generate: Annotated[bool, typer.Option(help="Make a new one instead of asking for it.")] = False,
) -> None:
    """Set the secret of a platform's webhook; the one before it stays valid beside it."""
    if platform not in registrations.platforms:
        raise typer.BadParameter(f"{platform!r} is none of {', '.join(registrations.platforms)}")
    deployment = chosen_deployment()
    deployment.event(event_id)
    # Where a platform signs nothing, nobody but us can make the secret that it is to show.
    generate = generate or registrations.shows_a_token(platform)
    secret = (
        registrations.new_secret() if generate else typer.prompt(f"The secret {platform} signs with", hide_input=True)
    )
    deployment.secrets.add_webhook_secret(event_id, platform, secret.strip())
    say(f"Webhook:  {deployment.webhook_url(event_id, platform)}")
    if generate:
        say(f"Secret:   {secret}   (shown only now)")
    if registrations.shows_a_token(platform):
        say(
            f"{platform} sends it in the header Authorization; where only an address can be entered, enter this one:\n"
            f"{deployment.webhook_url_with_token(event_id, platform, secret)}"
        )
    if platform in registrations.APIS:
        say(f"{platform} only says what changed: set its API token with `icebreaker event token` too.")


def set_token(
    event_id: EventId, platform: Annotated[str, typer.Argument(help=f"One of: {', '.join(WITH_TOKENS)}.")]
) -> None:
    """Set the token with which a platform's API is asked (reading is enough).

    For ticketing platforms that only point at orders; and for GitHub, which answers more often whom it knows.
    """
    if platform not in WITH_TOKENS:
        raise typer.BadParameter(f"{platform!r} is none of {', '.join(WITH_TOKENS)}")
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    token = typer.prompt(f"The API token of {platform}", hide_input=True).strip()
    deployment.secrets.set_api_token(event_id, platform, token)
    known = platform in registrations.APIS
    host = registrations.host_of(platform, event.platform_settings(platform)) if known else "api.github.com"
    say(f"Set. It is shown to {host} and to nobody else.")


def set_slack(
    event_id: EventId, off: Annotated[bool, typer.Option("--off", help="Tell it nowhere any more.")] = False
) -> None:
    """Set where each wave is told in one line: an incoming webhook of Slack, Mattermost, Rocket.Chat or Discord.

    One line is posted there at once; the address is kept only if it is taken. For Discord, add /slack to the address.
    """
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    if off:
        deployment.secrets.set_slack_address(event_id, None)
        say("Done. Nothing is posted any more, at the latest in five minutes.")
        return
    address = typer.prompt("The address of the incoming webhook", hide_input=True).strip()
    host = slack.set_address(event, address, secrets=deployment.secrets, web=Web())
    say(f"Set. {host} took a first line; nobody else is shown the address.")
    if "SlackDeadLettersUrl" not in deployment.outputs:
        say("This stack posts nothing yet: deploy it again with SlackSubscriber=yes.", style="yellow")
