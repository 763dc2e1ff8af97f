"""Ask other people's servers, whose names come from strangers, without ever reaching anything inside.

Only https on port 443, only the host that the caller names, only public addresses. The name is looked up once, every
address it has is checked, and the socket is connected to one of those very addresses, so that a name that answers
differently the second time leads nowhere. Redirects are answers like any other. There are no cookies, no proxies, and
no more time or memory than was set.

Source: OWASP, Server-Side Request Forgery Prevention; IANA IPv4 and IPv6 special-purpose address registries (RFC 6890);
RFC 6052 (NAT64), 7526 (6to4 is over), 4380 (Teredo). What a server sends is read by urllib3.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, Final

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

Resolve = Callable[[str], Sequence[str]]

# It warns of malformed answers by the whole address, which may name a person or hold a token.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

USER_AGENT: Final = "Icebreaker/1"
_PORT: Final = 443
_CHUNK: Final = 64 * 1024
_LEAST_S_AN_ADDRESS: Final = 1.0
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# A name of at least two labels, the last of which begins with a letter: never an address in any of its spellings.
_NAME: Final = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_URL: Final = re.compile(r"(?i:https)://([^/?#\\@\s]+)((?:/[!-\"$-~]*)?(?:\?[!-\"$-~]*)?)")

_V4_NEVER: Final = tuple(map(ipaddress.IPv4Network, ("192.88.99.0/24",)))  # anycast to whoever relays 6to4
_V6_PUBLIC: Final = ipaddress.IPv6Network("2000::/3")
_V6_NEVER: Final = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo, whose inner address anybody may choose, is among them
            "2001:db8::/32",
            "2002::/16",  # 6to4, the same
            "3fff::/20",
        ),
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Unreachable(ConnectionError):
    """No answer: too late, refused, broken off or too large. The sentence names the host and never the address."""


class NotPublic(Unreachable):
    """The address may not be asked, now or later: not https at the named host, or its name leads inside."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of any status, redirects and errors included."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed


@dataclass(frozen=True, slots=True)
class Opening:
    """For tests only: where a host is found instead, unchecked; plain HTTP unless ``certificates`` is given."""

    address: str
    port: int
    certificates: str | None = None  # the path of a PEM file with the authority to trust


