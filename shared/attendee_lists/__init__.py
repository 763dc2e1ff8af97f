"""An attendee list as some platform or spreadsheet exports it becomes Registrations, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.attendee_lists.columns import Column, Understanding, understand
    from shared.attendee_lists.people import PeopleList, read_people
    from shared.attendee_lists.reading import AttendeeList, read_attendee_list

__all__ = ["AttendeeList", "Column", "PeopleList", "Understanding", "read_attendee_list", "read_people", "understand"]

# An upload is a list or an export; whoever reads the one does not wait for what reads the other.
__getattr__ = when_needed(
    __name__,
    {
        "columns": ("Column", "Understanding", "understand"),
        "people": ("PeopleList", "read_people"),
        "reading": ("AttendeeList", "read_attendee_list"),
    },
)
