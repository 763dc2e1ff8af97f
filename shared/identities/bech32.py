"""Nostr's readable keys (NIP-19) to and from the 32 bytes they stand for, in bech32 (BIP 173)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_LONGEST: Final = 1_000  # a profile's relays make it longer than BIP 173's 90


def public_key(text: str) -> str | None:
    """The key in 64 hexadecimal digits of an "npub1…" or "nprofile1…"; None for anything else or a wrong checksum."""
    text = text.lower()
    prefix, one, rest = text.partition("1")
    if prefix not in ("npub", "nprofile") or not one or not 6 < len(rest) <= _LONGEST:
        return None
    values = [_LETTERS.find(letter) for letter in rest]
    if -1 in values or _checksum([*_expanded(prefix), *values]) != 1:
        return None
    data = _regrouped(values[:-6], 5, 8)
    key = bytes(data) if prefix == "npub" else _first_key(bytes(data))
    return key.hex() if key is not None and len(key) == 32 else None


def npub(key: str) -> str:
    """The readable form of a key of 64 hexadecimal digits."""
    values = _regrouped(bytes.fromhex(key), 8, 5, pad=True)
    remainder = _checksum([*_expanded("npub"), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    check = [(remainder >> 5 * (5 - n)) & 31 for n in range(6)]
    return "npub1" + "".join(_LETTERS[value] for value in [*values, *check])


def _first_key(data: bytes) -> bytes | None:
    # NIP-19: a sequence of (type, length, value); type 0 of a profile is its public key.
    at = 0
    while at + 2 <= len(data):
        kind, length = data[at], data[at + 1]
        if kind == 0:
            return data[at + 2 : at + 2 + length]
        at += 2 + length
    return None


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _checksum(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if (top >> bit) & 1 else 0
    return check


def _regrouped(values: Iterable[int], from_bits: int, to_bits: int, *, pad: bool = False) -> list[int]:
    held, bits, result = 0, 0, []
    for value in values:
        held = (held << from_bits | value) & 0xFFF
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            result.append(held >> bits & ((1 << to_bits) - 1))
    if pad and bits:
        result.append(held << (to_bits - bits) & ((1 << to_bits) - 1))
    return result
