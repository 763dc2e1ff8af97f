"""Which network's profile an address is: hosts are looked up, paths compared; a host that only looks alike never is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from shared.identities.hosts import host as public_host
from shared.identities.identity import Identity
from shared.identities.network import Network, matches
from shared.identities.table import NETWORKS
from shared.identities.text import latin, unescaped

# "https://", and what comes of typing it by hand: "http//:", "https:/", "http://https://".
_WEB: Final = r"(?i:(?:https?(?::/{1,3}|//:?/{0,2}))+)"
_SCHEME: Final = r"(?i:([a-z][a-z0-9+-]{0,30}):)"
_LANGUAGE: Final = r"[a-z]{2}(?:-[a-z]{2})?"
_SAME_SITE: Final = frozenset(("www", "m", "mobile", "touch", "amp", "web"))
_WEB_PORTS: Final = frozenset(("", "80", "443"))
# Addresses that only lead on, and the parameter that says where.
_LEADS_ON: Final = {
    "l.facebook.com": "u",
    "lm.facebook.com": "u",
    "l.instagram.com": "u",
    "l.threads.com": "u",
    "google.com": "q",
    "out.reddit.com": "url",
    "slack-redir.net": "url",
    "steamcommunity.com/linkfilter": "url",
    "youtube.com/redirect": "q",
}
_SHORTEST_TO_CORRECT: Final = 8  # letters of a host; among "x.com" and its like everything is near everything
_SHORTEST_BRAND: Final = 5  # letters of what stands before the ending


class Address(NamedTuple):
    """An address in parts; of what is no web address, ``host`` is the scheme with its colon ("tg:")."""

    host: str  # lower-case, without "www."; "" where there can be none
    segments: tuple[str, ...]  # of the path, unescaped; where there is no path, of the fragment, beginning with "#"
    query: str

    def parameter(self, name: str) -> str:
        """The first value that a query parameter has, or nothing."""
        for item in self.query.split("&"):
            key, equals, value = item.partition("=")
            if not equals:
                key, value = "", key
            if key.lower() == name:
                return unescaped(value.replace("+", " ")).strip()
        return ""


class _Rule(NamedTuple):
    network: Network
    segments: tuple[tuple[str, bool], ...]  # (what stands there, in lower case; whether the handle follows)
    parameter: str | None
    handle: str  # what the handle is, "{}" for what was taken


def split(text: str) -> Address | None:
    """The parts of what is written as an address: with a scheme, or beginning with a host; else None."""
    web = re.match(_WEB, text)
    if web is not None:
        rest = text[web.end() :]
        if not rest.partition("/")[0].isascii() or "%3" in text[:20].lower():
            rest = unescaped(rest)
        return _split_web(rest)
    scheme = re.match(_SCHEME, text)
    if scheme is not None and f"{scheme[1].lower()}:" in _hosts():
        return _parts(f"{scheme[1].lower()}:", text[scheme.end() :].lstrip("/"))
    if text[:8].lower() in ("https%3a", "http%3a%"):
        return split(unescaped(text))
    if scheme is not None and text[scheme.end() : scheme.end() + 2] == "//":
        return Address("", (), "")
    return _split_web(text.removeprefix("//")) if _begins_with_a_host(text.removeprefix("//")) else None


def _begins_with_a_host(text: str) -> bool:
    authority = _authority(text)
    return "@" not in authority and "." in authority and public_host(authority.partition(":")[0]) is not None


def _authority(text: str) -> str:
    return text.partition("/")[0].partition("?")[0].partition("#")[0]


def _split_web(text: str) -> Address:
    authority = _authority(text)
    name, _, port = authority.partition(":")
    # Whoever writes a user name or an odd port means another computer than the one that is read first.
    known = None if "@" in authority or "\\" in authority or port not in _WEB_PORTS else public_host(name)
    return _parts((known or "").removeprefix("www."), text[len(authority) :])


def _parts(host: str, rest: str) -> Address:
    before, _, fragment = rest.partition("#")
    path, _, query = before.partition("?")
    segments = tuple(unescaped(segment) for segment in path.split("/") if segment)
    if not segments and fragment and not query:
        segments = tuple(unescaped(segment) for segment in f"#{fragment}".split("/") if segment)
    return Address(host, segments, query)


def identity_at(address: Address) -> Identity | None:
    """Whose profile the address is, or None."""
    for rule in _rules_at(address.host):
        taken = _taken(rule, address)
        if taken is not None and (found := rule.network.identity(rule.handle.format(*taken))) is not None:
            return None if is_a_host(found, rule.network) else found
    user, _, domain = address.host.partition(".")
    for rule in () if user in _SAME_SITE else _hosts().get(f"{{}}.{domain}", ()):
        if (found := _of_subdomain(rule, user)) is not None:
            return found
    return None


def is_a_host(found: Identity, network: Network) -> bool:
    """Whether a handle would be read as a network's host, were it written alone ("gitlab.com/github.io")."""
    if "." not in found.handle or (network.claims and matches(network.claims, found.display)):
        return False
    host = public_host(found.handle)
    return host is not None and network_at(host.removeprefix("www.")) is not None


