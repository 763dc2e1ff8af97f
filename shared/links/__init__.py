"""Signed links: who holds one may see a page, give one answer, or end the messages, and nothing else."""

from shared.links.form import form_token, is_form_token
from shared.links.link import BadLink, Link, LinkPurpose, Links, Reason, read_link
from shared.links.organizer import NEW_EVENT, OrganizerPurpose, organizer_token, read_organizer_token, sign_in_link
from shared.links.paths import ORGANIZER_PATH, PAGE_PATH, address

__all__ = [
    "NEW_EVENT",
    "ORGANIZER_PATH",
    "PAGE_PATH",
    "BadLink",
    "Link",
    "LinkPurpose",
    "Links",
    "OrganizerPurpose",
    "Reason",
    "address",
    "form_token",
    "is_form_token",
    "organizer_token",
    "read_link",
    "read_organizer_token",
    "sign_in_link",
]
