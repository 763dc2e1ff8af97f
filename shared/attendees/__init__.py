"""A person at one event: what registrations, lists and the person's own decisions make of them."""

from shared.attendees.attendee import Attendee, Consent, ProvenHandle, Ticket, address_hash_of, attendee_id_of
from shared.attendees.register import Change, agree, erase, register

__all__ = [
    "Attendee",
    "Change",
    "Consent",
    "ProvenHandle",
    "Ticket",
    "address_hash_of",
    "agree",
    "attendee_id_of",
    "erase",
    "register",
]
