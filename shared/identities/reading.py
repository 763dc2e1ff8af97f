"""Read what people type: an address, a handle, or several of them in one cell."""

from __future__ import annotations

import re
from typing import Final

from shared.identities import addresses
from shared.identities.hosts import user_at_host
from shared.identities.identity import Identity, Reading, Unreadable
from shared.identities.labels import spoken
from shared.identities.network import Network, matches
from shared.identities.table import NETWORKS
from shared.identities.text import clean, shown

_PLACEHOLDERS: Final = frozenset(
    "n/a na n.a none no nope nil null undefined tbd tba tbc todo unknown not-applicable private secret later same "
    "idem keine kein keinen nein nicht entfällt aucun aucune non ninguno ninguna nada nessuno nessuna nenhum nenhuma "
    "nao não geen nee ingen inget brak nie yok hayir hayır нет なし 无 無 没有 없음 "
    "yes yep ja oui si sí sì sim да はい 是 he/him she/her they/them".split()
) | {
    "not applicable", "i don't have one", "i dont have one", "don't have one", "dont have one", "don't have any",
    "no tengo", "je n'en ai pas", "pas de compte", "habe ich nicht", "nicht vorhanden", "not on social media",
    "prefer not to say", "no account", "no twitter", "no linkedin", "kein account", "n / a", "none yet",
}  # fmt: skip
_SEPARATORS: Final = r"[,;|\n\t•·→⇒<>\"]|\s[/&+]\s|\]\(|\s\(|\)(?=[\s,;|]|$)"
_PHONE_IN_TEXT: Final = r"\+\d[\d .()-]{6,24}"
_PHONE_SEPARATORS: Final = r"[,;|\n\t]|\s(?:/|or|oder|ou|o)\s"
_BEFORE_A_NETWORK: Final = frozenset("on at auf bei sur en em su på op -".split())
_FILLERS: Final = frozenset(
    "a am and as at auf bei das der die e en et est find handle hier i id ich im is ist la le link linkedin's me mein "
    "meine mi mon my name o on or ou oder page profil profile same see sur the und user username account y you".split()
)
_FEDIVERSE: Final = frozenset(network.name for network in NETWORKS.values() if network.name_space == "mastodon") | {
    "mastodon"
}
# Where servers of the fediverse keep a profile: Mastodon, Misskey, PeerTube, Friendica, Lemmy.
_ANY_SERVER: Final = r"@(?P<user>[^@]+)(?:@(?P<host>[^@]+))?"
_UNMISTAKABLE: Final = tuple(network for network in NETWORKS.values() if network.unmistakable)


def parse(text: str, network: str | None = None) -> Identity | Unreadable:
    """Read one identity; never raises.

    :param network: what a bare handle means: the network that the column or question names
    """
    cleaned = clean(text)
    if not any(c.isalnum() for c in cleaned):
        return Unreadable(shown(cleaned), "nothing is written there")
    if cleaned.casefold() in _PLACEHOLDERS:
        return Unreadable(cleaned, f'"{cleaned}" says that there is none')
    column = NETWORKS.get(network) if network is not None else None
    return _parse(cleaned, column)


def read(text: str, network: str | None = None) -> Reading:
    """Read everything in one cell or answer; never raises.

    :param network: what a bare handle means, unless the text itself says otherwise ("tw: @ann / in: ann-oneil")
    """
    cleaned = clean(text)
    if _is_placeholder(cleaned):
        return Reading()
    column = NETWORKS.get(network) if network is not None else None
    if not re.search(_SEPARATORS, cleaned):
        whole = _parse(cleaned, column) if " " not in cleaned or column is not None else None
        if isinstance(whole, Identity):
            return Reading((whole,))
    found, misread = _each(cleaned, column)
    return Reading(
        tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unread.reason for unread in _worth(misread, found)))
    )


def _worth(misread: list[Unreadable], found: list[Identity]) -> list[Unreadable]:
    # Beside what was understood, a word that may be just a word is not worth a complaint.
    return [unread for unread in misread if not found or not unread.text.replace(" ", "").strip("/=").isalpha()]


def email(text: str) -> Identity | None:
    """The e-mail address that a text is: lower-case, NFC, its host in ASCII; None where it is none.

    Plus tags and dots are kept: no provider's own rules are applied.
    """
    return NETWORKS["email"].identity(_after(clean(text), "mailto:").partition("?")[0])


def phone(text: str) -> Identity | None:
    """The telephone number that a text is, in E.164; None where it has no country code ("+33…" or "0033…")."""
    return NETWORKS["phone"].identity(_after(clean(text), "tel:"))


def _after(text: str, scheme: str) -> str:
    return text[len(scheme) :] if text[: len(scheme)].lower() == scheme else text


def _is_placeholder(text: str) -> bool:
    return not any(c.isalnum() for c in text) or text.casefold() in _PLACEHOLDERS


