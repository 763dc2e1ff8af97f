"""Names without clear text: a name and a company become a few keys on which two spellings of one person meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.names.key import KeyKind, NameKey
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.names.keys import KEYS_VERSION, MAX_KEYS, name_keys

__all__ = ["KEYS_VERSION", "MAX_KEYS", "KeyKind", "NameKey", "name_keys"]

# Whoever joins hashes of names, or says that two were alike, makes no keys and needs no tables of names.
__getattr__ = when_needed(__name__, {"keys": ("KEYS_VERSION", "MAX_KEYS", "name_keys")})
