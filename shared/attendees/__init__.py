"""A person at one event: what registrations, lists and the person's own decisions make of them."""

from shared.attendees.attendee import Attendee, ProvenHandle, Ticket, address_hash_of, attendee_id_of
from shared.attendees.consent import Agreement, Consent, Said
from shared.attendees.register import Change, agree, erase, refuse, register

__all__ = [
    "Agreement",
    "Attendee",
    "Change",
    "Consent",
    "ProvenHandle",
    "Said",
    "Ticket",
    "address_hash_of",
    "agree",
    "attendee_id_of",
    "erase",
    "refuse",
    "register",
]
