"""The AWS services other than DynamoDB, as few calls each as the pipeline needs; one botocore session for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.services.alarm import ring
    from shared.services.dead_letters import DeadLetters
    from shared.services.large_waves import start_large_wave
    from shared.services.long_lists import LongLists
    from shared.services.mail import Outcome, send_email, send_text_message
    from shared.services.pointers import PointerMessage, PointerQueue
    from shared.services.schedules import (
        Scheduling,
        add_schedules,
        create_schedules,
        delete_schedule,
        delete_schedules,
        fit_schedules,
        move_schedule,
        schedule_at_once,
        schedule_new_end,
        scheduled_waves,
    )
    from shared.services.secrets import Secrets
    from shared.services.topic import publish
    from shared.services.uploads import Uploads

__all__ = [
    "DeadLetters",
    "LongLists",
    "Outcome",
    "PointerMessage",
    "PointerQueue",
    "Scheduling",
    "Secrets",
    "Uploads",
    "add_schedules",
    "create_schedules",
    "delete_schedule",
    "delete_schedules",
    "fit_schedules",
    "move_schedule",
    "publish",
    "ring",
    "schedule_at_once",
    "schedule_new_end",
    "scheduled_waves",
    "send_email",
    "send_text_message",
    "start_large_wave",
]

# A function calls two or three of these services.
__getattr__ = when_needed(
    __name__,
    {
        "alarm": ("ring",),
        "dead_letters": ("DeadLetters",),
        "large_waves": ("start_large_wave",),
        "long_lists": ("LongLists",),
        "mail": ("Outcome", "send_email", "send_text_message"),
        "pointers": ("PointerMessage", "PointerQueue"),
        "schedules": (
            "Scheduling",
            "add_schedules",
            "create_schedules",
            "delete_schedule",
            "delete_schedules",
            "fit_schedules",
            "move_schedule",
            "schedule_at_once",
            "schedule_new_end",
            "scheduled_waves",
        ),
        "secrets": ("Secrets",),
        "topic": ("publish",),
        "uploads": ("Uploads",),
    },
)
