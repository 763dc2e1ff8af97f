"""A handle, profile address, e-mail address or phone number becomes an Identity: (network, canonical handle)."""

from shared.identities.identity import Identity, Reading, Unreadable
from shared.identities.labels import is_about_somebody_else, network_of_label
from shared.identities.reading import email, parse, phone, read
from shared.identities.table import NETWORKS

networks: tuple[str, ...] = tuple(NETWORKS)

__all__ = [
    "Identity",
    "Reading",
    "Unreadable",
    "email",
    "is_about_somebody_else",
    "network_of_label",
    "networks",
    "parse",
    "phone",
    "read",
]
