"""The shapes: an Identity, and what reading a text gives."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Under which name one network, or the post, knows a person."""

    network: str  # one of shared.identities.networks
    handle: str  # canonical: what is compared and hashed
    display: str = field(default="", compare=False)  # as people write it

    @property
    def url(self) -> str | None:
        """The profile's https address; None for e-mail, phone and whatever has no public page."""
        from shared.identities.table import NETWORKS

        network = NETWORKS.get(self.network)
        return network.url_of(self.handle) if network else None

    @property
    def key(self) -> tuple[str, str]:
        """(name space, handle): equal where two identities are the same account, as for Threads and Instagram."""
        from shared.identities.table import NETWORKS

        network = NETWORKS.get(self.network)
        return (network.name_space or self.network if network else self.network, self.handle)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that is no identity, and why, in a sentence."""

    text: str
    reason: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one cell or answer holds."""

    identities: tuple[Identity, ...] = ()  # in order of appearance, no repeats
    problems: tuple[str, ...] = ()  # sentences about what could not be understood
