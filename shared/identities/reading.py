"""Read what people type: an address, a handle, or several of them in one cell."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from shared.identities.identity import Identity, Reading, Unreadable
from shared.identities.labels import network_of_label
from shared.identities.networks import HOSTS, NETWORKS, Network, network_of_host

MAX_CHARACTERS: Final = 2_000

_PLACEHOLDERS: Final = frozenset(
    "n/a na none no nope nil null - -- --- . / ? tbd tba keine kein nein aucun aucune ninguno ninguna".split()
) | {"not applicable", "i don't have one", "don't have one", "no tengo"}
_SEPARATORS: Final = re.compile(r"[,;|\n\t]+|\s/\s")
_LABELLED: Final = re.compile(r"([A-Za-z][A-Za-z .-]{0,20})\s*:\s*(?!//)")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST_LIKE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)")
_PHONE_PUNCTUATION: Final = re.compile(r"[\s().\-/]+")
_FEDIVERSE_PATH: Final = re.compile(r"/(?:@|users/|u/|web/@)([^/@]+)(?:@([^/@]+))?/?(?:\d+)?$")


def parse(text: str, network: str | None = None) -> Identity | Unreadable:
    """Read one identity; never raises.

    :param network: what a bare handle means: the network that the column or question names
    """
    cleaned = _clean(text)
    if not cleaned:
        return Unreadable(text, "nothing is written there")
    if network == "phone" and not _looks_like_address(cleaned, network):
        return _phone(cleaned) or Unreadable(
            text, f'"{cleaned}" is no telephone number with its country code, such as +33 1 99 00 00 10'
        )
    if network == "mastodon" and (found := _fediverse_handle(cleaned)):
        return found
    if cleaned.lower().startswith("acct:") and (found := _fediverse_handle(cleaned[5:])):
        return found
    if found := _email(cleaned):
        return found
    if cleaned.startswith("@") and cleaned.count("@") == 2 and (found := _fediverse_handle(cleaned)):
        return found
    if _looks_like_address(cleaned, network):
        return _from_address(cleaned, network)
    return _from_handle(cleaned, network)


def read(text: str, network: str | None = None) -> Reading:
    """Read everything in one cell or answer; never raises.

    :param network: what a bare handle means, unless the text itself says otherwise ("tw: @ann / in: ann-oneil")
    """
    cleaned = _clean(text)
    if _is_placeholder(cleaned):
        return Reading()
    identities: dict[Identity, None] = {}
    problems: list[str] = []
    for part, its_network in _parts(cleaned, network):
        if _is_placeholder(part):
            continue
        found = parse(part, its_network)
        if isinstance(found, Identity):
            identities.setdefault(found)
        else:
            problems.append(found.reason)
    return Reading(tuple(identities), tuple(dict.fromkeys(problems)))


def email(text: str) -> Identity | None:
    """The e-mail address that a text is, lower-case; None where it is none."""
    return _email(_clean(text))


def phone(text: str) -> Identity | None:
    """The telephone number that a text is, in E.164; None where it has no country code."""
    return _phone(_clean(text))


def _clean(text: str) -> str:
    # Full-width letters fold to plain ones; what cannot be seen (Unicode category Cf) is not part of a handle.
    folded = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    visible = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t")
    return visible.strip().strip("<>\"'“”„«»").strip()


def _is_placeholder(text: str) -> bool:
    return not text or text.lower().strip() in _PLACEHOLDERS


def _parts(text: str, network: str | None) -> Iterator[tuple[str, str | None]]:
    pieces = _LABELLED.split(text)
    # [before, label, after, label, after, …]; a label that names no network belongs to the text.
    yield from _split(pieces[0], network)
    for label, after in zip(pieces[1::2], pieces[2::2], strict=True):
        named = network_of_label(label)
        if named is None and label.lower().strip() not in ("mailto", "acct", "did"):
            yield from _split(after, network)
        elif named is None:
            yield from _split(f"{label}:{after}", network)
        else:
            yield from _split(after, named)


def _split(text: str, network: str | None) -> Iterator[tuple[str, str | None]]:
    for segment in _SEPARATORS.split(text):
        words = segment.split()
        if network == "phone" or len(words) == 1:
            yield segment.strip(), network
        elif words:
            yield from _in_a_sentence(segment.strip(), words, network)


def _in_a_sentence(segment: str, words: list[str], network: str | None) -> Iterator[tuple[str, str | None]]:
    """Of several words, those that say what they are: "github ann", "find me as @ann", an address; else the whole."""
    found = False
    spoken: str | None = None
    for word in words:
        named = network_of_label(word) if word.isalpha() and len(word) > 2 else None
        if named is not None:
            spoken = named
        elif spoken is not None or "@" in word or "/" in word.strip("/"):
            yield word, spoken or network
            found, spoken = True, None
    if not found:
        yield segment, network


def _email(text: str) -> Identity | None:
    address = unicodedata.normalize("NFC", text.removeprefix("mailto:").partition("?")[0]).lower()
    if NETWORKS["email"].handle.fullmatch(address) and ".." not in address:
        return Identity("email", address, address)
    return None


def _phone(text: str) -> Identity | None:
    digits = _PHONE_PUNCTUATION.sub("", text.removeprefix("tel:"))
    number = f"+{digits[2:]}" if digits.startswith("00") else digits
    return Identity("phone", number, number) if NETWORKS["phone"].handle.fullmatch(number) else None


def _fediverse_handle(text: str) -> Identity | None:
    match = NETWORKS["mastodon"].handle.fullmatch(text)
    if match is None:
        return None
    handle = f"{match[1]}@{match[2]}".lower()
    return Identity("mastodon", handle, f"@{handle}")


def _looks_like_address(text: str, network: str | None) -> bool:
    if _SCHEME.match(text):
        return True
    if network == "bluesky" and "/" not in text:
        return False
    # "ann.oneil" in an Instagram column is a handle; an address there has a path or a known host.
    host, slash, _ = text.partition("/")
    return bool(_HOST_LIKE.match(text)) and (bool(slash) or network_of_host(host.lower()) is not None)


def _from_address(text: str, network: str | None) -> Identity | Unreadable:
    try:
        url = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
        host = (url.hostname or "").removesuffix(".")
    except ValueError:
        return Unreadable(text, f'"{text}" is no address')
    if url.scheme.lower() not in ("http", "https") or url.username is not None:
        return Unreadable(text, f'"{text}" is no profile address')
    known = network_of_host(host)
    if known is not None:
        path = f"{url.path.rstrip('/')}/#{url.fragment}" if url.fragment.startswith("/") else url.path
        return _from_known_host(text, *known, unquote(path), url.query)
    if (match := _FEDIVERSE_PATH.match(unquote(url.path))) and network in (None, "mastodon"):
        found = _fediverse_handle(f"{match[1]}@{match[2] or host}")
        if found:
            return found
    return _unknown_host(text, host, network)


def _unknown_host(text: str, host: str, network: str | None) -> Unreadable:
    near = difflib.get_close_matches(host.removeprefix("www."), HOSTS, n=1, cutoff=0.8)
    if near:
        return Unreadable(text, f'"{text}" is no profile address (did you mean {near[0]}?)', near[0])
    where = f"on {network}" if network else "on a network that is known here"
    return Unreadable(text, f'"{text}" is no profile address {where}')


def _from_known_host(
    text: str, network: Network, subdomain: str | None, path: str, query: str
) -> Identity | Unreadable:
    handle = subdomain or _by_route(network, [segment for segment in path.split("/") if segment], query)
    found = _identity(network, handle) if handle else None
    return found or Unreadable(text, f'"{text}" is an address at {network.name}, but of nobody\'s profile')


def _by_route(network: Network, segments: list[str], query: str) -> str | None:
    values = {name: given[0] for name, given in parse_qs(query).items()}
    for route, meaning in network.routes.items():
        path, _, parameter = route.partition("?")
        wanted = path.split("/")
        if parameter:
            value = values.get(parameter.removesuffix("={}"))
            if value and [s.lower() for s in segments] == wanted:
                return meaning.format(value)
            continue
        if len(segments) < len(wanted) or not all(map(_fits, wanted, segments)):
            continue
        position = next(n for n, part in enumerate(wanted) if part.endswith("{}"))
        lead = wanted[position].removesuffix("{}")
        handle = segments[position][len(lead) :]
        # "x.com/@ann" is not how X writes it, but how people do.
        handle = handle if lead else handle.removeprefix("@")
        if handle and not (position == 0 and handle.lower() in network.reserved):
            return meaning.format(handle)
    return None


def _fits(wanted: str, segment: str) -> bool:
    if wanted == "*":
        return True
    if wanted.endswith("{}"):
        return segment.startswith(wanted.removesuffix("{}"))
    return segment.lower() == wanted


def _from_handle(text: str, name: str | None) -> Identity | Unreadable:
    if name is None or name not in NETWORKS:
        return Unreadable(text, f'"{text}" could be on any network; write the whole profile address')
    network = NETWORKS[name]
    found = None
    # As the path of an address, "in/ann"; as written, "c/ann"; bare, "@ann" or "ann".
    for handle in (_by_route(network, text.split("/"), "") if "/" in text else None, text, _bare(network, text)):
        if handle and handle.lower() not in network.reserved:
            found = found or _identity(network, handle)
    return found or Unreadable(text, f'"{text}" is no handle on {name}')


def _bare(network: Network, text: str) -> str:
    return network.bare.format(text.removeprefix("@"))


def _identity(network: Network, handle: str) -> Identity | None:
    if not network.handle.fullmatch(handle) or not network.valid(handle):
        return None
    canonical = network.canonical(unicodedata.normalize("NFC", handle))
    if network.display.startswith("@"):
        canonical = canonical.removeprefix("@")
    return Identity(network.name, canonical, network.display.format(canonical)) if canonical else None
