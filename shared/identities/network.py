"""What the table says about one network, and how its handles become canonical."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from shared.identities.identity import Identity
from shared.identities.text import clean, escaped, folded, latin, visible

# What people leave in a template's address instead of their name.
_NOBODY: Final = frozenset(
    "username yourusername your-username your_username yourname your-name your_name yourhandle your-handle your_handle "
    "myusername undefined null".split()
)
_PRIVATE_KEY: Final = 63  # characters of an "nsec1…", NIP-19
_NUMBER: Final = r"id:[1-9][0-9]{0,19}"


@dataclass(frozen=True, slots=True)
class Network:
    """One network.

    Paths are written as they stand in an address: "in/{}", "@{}", "user?id={}", "people/*/{}", "#!/{}". "{}" takes
    the handle, "*" anything; what comes after is ignored. "i/user/{} -> id:{}" makes a handle of what was taken.
    """

    name: str
    title: str  # as the network writes itself
    pattern: str  # what a canonical handle looks like, a regular expression in which nothing can be matched two ways
    source: str  # where the format is written down
    hosts: tuple[str, ...] = ()  # without "www." and country
    paths: tuple[str, ...] = ()  # below each of the hosts
    also: tuple[str, ...] = ()  # whole addresses: "{}.github.io", "at:{}"
    elsewhere: tuple[str, ...] = ()  # the network's hosts on which nobody has a profile
    languages: bool = True  # whether de.host and pt-br.host are the same network as host
    case: Literal["lower", "fold", "exact"] = "lower"
    ascii: bool = True  # whether a handle can hold ASCII only, so that look-alikes can be meant for it
    odd: Callable[[str], str | None] | None = None  # instead of `case`: the handle as typed → canonical
    numbers: bool = False  # whether a numeric id is an alias: "id:12345"
    bare: str = "{}"  # what a handle without an address stands for
    display: str = "{}"
    displayed: Callable[[str], str] | None = None  # instead of `display`
    url: str = ""  # "{}" the handle, or "{user}" and "{host}" of user@host
    number_url: str = ""
    odd_url: Callable[[str], str | None] | None = None  # instead of `url`
    name_space: str = ""  # shared with another network
    reserved: frozenset[str] = frozenset()  # in the place of a handle, but nobody; in lower case
    labels: tuple[str, ...] = ()  # words that mean this network wherever they stand in a question
    alone: tuple[str, ...] = ()  # words that mean it only where they are all that is asked for: "X", "Medium"
    claims: str = ""  # in the network's own column a text like this is its handle, whatever else it looks like
    unmistakable: str = ""  # in any column, and in none
    examples: Mapping[str, str] = field(default_factory=dict)  # how people write it → canonical handle
    nobody: tuple[str, ...] = ()  # addresses at this network that are nobody's profile

    def url_of(self, handle: str) -> str | None:
        """The https address of a canonical handle's profile, or None."""
        if self.odd_url is not None:
            return self.odd_url(handle)
        template = self.number_url if handle.startswith("id:") else self.url
        user, _, host = handle.partition("@")
        text = escaped(handle.removeprefix("id:"))
        return template.format(text, user=escaped(user), host=host) if template else None

    def identity(self, typed: str) -> Identity | None:
        """The identity that a handle means, or None if this network can have no such handle."""
        handle = self.canonical(typed)
        if handle is None:
            return None
        if self.displayed is not None:
            return Identity(self.name, handle, self.displayed(handle))
        return Identity(self.name, handle, handle if handle.startswith("id:") else self.display.format(handle))

    def canonical(self, typed: str) -> str | None:
        """The handle as it is compared, or None."""
        if len(typed) >= _PRIVATE_KEY and "nsec1" in typed.lower():
            return None  # somebody pasted Nostr's private key, perhaps in the wrong field: it must not be stored
        if not typed.isascii():
            typed = latin(visible(typed)) if self.ascii else visible(typed)
        if self.numbers and re.fullmatch(_NUMBER, typed):
            return typed
        handle = self.odd(typed) if self.odd is not None else in_case(self.case, typed.removeprefix("@"))
        if handle is None or not matches(self.pattern, handle) or not any(c.isalnum() for c in handle):
            return None  # "___" is more often a field left blank than somebody
        if clean(handle) != handle:
            return None  # it would not survive being written down and read again
        word = typed.removeprefix("@").lower()
        # A template's placeholder counts for nobody too.
        return None if word in self.reserved or word in _NOBODY or handle in self.reserved else handle


def in_case(case: Literal["lower", "fold", "exact"], text: str) -> str | None:
    """The text in the form in which a network compares it."""
    if case == "lower":
        return text.lower()
    return folded(text) if case == "fold" else text


def words(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is as the pattern says; patterns are compiled when first needed."""
    return _compiled(pattern)(text) is not None


@cache
def _compiled(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).fullmatch
