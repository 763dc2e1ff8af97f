"""Signed links: who holds one may see a page, give one answer, or end the messages, and nothing else."""

from shared.links.form import form_token, is_form_token
from shared.links.link import BadLink, Link, LinkPurpose, Links, Reason, read_link
from shared.links.paths import PAGE_PATH, PAGE_WITH_REST_PATH, address

__all__ = [
    "PAGE_PATH",
    "PAGE_WITH_REST_PATH",
    "BadLink",
    "Link",
    "LinkPurpose",
    "Links",
    "Reason",
    "address",
    "form_token",
    "is_form_token",
    "read_link",
]
