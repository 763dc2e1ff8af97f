"""Names without clear text: a name and a company become a few keys on which two spellings of one person meet."""

from shared.names.keys import KEYS_VERSION, MAX_KEYS, KeyKind, NameKey, name_keys, unambiguous

__all__ = ["KEYS_VERSION", "MAX_KEYS", "KeyKind", "NameKey", "name_keys", "unambiguous"]
