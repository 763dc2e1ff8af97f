"""The hashing keys, webhook secrets, tokens and subscribers' addresses: SSM SecureStrings under one path per stack."""

from __future__ import annotations

import base64
import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from shared.events import Event
from shared.services._clients import client

# A rotated secret is in use everywhere after this many seconds, without a new deployment.
REMEMBERED_FOR_S = 300
# So many keys of links are good at once; each rotation ends the links of the oldest.
MOST_LINK_KEYS = 4

_KEY_NAME = re.compile(r"hashing-key(?:-([1-9][0-9]*))?")


class Secrets:
    """The secrets of one deployment.

    ``path`` is the stack's, for example "/icebreaker/prod"; below it lie the hashing keys,
    ``webhooks/<event>/<platform>``, ``tokens/<event>/<platform>`` and ``subscribers/<event>/slack``, each read once per
    process. SecureStrings of the standard tier cost nothing while idle.

    Every version of the hashing key is a parameter of its own, ``hashing-key`` the first, ``hashing-key-2`` the next:
    none is ever written over, so that no two who make one at the same moment can lose one.
    """

    def __init__(self, path: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._remembered: dict[str, tuple[float, str]] = {}

    def hashing_key(self, event: Event) -> bytes:
        """The 32 bytes under which the event's identities and names are hashed.

        :raises LookupError: where there is no such key
        """
        return self._key(event.key_version)

    def id_key(self, event: Event) -> bytes:
        """The 32 bytes from which the event's attendees have their ids: the key that the event was made with.

        :raises LookupError: where there is no such key
        """
        return self._key(event.id_key_version)

    def hashing_key_versions(self) -> list[int]:
        """The versions of the hashing key that there are, the newest first."""
        pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path=self._path)
        names = (parameter["Name"].rpartition("/")[2] for page in pages for parameter in page["Parameters"])
        found = (_KEY_NAME.fullmatch(name) for name in names)
        return sorted((int(match[1] or 1) for match in found if match), reverse=True)

    def add_hashing_key(self, token_bytes: Callable[[int], bytes] = secrets.token_bytes) -> int:
        """Make a newer version of the hashing key, for events from now on; its number."""
        version = max(self.hashing_key_versions(), default=0) + 1
        purpose = "A key under which Icebreaker hashes identities; lost, every set must be uploaded again."
        self._ensure_key(_key_name(version), purpose, token_bytes)
        return version

    def forget_hashing_key(self, version: int) -> None:
        """Delete a version of the hashing key; whoever asks makes sure that nothing hangs on it."""
        client("ssm").delete_parameter(Name=f"{self._path}/{_key_name(version)}")
        self._remembered.pop(_key_name(version), None)

    def webhook_secrets(self, event_id: str, platform: str) -> Sequence[str]:
        """The active secrets of an event's webhook, the newest first; none where there is no such webhook."""
        return (self._read(f"webhooks/{event_id}/{platform}") or "").split()

    def ensure_hashing_key(self) -> int:
        """The newest version of the hashing key; the first is made where there is none."""
        return max(self.hashing_key_versions(), default=0) or self.add_hashing_key()

    def suppression_key(self) -> bytes:
        """The 32 bytes under which addresses are hashed that nobody writes to any more.

        One for all events and for good: such an address must be known at events that are hashed under other keys.

        :raises LookupError: where no key was made yet
        """
        value = self._read("suppression-key")
        if value is None:
            raise LookupError(f"no suppression key under {self._path}; `icebreaker event create` makes one")
        return base64.b64decode(value)

    def ensure_suppression_key(self, token_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Make the key for addresses that nobody writes to any more, unless there is one."""
        purpose = "The key under which suppressed addresses are hashed; lost, they are written to again."
        self._ensure_key("suppression-key", purpose, token_bytes)

    def add_webhook_secret(self, event_id: str, platform: str, secret: str) -> None:
        """Make ``secret`` the newest of a webhook; the one before it stays valid, so that a rotation loses nothing."""
        name = f"webhooks/{event_id}/{platform}"
        self._remembered.pop(name, None)
        active = [secret, *(old for old in self.webhook_secrets(event_id, platform) if old != secret)][:2]
        client("ssm").put_parameter(
            Name=f"{self._path}/{name}", Value=" ".join(active), Type="SecureString", Overwrite=True
        )
        self._remembered.pop(name, None)

    def forget_webhook(self, event_id: str, platform: str) -> None:
        """Delete the secrets of one webhook; no matter whether there are any."""
        name = f"webhooks/{event_id}/{platform}"
        client("ssm").delete_parameters(Names=[f"{self._path}/{name}"])
        self._remembered.pop(name, None)

    def platforms_with(self, kind: str, event_id: str) -> frozenset[str]:
        """For which platforms an event has a secret of this kind, "webhooks" or "tokens"; none of them is read."""
        pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path=f"{self._path}/{kind}/{event_id}")
        return frozenset(parameter["Name"].rpartition("/")[2] for page in pages for parameter in page["Parameters"])

    def api_token(self, event_id: str, platform: str) -> str:
        """The token with which the platform's API is asked about an event.

        :raises LookupError: where none was set
        """
        token = self._read(f"tokens/{event_id}/{platform}")
        if token is None:
            raise LookupError(f"no API token of {platform} for {event_id}; `icebreaker event token` sets one")
        return token

    def set_api_token(self, event_id: str, platform: str, token: str) -> None:
        """Set the token with which the platform's API is asked about an event."""
        name = f"tokens/{event_id}/{platform}"
        client("ssm").put_parameter(Name=f"{self._path}/{name}", Value=token, Type="SecureString", Overwrite=True)
        self._remembered.pop(name, None)

    def slack_address(self, event_id: str) -> str | None:
        """The incoming webhook to which an event's waves are told; whoever knows it can post there."""
        return self._read(f"subscribers/{event_id}/slack")

    def set_slack_address(self, event_id: str, address: str | None) -> None:
        """Set the incoming webhook to which an event's waves are told; None: they are told nowhere any more."""
        name = f"subscribers/{event_id}/slack"
        ssm = client("ssm")
        if address is None:
            ssm.delete_parameters(Names=[f"{self._path}/{name}"])  # this call does not mind where there is none
        else:
            ssm.put_parameter(Name=f"{self._path}/{name}", Value=address, Type="SecureString", Overwrite=True)
        self._remembered.pop(name, None)

    def forget_event(self, event_id: str) -> None:
        """Delete the secrets of every webhook of an event, the tokens, and where its waves are told."""
        ssm = client("ssm")
        names = [
            parameter["Name"]
            for kind in ("webhooks", "tokens", "subscribers")
            for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=f"{self._path}/{kind}/{event_id}")
            for parameter in page["Parameters"]
        ]
        for start in range(0, len(names), 10):
            ssm.delete_parameters(Names=names[start : start + 10])

    def link_keys(self, *, now: float | None = None) -> tuple[bytes, ...]:
        """The keys under which links may be signed; the first signs.

        That is the newest which every process knows by now: a link must not be refused where its key is not known yet.

        :param now: seconds since 1970
        :raises LookupError: where no key was made yet
        """
        value = self._read("link-keys")
        if not value:
            raise LookupError(f"no keys for links under {self._path}; `icebreaker links rotate` makes one")
        made = [(int(at), base64.b64decode(key)) for at, _, key in (word.partition(".") for word in value.split())]
        known_since = (time.time() if now is None else now) - 2 * REMEMBERED_FOR_S
        return tuple(key for at, key in sorted(made, key=lambda each: each[0] > known_since))

    def ensure_link_keys(self, token_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Make the first key for links, unless there is one."""
        ssm = client("ssm")
        try:
            ssm.put_parameter(
                Name=f"{self._path}/link-keys", Value=_new_link_key(token_bytes, time.time()), Type="SecureString"
            )
        except ssm.exceptions.ParameterAlreadyExists:
            return
        self._remembered.pop("link-keys", None)

    def rotate_link_keys(
        self,
        *,
        revoke: bool = False,
        now: float | None = None,
        token_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> int:
        """Make a newer key for links; how many are good from now on.

        :param revoke: whether the older ones end, and with them every link that went out so far
        """
        self._remembered.pop("link-keys", None)
        new = _new_link_key(token_bytes, time.time() if now is None else now)
        active = [new] if revoke else [new, *(self._read("link-keys") or "").split()][:MOST_LINK_KEYS]
        client("ssm").put_parameter(
            Name=f"{self._path}/link-keys", Value=" ".join(active), Type="SecureString", Overwrite=True
        )
        self._remembered.pop("link-keys", None)
        return len(active)

    def _ensure_key(self, name: str, purpose: str, token_bytes: Callable[[int], bytes]) -> None:
        ssm = client("ssm")
        # Whoever makes one at the same moment makes the same: the first of them holds.
        with suppress(ssm.exceptions.ParameterAlreadyExists):
            ssm.put_parameter(
                Name=f"{self._path}/{name}",
                Value=base64.b64encode(token_bytes(32)).decode(),
                Type="SecureString",
                Description=purpose,
            )

    def _key(self, version: int) -> bytes:
        value = self._read(_key_name(version))
        if value is None:
            raise LookupError(f"no version {version} of the hashing key under {self._path}")
        return base64.b64decode(value)

    def _read(self, name: str) -> str | None:
        known = self._remembered.get(name)
        if known is not None and self._clock() - known[0] < REMEMBERED_FOR_S:
            return known[1]
        ssm = client("ssm")
        try:
            answer = ssm.get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)
        except ssm.exceptions.ParameterNotFound:
            return None
        value = str(answer["Parameter"]["Value"])
        self._remembered[name] = (self._clock(), value)
        return value


def _new_link_key(token_bytes: Callable[[int], bytes], now: float) -> str:
    return f"{int(now)}.{base64.b64encode(token_bytes(32)).decode()}"


def _key_name(version: int) -> str:
    return "hashing-key" if version == 1 else f"hashing-key-{version}"
