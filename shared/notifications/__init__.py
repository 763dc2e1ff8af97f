"""What leaves the system: the messages on the topic, and the e-mail or text message made of an introduction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.notifications.topic_message import AnyMessage, TopicMessage, UnreadableMessage, WaveMessage
from shared.notifications.wave_line import slack_text, wave_line
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.introductions.words_language import BrokenTemplate
    from shared.notifications.email import compose_email
    from shared.notifications.letter import Kind, Letter, Person, Question
    from shared.notifications.text_message import compose_text_message

__all__ = [
    "AnyMessage",
    "BrokenTemplate",
    "Kind",
    "Letter",
    "Person",
    "Question",
    "TopicMessage",
    "UnreadableMessage",
    "WaveMessage",
    "compose_email",
    "compose_text_message",
    "slack_text",
    "wave_line",
]

# Who puts a message on the topic composes no mail.
__getattr__ = when_needed(
    __name__,
    {
        "email": ("compose_email",),
        "letter": ("Kind", "Letter", "Person", "Question"),
        "rendering": ("BrokenTemplate",),
        "text_message": ("compose_text_message",),
    },
)
