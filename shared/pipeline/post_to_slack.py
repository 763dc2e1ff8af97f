"""Tell a wave in one line where an event's organizers talk: Slack, or whatever takes Slack's incoming webhooks.

Source: Slack, "Sending messages using incoming webhooks" and "Rate limits" (429 with Retry-After); Discord, "Execute
Slack-Compatible Webhook"; Mattermost and Rocket.Chat, "Incoming webhooks".
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.connections.public.asking import wait_after
from shared.events import Event
from shared.notifications import WaveMessage, slack_text, wave_line
from shared.services import Secrets
from shared.services.web import Page, Unreachable, Web, host_of

BUSY: Final = frozenset({429, 503})
ATTEMPTS: Final = 3
PATIENCE_S: Final = 20.0  # with three answers that take as long as they may, still less than the function's minute
SHORTEST_WAIT_S: Final = 1.0


class NotTaken(Unreachable):
    """The server did not take the line; the sentence names the server and never the address."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and how it passes."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


def post_to_slack(message: WaveMessage, *, secrets: Secrets, web: Web, clock: Clock | None = None) -> bool:
    """Post a wave's line where its event wants it; False where the event wants it nowhere.

    :raises NotTaken: the server said no, or is busy for longer than we wait
    :raises shared.services.web.Unreachable: no answer; the line may stand there all the same, and again after a retry
    """
    address = secrets.slack_address(message.event_id)
    if address is None:
        return False
    _post(address, wave_line(message), web, clock or Clock())
    return True


def set_address(event: Event, address: str, *, secrets: Secrets, web: Web) -> str:
    """Keep where an event's waves are to be told, once a first line was taken there; the host.

    :raises shared.services.web.Unreachable: it may not be asked, does not answer or says no; nothing was kept
    """
    _post(address, f"{event.name}: each wave of introductions will be told here in one line.", web, Clock())
    secrets.set_slack_address(event.event_id, address)
    return host_of(address)


def _post(address: str, line: str, web: Web, clock: Clock) -> None:
    host = host_of(address)
    body = json.dumps({"text": slack_text(line)}).encode()
    patience = PATIENCE_S
    for attempt in range(1, ATTEMPTS + 1):
        page = web.post(address, body, host=host, headers={"Content-Type": "application/json"})
        if 200 <= page.status < 300:
            return
        wait = max(wait_after(page, clock.now()), SHORTEST_WAIT_S)
        if page.status not in BUSY or attempt == ATTEMPTS or wait > patience:
            raise _not_taken(host, page)
        clock.sleep(wait)
        patience -= wait


def _not_taken(host: str, page: Page) -> NotTaken:
    if page.status in BUSY:
        return NotTaken(f"{host} is busy (it answered {page.status})")
    return NotTaken(
        f"{host} answered {page.status}: is the address of the webhook still good? `icebreaker event slack`"
    )
