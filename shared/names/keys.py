"""Names as blocking keys: short texts that are equal where two people are likely one.

The listed side of a match is stored as keyed hashes, so names are never compared with each other; all the likeness
there is lies in the keys, which both sides compute alike. A person has few of them, and two people match by name
where they share one. Blocking keys: Christen, "Data Matching" (2012), chapter 4; that the family name may stand first
is levelled by the least rotation of the letters instead of sorting the words, so that spaces do not matter either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from shared.names.company import read_companies
from shared.names.folding import spell
from shared.names.key import KeyKind, NameKey
from shared.names.nicknames import MAX_FORMAL_NAMES, formal_names
from shared.names.person import Writing, read_name
from shared.names.vocabulary import vocabulary

KEYS_VERSION: Final = 1  # grows with every change that gives somebody other keys; sets stored before do not meet them
MAX_KEYS: Final = 6


def name_keys(name: str, company: str = "") -> tuple[NameKey, ...]:
    """The keys of a person, the strongest first, at most `MAX_KEYS`; () where the name says too little.

    Takes any text, raises nothing, and depends on nothing but the text and `KEYS_VERSION`.
    """
    companies = read_companies(company)
    ranked = [
        (rank + 2 * position, key)
        for position, writing in enumerate(read_name(name))
        for rank, key in _keys_of(writing, companies)
    ]
    ranked.sort(key=lambda entry: (entry[0], entry[1].kind is KeyKind.NAME))
    return tuple(dict.fromkeys(key for _, key in ranked))[:MAX_KEYS]


def _keys_of(writing: Writing, companies: Sequence[str]) -> Iterator[tuple[int, NameKey]]:
    """(rank, key) for one writing of a name; the lower the rank, the more the key is worth."""
    for rank, form, says_enough in _forms(writing):
        for position, company in enumerate(companies):
            yield rank + 2 * position, NameKey(KeyKind.NAME_AND_COMPANY, f"{form}@{company}")
        if says_enough:
            yield rank, NameKey(KeyKind.NAME, form)


def _forms(writing: Writing) -> Iterator[tuple[int, str, bool]]:
    """(rank, letters, whether they may stand without a company) for each way in which the name gets shortened."""
    first, *between, last = writing
    particles = vocabulary().particles
    between = [word for word in between if word not in particles]
    for form in _pair(first, last):
        yield 0, form, True
    if len(writing) > 2:
        yield 1, least_rotation("".join(map(spell, writing))), True
    # García López and García; Ann Smith O'Neil and Ann Smith; O'Neil Ann Marie and O'Neil Ann.
    for rank, word in enumerate(dict.fromkeys((*between[:1], *between[-1:])), start=2):
        for form in _pair(first, word):
            yield rank, form, False


def _pair(one: str, other: str) -> list[str]:
    """Two words with short forms spelt out: one form for each formal name, at most `MAX_FORMAL_NAMES`."""
    pairs = product(formal_names(spell(one)), formal_names(spell(other)))
    return [least_rotation(a + b) for a, b in pairs][:MAX_FORMAL_NAMES]


def least_rotation(letters: str) -> str:
    """The alphabetically first of the word's rotations: equal for "oneilann" and "annoneil"."""
    return min((letters[start:] + letters[:start] for start in range(len(letters))), default="")
