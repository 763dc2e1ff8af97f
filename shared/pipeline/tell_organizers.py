"""Tell whoever subscribed that a wave goes out: one message in numbers, once everybody's own are on the topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.events import AT_ONCE, Event
from shared.notifications import WaveMessage
from shared.storage import introductions

Publish = Callable[[Sequence[WaveMessage]], set[int]]


class NotPublished(ConnectionError):
    """The topic did not take it; running the wave again plans nothing anew, and publishes it."""


def tell_organizers(event: Event, wave: str, *, publish: Publish) -> WaveMessage | None:
    """Publish the wave's numbers, those of an interrupted attempt included; None where there is nothing to say.

    A wave of the event's own is told of even where it has no news. Those between, which may run every few minutes,
    are not.

    :raises NotPublished: the topic did not take it
    """
    message = WaveMessage.of(event, wave, (each for each in introductions.load_all(event) if each.wave == wave))
    if wave.startswith(AT_ONCE) and not message.planned:
        return None
    if publish([message]):
        raise NotPublished("the topic did not take the wave's numbers; the retry publishes them")
    return message