def _parse(text: str, column: Network | None) -> Identity | Unreadable:
    """What a cleaned text that is not empty says."""
    if column is not None and column.claims and matches(column.claims, text) and (found := column.identity(text)):
        return found
    if (found := _unmistakable(text)) is not None:
        return found
    address = addresses.split(_without_at(text))
    if address is not None:
        alone = "/" not in text and column is not None and column.name != "homepage"
        if address.host and (not alone or addresses.network_at(address.host) is not None):
            return _at(address, text, column)
        if not address.host:
            return _no_profile(text)
    if "/" in text and (column is not None) and (found := addresses.identity_below(column, text.lstrip("/"))):
        return found
    return _bare(text, column)


def _without_at(text: str) -> str:
    # Forms that print an "@" before the field make people paste an address behind it.
    return text[1:] if text[:5].lower() == "@http" else text


def _unmistakable(text: str) -> Identity | None:
    for network in _UNMISTAKABLE:
        if matches(network.unmistakable, text) and (found := network.identity(text)) is not None:
            return found
    return _on_another_server(text) if text[0] == "@" else None


def _on_another_server(text: str) -> Identity | None:
    """@ann@threads.net is Threads, and Bluesky's bridge gives its people addresses at bsky.brid.gy."""
    parts = user_at_host(text[1:])
    if parts is None:
        return None
    user, host = parts
    name = {"threads.net": "threads", "threads.com": "threads", "bsky.brid.gy": "bluesky"}.get(host)
    return NETWORKS[name].identity(user) if name else None


def _at(address: addresses.Address, text: str, column: Network | None) -> Identity | Unreadable:
    onward = addresses.leads_to(address)
    if onward and (further := addresses.split(onward)) is not None:
        address = further
    found = addresses.identity_at(address)
    if found is not None:
        return found
    known = addresses.network_at(address.host)
    if known is not None:
        return Unreadable(shown(text), f'"{shown(text)}" is an address at {known.title}, but of nobody\'s profile')
    return _at_unknown_host(address, text, column)


def _at_unknown_host(address: addresses.Address, text: str, column: Network | None) -> Identity | Unreadable:
    near = addresses.near(text) or addresses.near(address.host)
    if near is not None or addresses.looks_like_a_known_host(address.host):
        return _no_profile(text, near)
    handle = _on_any_server(address, wide=column is not None and column.name in _FEDIVERSE)
    if handle is not None:
        network = column if column is not None and column.name in _FEDIVERSE else NETWORKS["mastodon"]
        if (found := network.identity(handle)) is not None:
            return found
    page = "/".join((address.host, *address.segments))
    plain = column is not None and column.name == "homepage" and not any("/" in part for part in address.segments)
    found = NETWORKS["homepage"].identity(page) if plain else None
    return found or _no_profile(text)


def _on_any_server(address: addresses.Address, *, wide: bool) -> str | None:
    """user@host of an address that any server of the fediverse may have; ``wide`` where the column speaks of one."""
    segments = address.segments
    if not segments:
        return None
    if len(segments) > 1 and segments[0] == "web" and segments[1][0] == "@":
        segments = segments[1:]
    first = segments[0]
    if len(segments) > 1 and (first == "users" or (wide and first in ("u", "profile", "accounts", "a"))):
        first = f"@{segments[1].removeprefix('@')}"
    match = re.fullmatch(_ANY_SERVER, first)
    return f"{match['user']}@{match['host'] or address.host}" if match else None


def _bare(text: str, column: Network | None) -> Identity | Unreadable:
    quoted = shown(text)
    if column is None:
        near = addresses.near(text) if "/" in text else None
        if near is not None:
            return _no_profile(text, near)
        return _ambiguous(text)
    found = column.identity(text)
    if found is not None and not addresses.is_a_host(found, column):
        return found
    if "/" in text or "." in text:
        near = addresses.near(text)
        if near is not None:
            return _no_profile(text, near)
    sample = next((handle for handle in column.examples if "/" not in handle and ":" not in handle), None)
    such_as = f"; write it like {sample}" if sample else ""
    if column.name == "phone":
        return Unreadable(quoted, f'"{quoted}" is no telephone number with its country code{such_as}')
    name = quoted.lstrip("@")
    suggestion = f"{name}.bsky.social" if column.name == "bluesky" and name.isalnum() else None
    return Unreadable(quoted, f'"{quoted}" is no handle on {column.title}{such_as}', suggestion)


def _no_profile(text: str, suggestion: str | None = None) -> Unreadable:
    meant = f" (did you mean {suggestion}?)" if suggestion else ""
    return Unreadable(shown(text), f'"{shown(text)}" is no profile address{meant}', suggestion)


