"""What leaves the system: the message on the topic, and the e-mail or text message made of an introduction."""

from shared.introductions.words_language import BrokenTemplate
from shared.notifications.email import compose_email
from shared.notifications.letter import Kind, Letter, Person, Question
from shared.notifications.text_message import compose_text_message
from shared.notifications.topic_message import TopicMessage, UnreadableMessage

__all__ = [
    "BrokenTemplate",
    "Kind",
    "Letter",
    "Person",
    "Question",
    "TopicMessage",
    "UnreadableMessage",
    "compose_email",
    "compose_text_message",
]