class Web:
    """GET, and POST where somebody asked us to tell their server something; nothing else.

    :param connect_seconds: for looking up the name, connecting and TLS together
    :param read_seconds: for asking and for the whole answer, from its first byte to its last
    :param most_bytes: of the body, decompressed
    :param resolve: a host's addresses, as text; raises OSError. The system's resolver if None
    :param allow: for tests only: by host, where it is to be found on this machine
    """

    def __init__(
        self,
        *,
        connect_seconds: float = 3.0,
        read_seconds: float = 5.0,
        most_bytes: int = 4 * 1024 * 1024,
        resolve: Resolve | None = None,
        allow: Mapping[str, Opening] | None = None,
    ) -> None:
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._most_bytes = most_bytes
        self._resolve = resolve or _system_resolver
        self._allow = dict(allow or {})

    def get(self, url: str, *, host: str, headers: Mapping[str, str] | None = None) -> Page:
        """What ``host`` answers at ``url``, whatever the status.

        :param host: the one host that may be asked; the URL must name exactly this one
        :raises NotPublic: where the address may not be asked at all; nothing was sent
        :raises Unreachable: where no whole answer came in time
        """
        return self._exchange("GET", url, host, headers or {}, None)

    def post(self, url: str, body: bytes, *, host: str, headers: Mapping[str, str] | None = None) -> Page:
        """What ``host`` answers when ``body`` is posted to ``url``, whatever the status.

        :param host: the one host that may be told; the URL must name exactly this one
        :raises NotPublic: where the address may not be asked at all; nothing was sent
        :raises Unreachable: where no whole answer came in time; the body may have arrived all the same
        """
        return self._exchange("POST", url, host, headers or {}, body)

    def _exchange(self, method: str, url: str, host: str, headers: Mapping[str, str], body: bytes | None) -> Page:
        name = ascii_host(host)
        target = _target(url, name)
        connection = _Connection(name, self._dial(name), self._read_seconds)
        try:
            return self._ask(connection, method, target, headers, body)
        except (TimeoutError, ReadTimeout) as error:
            raise Unreachable(f"{name} did not answer within {self._read_seconds:g} seconds") from error
        except (HTTPError, http.client.HTTPException, OSError) as error:
            if isinstance(error, Unreachable):
                raise
            raise Unreachable(f"{name} broke off its answer ({_reason(error)})") from None
        finally:
            connection.close()

    def _ask(
        self, connection: _Connection, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Page:
        own = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Connection": "close"}
        connection.request(method, target, body, own | dict(headers), preload_content=False)
        answer = connection.getresponse()
        try:
            content = self._body(answer, connection.host)
        finally:
            answer.close()
        return Page(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)

    def _body(self, answer: HTTPResponse, host: str) -> bytes:
        body = bytearray()
        while chunk := answer.read(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._most_bytes:
                raise Unreachable(f"{host} answered with more than {self._most_bytes:,} bytes")
        return bytes(body)

    def _dial(self, host: str) -> _Plain | _Secure:
        """A connected socket to the host, TLS included."""
        deadline = time.monotonic() + self._connect_seconds
        opening = self._allow.get(host)
        try:
            if opening is None:
                return _secured(_connected(self._public_addresses(host, deadline), _PORT, deadline), host, deadline)
            plain = _connected([opening.address], opening.port, deadline)
            trusted = opening.certificates
            return plain if trusted is None else _secured(plain, host, deadline, trusted)
        except TimeoutError as error:
            raise Unreachable(f"{host} did not take a connection within {self._connect_seconds:g} seconds") from error
        except OSError as error:
            if isinstance(error, Unreachable):
                raise
            raise Unreachable(f"{host} cannot be connected to ({_reason(error)})") from None

    def _public_addresses(self, host: str, deadline: float) -> Sequence[str]:
        addresses = _in_time(lambda: self._resolve(host), deadline)
        if not addresses:
            raise Unreachable(f"{host} has no address")
        if not all(is_public(address) for address in addresses):
            raise NotPublic(f"{host} leads to an address that is not public, so it is not asked")
        return addresses


def host_of(url: str) -> str:
    """The host that a plain https address names, as :meth:`Web.get` takes it.

    :raises NotPublic: where it is none, or names a port other than 443; the sentence does not repeat the address
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        raise NotPublic("that is no plain https address, so it is not asked")
    return ascii_host(parts[1].removesuffix(f":{_PORT}"))


def ascii_host(host: str) -> str:
    """The host's name in lower case and ASCII (IDNA).

    :raises NotPublic: where it is none: an address by number, a name without a dot
    """
    name = host.lower().removesuffix(".")
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise NotPublic("the address names no public host, so it is not asked")
    return name


def is_public(address: str) -> bool:
    """Whether an IP address, as text, belongs to the public internet; False for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return _is_public_v4(ip.ipv4_mapped)
        if ip in _NAT64:
            return _is_public_v4(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        return ip in _V6_PUBLIC and ip.is_global and not any(ip in never for never in _V6_NEVER)
    return _is_public_v4(ip)


def _is_public_v4(ip: ipaddress.IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in never for never in _V4_NEVER)


def _target(url: str, host: str) -> str:
    """Path and query of a URL at the host."""
    parts = _URL.fullmatch(url)
    if parts is None:
        raise NotPublic(f"what was to be asked of {host} is no plain https address, so it is not asked")
    if ascii_host(parts[1].removesuffix(f":{_PORT}")) != host:
        raise NotPublic(f"what was to be asked of {host} lies at another host, so it is not asked")
    return parts[2] if parts[2].startswith("/") else f"/{parts[2]}"


class _Plain(socket.socket):
    """A socket that is done at a deadline, however slowly the other side drips."""

    deadline = 0.0

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(_left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


class _Secure(ssl.SSLSocket):
    """The same with TLS."""

    deadline = 0.0

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(_left(self.deadline))
        return super().recv_into(buffer, nbytes, flags)


class _Connection(HTTPConnection):
    """urllib3's connection over a socket that is connected already, so that nothing is looked up again."""

    default_port = _PORT  # type: ignore[misc]

    def __init__(self, host: str, sock: _Plain | _Secure, seconds: float) -> None:
        super().__init__(host, _PORT, timeout=seconds)
        sock.settimeout(seconds)
        sock.deadline = time.monotonic() + seconds
        self.sock = sock

    def connect(self) -> None:
        raise Unreachable(f"{self.host} closed the connection")  # never a second connection, which nobody checked


def _connected(addresses: Sequence[str], port: int, deadline: float) -> _Plain:
    """A socket connected to the first of the addresses that takes it."""
    failure = OSError("no address")
    for tried, address in enumerate(addresses):
        sock = _Plain(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            left = _left(deadline)
            # One address that swallows everything must not use up the time of the others.
            sock.settimeout(min(left, max(_LEAST_S_AN_ADDRESS, left / (len(addresses) - tried))))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect((address, port))
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _secured(sock: _Plain, host: str, deadline: float, certificates: str | None = None) -> _Secure:
    try:
        sock.settimeout(_left(deadline))
        secure = _context(certificates).wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    assert isinstance(secure, _Secure)
    return secure


@cache
def _context(certificates: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificates)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _Secure
    return context


def _system_resolver(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]


def _in_time(call: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """The call's result, or TimeoutError: the system's resolver knows no time limit of ours."""
    done: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def work() -> None:
        try:
            done.put(call())
        except Exception as error:
            done.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        result = done.get(timeout=_left(deadline))
    except Empty:
        raise TimeoutError from None
    if isinstance(result, Exception):
        raise result
    return result


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(error: BaseException) -> str:
    """What kind of failure it was, without the texts of others."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(error, socket.gaierror):
        return "no such name"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return type(error).__name__
