"""Times and places at which pairs who both want to can meet, who meets when, and the calendar's invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.slots.slot import MOST_SLOTS, BadSlots, Slot, exclude_each_other
from shared.slots.stored import slot_from_dict, slot_to_dict
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.slots.assignment import Pair, Plan, Reason, assign, pair_of
    from shared.slots.ics import slots_from_ics
    from shared.slots.invitation import CalendarPart, Invitation, Mailbox, cancel, request, uid_for
    from shared.slots.toml import heading_lines, slots_from_tables, slots_from_toml, with_seconds

__all__ = [
    "MOST_SLOTS",
    "BadSlots",
    "CalendarPart",
    "Invitation",
    "Mailbox",
    "Pair",
    "Plan",
    "Reason",
    "Slot",
    "assign",
    "cancel",
    "exclude_each_other",
    "heading_lines",
    "pair_of",
    "request",
    "slot_from_dict",
    "slot_to_dict",
    "slots_from_ics",
    "slots_from_tables",
    "slots_from_toml",
    "uid_for",
    "with_seconds",
]

# Every function knows the event's slots; only few read files, assign or invite.
__getattr__ = when_needed(
    __name__,
    {
        "assignment": ("Pair", "Plan", "Reason", "assign", "pair_of"),
        "ics": ("slots_from_ics",),
        "invitation": ("CalendarPart", "Invitation", "Mailbox", "cancel", "request", "uid_for"),
        "toml": ("heading_lines", "slots_from_tables", "slots_from_toml", "with_seconds"),
    },
)
