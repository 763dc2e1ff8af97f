"""The methods that are measured: records in, scored pairs out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final

from tests.benchmarks.names.records import Person

Pair = tuple[int, int]
Scored = dict[Pair, float]


def keys(listed: Sequence[Person], attendees: Sequence[Person]) -> dict[str, Scored]:
    """Our own keys: what is likely, what is possible where unique, and either."""
    from shared.names import KeyKind, name_keys

    sides = [[name_keys(person.name, person.company) for person in side] for side in (listed, attendees)]
    unique = [_unambiguous(side) for side in sides]
    likely = _shared(*([[k for k in keys if k.kind is KeyKind.NAME_AND_COMPANY] for keys in side] for side in sides))
    possible = _shared(*([[k for k in keys if k.kind is KeyKind.NAME] for keys in side] for side in unique))
    certain = _shared(*([[k for k in keys if k.kind is KeyKind.NAME_AND_COMPANY] for keys in side] for side in unique))
    return {
        "likely": likely,
        "likely, unique": certain,
        "possible, unique": possible,
        "likely or possible, unique": certain | possible,
    }


def _unambiguous(people: Sequence[Iterable[Any]]) -> list[tuple[Any, ...]]:
    """The keys of each person that nobody else among these people has."""
    owners = Counter(key for keys in people for key in dict.fromkeys(keys))
    return [tuple(key for key in dict.fromkeys(keys) if owners[key] == 1) for keys in people]


def extra_keys(listed: Sequence[Person], attendees: Sequence[Person]) -> dict[str, Scored]:
    """What each cheap further key would add to the likely pairs; nothing is asked to be unique."""
    likely = keys(listed, attendees)["likely"]
    found = {"none": likely}
    for title, key in _extra().items():
        sides = [[filter(None, [_extra_key(person, key)]) for person in side] for side in (listed, attendees)]
        found[title] = likely | _shared(*sides)
    return found


def _extra() -> dict[str, Callable[[str, str], Hashable]]:
    from jellyfish import metaphone, soundex

    return {
        "soundex of both names": lambda first, last: (soundex(first), soundex(last)),
        "metaphone of both names": lambda first, last: (metaphone(first), metaphone(last)),
        "initial, metaphone of the family name": lambda first, last: (first[0], metaphone(last)),
        "metaphone of the family name": lambda _first, last: metaphone(last),
        "three letters and four": lambda first, last: (first[:3], last[:4]),
        "sorted letters": lambda first, last: "".join(sorted(first + last)),
    }


def _extra_key(person: Person, key: Callable[[str, str], Hashable]) -> Hashable:
    from shared.names.company import read_companies
    from shared.names.person import read_name

    writings, companies = read_name(person.name), read_companies(person.company)
    return (key(writings[0][0], writings[0][-1]), companies[0]) if writings and companies else None


def _shared(listed: Iterable[Iterable[Hashable]], attendees: Iterable[Iterable[Hashable]]) -> Scored:
    owners: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position, found in enumerate(attendees):
        for key in found:
            owners[key].append(position)
    return {(position, owner): 1.0 for position, found in enumerate(listed) for key in found for owner in owners[key]}


# Blocked so that a pair that agrees in one of them is compared; within an employer of hundreds also on letters.
_BLOCKS: Final = (
    ("first_name",),
    ("surname",),
    ("company", "substr(surname, 1, 1)"),
    ("company", "substr(first_name, 1, 1)"),
    ("substr(first_name, 1, 3)", "substr(surname, 1, 3)"),
)


def splink(listed: Sequence[Person], attendees: Sequence[Person]) -> dict[str, Scored]:
    """Splink on the records as they are, cleaned as its guide has it; each of its two ways to compare names."""
    return {way: _splink(listed, attendees, _cleaned, way) for way in ("together", "apart")}


def splink_folded(listed: Sequence[Person], attendees: Sequence[Person]) -> dict[str, Scored]:
    """Splink after our own reading and folding of names and companies: what hashing alone costs."""
    return {way: _splink(listed, attendees, _folded, way) for way in ("together", "apart")}


def _name_comparisons(way: str) -> list[Any]:
    import splink.comparison_library as compare

    if way == "together":
        return [
            compare.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="full_name")
        ]
    return [
        compare.NameComparison(column).configure(term_frequency_adjustments=True)
        for column in ("first_name", "surname")
    ]


def _splink(
    listed: Sequence[Person], attendees: Sequence[Person], fields: Callable[[Person], tuple[str, str, str]], way: str
) -> Scored:
    """Splink 5 on DuckDB, with its ready-made comparisons and term frequencies, trained on the same records."""
    import splink.comparison_library as compare
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    swapped = "l.first_name = r.surname and l.surname = r.first_name"
    company = compare.JaroWinklerAtThresholds("company", [0.92, 0.8]).configure(term_frequency_adjustments=True)
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[*_name_comparisons(way), company],
        blocking_rules_to_generate_predictions=[*(block_on(*columns) for columns in _BLOCKS), swapped],
        retain_matching_columns=False,
    )
    database = DuckDBAPI()
    tables = [
        database.register(_frame(map(fields, side)), dataset_display_name=title)
        for title, side in (("a_listed", listed), ("b_attendees", attendees))
    ]
    linker = Linker(tables, settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("first_name", "surname", "company")], recall=0.5)
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for columns in (["company"], ["surname"], ["first_name"], ["first_name", "surname"]):
        training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    predicted = linker.inference.predict(threshold_match_weight=-20).as_pandas_dataframe()
    columns = predicted[["unique_id_l", "unique_id_r", "match_weight"]]
    return {(int(left), int(right)): float(weight) for left, right, weight in columns.itertuples(index=False)}


def _frame(rows: Iterable[tuple[str, str, str]]) -> Any:
    import pandas

    frame = pandas.DataFrame(rows, columns=["first_name", "surname", "company"])
    frame["unique_id"] = frame.index
    frame["full_name"] = frame.first_name + " " + frame.surname
    return frame.replace("", None)


def _cleaned(person: Person) -> tuple[str, str, str]:
    given, _, family = _clean(person.name).rpartition(" ")
    return given, family, _clean(person.company)


def _folded(person: Person) -> tuple[str, str, str]:
    from shared.names.company import read_companies
    from shared.names.folding import spell
    from shared.names.nicknames import formal_names
    from shared.names.person import read_name

    writings, companies = read_name(person.name), read_companies(person.company)
    if not writings:
        return "", "", ""
    first, *_, last = map(spell, writings[0])
    return formal_names(first)[0], last, companies[0] if companies else ""


def _clean(text: str) -> str:
    """As Splink's guide has it: lower case, no accents, no punctuation, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", "", bare).split())


METHODS: Final[dict[str, Callable[[Sequence[Person], Sequence[Person]], dict[str, Scored]]]] = {
    "keys": keys,
    "extra keys": extra_keys,
    "splink": splink,
    "splink, folded": splink_folded,
}
