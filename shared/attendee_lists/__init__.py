"""An attendee list as some platform or spreadsheet exports it becomes Registrations, row by row."""

from shared.attendee_lists.columns import Column, Understanding, understand
from shared.attendee_lists.reading import AttendeeList, read_attendee_list

__all__ = ["AttendeeList", "Column", "Understanding", "read_attendee_list", "understand"]
