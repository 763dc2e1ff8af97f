"""A wave in one line for whoever holds the event, as it stands in a chat, in a mail or on a telephone's screen."""

from __future__ import annotations

from shared.notifications.topic_message import WaveMessage


def wave_line(message: WaveMessage) -> str:
    """One sentence in English, as the command line is; it names nobody."""
    parts = [
        f"{_people(message.hearing)} {_verb(message.hearing, 'hear')} of {_counted(message.told, 'acquaintance')}"
        if message.hearing
        else "",
        f"{message.asked:,} {_are(message.asked)} asked" if message.asked else "",
        f"{message.agreed:,} {_verb(message.agreed, 'hear')} that somebody would like to meet them too"
        if message.agreed
        else "",
        f"{message.gone:,} {_verb(message.gone, 'hear')} that somebody is not coming" if message.gone else "",
    ]
    said = ", ".join(filter(None, parts)) or (
        f"{_people(message.planned)} {_are(message.planned)} written to" if message.planned else "nobody has any news"
    )
    return " ".join(f"{message.event_name}: the wave {message.wave} goes out: {said}".split())


def slack_text(line: str) -> str:
    """The line for Slack and whatever takes its webhooks: no character of it commands anything.

    Source: Slack, "Formatting text for app surfaces": only ``&``, ``<`` and ``>`` are to be escaped. Discord,
    Mattermost and Rocket.Chat ring everybody at a bare ``@everyone``, ``@all`` or ``@here``, so a space of no width
    follows each at sign.
    """
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\u200b")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _verb(count: int, plural: str) -> str:
    return f"{plural}s" if count == 1 else plural