def _each(text: str, column: Network | None) -> tuple[list[Identity], list[Unreadable]]:
    """Everything in a text of several, and what looked like an identity and could not be read.

    A label before a colon speaks of what follows, even on the next line; one in parentheses or alone behind a handle
    speaks of that handle ("@ann (Twitter)").
    """
    found: list[Identity] = []
    misread: list[Unreadable] = []
    label: Network | None = None
    waiting = ""  # a handle without a label
    splitter = _PHONE_SEPARATORS if column is not None and column.name == "phone" else _SEPARATORS
    for piece in re.split(splitter, re.sub(_PHONE_IN_TEXT, _without_spaces, text)):
        segment = piece.strip()
        name = _only_a_label(segment)
        if name is not None:
            told = _parse(waiting, NETWORKS[name]) if waiting and not segment.endswith(":") else None
            if isinstance(told, Identity):
                found.append(told)
                misread.pop()
            label, waiting = (None, "") if isinstance(told, Identity) else (NETWORKS[name], waiting)
        elif not _is_placeholder(clean(segment)):
            read_here, label, unread = _in_segment(segment, column, label)
            found += read_here
            waiting = clean(segment) if unread and not read_here and column is None and " " not in segment else ""
            misread += [unread] if unread and not read_here else []
    return found, misread


def _only_a_label(segment: str) -> str | None:
    word = segment.removesuffix(":").strip()
    return spoken(word, before_colon=segment.endswith(":")) if word.replace(" ", "").isalpha() else None


def _without_spaces(match: re.Match[str]) -> str:
    number = match[0]
    ending = number[len(number.rstrip(" .(-")) :]
    return "".join(c for c in number.replace("(0)", "") if c.isdecimal() or c == "+") + (" " if ending else "")


def _in_segment(
    segment: str, column: Network | None, label: Network | None
) -> tuple[list[Identity], Network | None, Unreadable | None]:
    """What one segment holds, the label with which it ends if it does, and what could not be read."""
    words = segment.split()
    whole = _parse(clean(segment), label or column) if len(words) == 1 or label or column else None
    if isinstance(whole, Identity):
        return [whole], None, None
    if len(words) == 1 and ":" not in segment and "=" not in segment:
        return [], None, whole
    found, label, misread = _in_words(words, column, label)
    if found or (label is not None and misread is None):
        return found, label, misread
    return [], None, misread or whole or _ambiguous(segment)


def _ambiguous(text: str) -> Unreadable:
    quoted = shown(clean(text))
    return Unreadable(quoted, f'"{quoted}" could be on any network; write the whole profile address')


def _in_words(
    words: list[str], column: Network | None, label: Network | None
) -> tuple[list[Identity], Network | None, Unreadable | None]:
    """Of several words, those that say what they are: "github ann", "I'm @ann", "@ann on Twitter", an address."""
    found: list[Identity] = []
    misread: Unreadable | None = None
    at = 0
    while at < len(words):
        name, length, rest = _label(words, at)
        at += length
        if name is not None:
            label = NETWORKS[name]
        word = clean(rest)
        tells = "@" in word or "/" in word.strip("/") or ":" in word
        if not any(c.isalnum() for c in word) or (not tells and word.lower() in _FILLERS):
            continue
        meant = label
        if meant is None and column is None and (word[0] == "@" or not word.isalpha()):
            after, past = _label_behind(words, at)
            meant, at = (NETWORKS[after], past) if after is not None else (None, at)
        if meant is None and not tells and not _speaks_for_itself(word):
            continue
        read_as = _parse(word, meant or column)
        if isinstance(read_as, Identity):
            found.append(read_as)
            label = None
        else:
            misread = misread or read_as
    return found, label, misread


def _speaks_for_itself(word: str) -> bool:
    return not word.isalpha() and isinstance(_parse(word, None), Identity)


def _label(words: list[str], at: int) -> tuple[str | None, int, str]:
    """The network that the words at a place name, how many words that takes, and what stands behind a colon.

    Where they name none: None, one word, and that word.
    """
    word = words[at]
    before, colon, after = word.partition(":") if ":" in word else word.partition("=")
    if colon:
        name = None if after.startswith("//") else spoken(before, before_colon=True)
        # A label before a colon counts, unless the whole is an identity by itself: "matrix:u/ann:example.org".
        if name is not None and after and isinstance(_parse(clean(word), None), Identity):
            name = None
        return (name, 1, after) if name is not None else (None, 1, word)
    bare = clean(word)
    name = spoken(bare, before_colon=False) if bare.isalpha() and len(bare) > 2 else None
    if name is not None:
        return name, 1, ""
    if bare.isalpha() and at + 1 < len(words):
        two, colon, after = words[at + 1].partition(":")
        name = spoken(bare + two, before_colon=bool(colon)) if two.isalpha() else None
        if name is not None and spoken(two, before_colon=False) is None:
            return name, 2, after
    return None, 1, word


def _label_behind(words: list[str], at: int) -> tuple[str | None, int]:
    """The network of "on Twitter", "at GitHub", and the place behind it."""
    if at + 1 < len(words) and words[at].lower() in _BEFORE_A_NETWORK:
        word = clean(words[at + 1])
        return (spoken(word, before_colon=False) if word.isalpha() else None), at + 2
    return None, at
