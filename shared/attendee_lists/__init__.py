"""An attendee list as some platform or spreadsheet exports it becomes Registrations, row by row."""

from shared.attendee_lists.columns import Column, Understanding, understand
from shared.attendee_lists.people import PeopleList, read_people
from shared.attendee_lists.reading import AttendeeList, read_attendee_list

__all__ = ["AttendeeList", "Column", "PeopleList", "Understanding", "read_attendee_list", "read_people", "understand"]