def network_at(host: str) -> Network | None:
    """The network to which a host belongs, whether or not profiles lie there."""
    name = host
    while name:
        if (rules := _hosts().get(name)) is not None:
            return rules[0].network
        if (network := _elsewhere().get(name)) is not None:
            return network
        name = name.partition(".")[2]
        if (rules := _hosts().get(f"{{}}.{name}")) is not None:
            return rules[0].network
    return None


def identity_below(network: Network, path: str) -> Identity | None:
    """Whose profile a path is, where only the network is known: "in/ann-oneil", "u/ann"."""
    hosts = network.hosts or tuple(whole.partition("/")[0] for whole in network.also if "/" in whole)
    return identity_at(_parts(hosts[0], path)) if hosts else None


def leads_to(address: Address) -> str:
    """Where an address that only leads on leads to; nothing for any other."""
    name = _LEADS_ON.get(address.host) or _LEADS_ON.get("/".join((address.host, *address.segments[:1])))
    return (address.parameter(name) or (address.parameter("url") if name == "q" else "")) if name else ""


def near(text: str) -> str | None:
    """The known host that a misspelt one is one letter away from, or None."""
    written = _authority(re.sub(_WEB, "", text, count=1)).rpartition("@")[2].lower().removeprefix("www.")
    host = latin(written).lower()
    if len(host) > 40:
        return None
    spellings = (_spellings().get(spelling) for spelling in (host, *_one_letter_less(host)))
    return next((known for known in spellings if known is not None and known != written), None)


def looks_like_a_known_host(host: str) -> bool:
    """Whether a host begins like a network's ("linkedin.com.example.org") without being one."""
    labels = host.split(".")
    return any(".".join(labels[:n]) in _hosts() for n in range(2, len(labels)))


def _rules_at(host: str) -> tuple[_Rule, ...]:
    rules = _hosts().get(host)
    if rules is not None or host in _elsewhere():
        return rules or ()
    first, _, rest = host.partition(".")
    if first in _SAME_SITE:
        return _hosts().get(rest, ())
    if re.fullmatch(_LANGUAGE, first):
        return tuple(rule for rule in _hosts().get(rest, ()) if rule.network.languages)
    return ()


def _taken(rule: _Rule, address: Address) -> list[str] | None:
    if len(address.segments) < len(rule.segments):
        return None
    taken = []
    for (before, takes), segment in zip(rule.segments, address.segments, strict=False):
        if not takes:
            if before not in ("*", segment.lower()):
                return None
        elif segment[: len(before)].lower() != before:
            return None
        else:
            taken.append(segment[len(before) :])
    if rule.parameter is not None:
        taken.append(address.parameter(rule.parameter))
    return taken if all(taken) else None


def _of_subdomain(rule: _Rule, user: str) -> Identity | None:
    return rule.network.identity(rule.handle.format(user))


@lru_cache(maxsize=1)
def _hosts() -> dict[str, tuple[_Rule, ...]]:
    found: dict[str, list[_Rule]] = {}
    for network in NETWORKS.values():
        for host in network.hosts:
            found.setdefault(host, []).extend(_rule(network, path) for path in network.paths)
        for whole in network.also:
            at = min((n for n in (whole.find("/"), whole.find(":") + 1) if n > 0), default=len(whole.split(" ")[0]))
            rest = whole[at:].removeprefix("/")
            found.setdefault(whole[:at], []).append(_rule(network, rest))
    return {host: tuple(rules) for host, rules in found.items()}


@lru_cache(maxsize=1)
def _elsewhere() -> dict[str, Network]:
    return {host: network for network in NETWORKS.values() for host in network.elsewhere}


def _rule(network: Network, written: str) -> _Rule:
    path, arrow, handle = written.partition(" -> ")
    path, _, query = path.partition("?")
    segments = tuple((part.removesuffix("{}").lower(), part.endswith("{}")) for part in path.split("/") if part)
    return _Rule(network, segments, query.removesuffix("={}") if query else None, handle if arrow else "{}")


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Every known host and brand, whole and with any one letter left out (the symmetric-delete way of correcting)."""
    found: dict[str, str] = {}
    correct = [
        host
        for host, rules in _hosts().items()
        # Another server of the fediverse may well have a name like this one's.
        if len(host) >= _SHORTEST_TO_CORRECT
        and not {"{", ":"} & set(host)
        and rules[0].network.name_space != "mastodon"
    ]
    for host in correct:
        for spelling in _one_letter_less(host):
            found.setdefault(spelling, host)
        # "linkedin/in/ann": the ending was forgotten.
        if host.count(".") == 1 and host.index(".") >= _SHORTEST_BRAND:
            found.setdefault(host.partition(".")[0], host)
    return found | {host: host for host in correct}


def _one_letter_less(text: str) -> list[str]:
    return [text[:n] + text[n + 1 :] for n in range(len(text))]
