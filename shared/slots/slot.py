"""A slot: a time and a place at which a number of pairs can meet, and when one excludes another.

What a slot is was decided here; the rules for local times are those of the time zone database (certain).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MOST_SLOTS: Final = 1000
MOST_PAIRS: Final = 10_000  # in one slot
LONGEST: Final = timedelta(hours=12)
LONGEST_PLACE: Final = 200
EARLIEST_YEAR: Final = 2000
LATEST_YEAR: Final = 2200
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
# What would end a line or turn the direction of writing around has no place in a calendar's line.
UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class BadSlots(ValueError):
    """Slots that cannot be; ``problems`` are sentences, each beginning with the table or line it is about."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Slot:
    """One time and place; checked on construction, raises BadSlots with every problem at once.

    ``capacity`` counts pairs. ``rank`` says which slots are liked better: smaller first, then the earlier ones.
    """

    slot_id: str
    starts_at: datetime  # zone-aware
    ends_at: datetime  # zone-aware, excluded
    place: str
    capacity: int
    rank: int = 0

    def __post_init__(self) -> None:
        problems = [*_of_texts(self), *_of_times(self)]
        if not 1 <= self.capacity <= MOST_PAIRS:
            problems.append(f"capacity: {self.capacity} must be 1 to {MOST_PAIRS}")
        if problems:
            raise BadSlots(problems)

    @property
    def preference(self) -> tuple[int, datetime, datetime, str, str]:
        """What slots are put in order by: the better one is smaller; no two slots of an event are equal."""
        return self.rank, self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC), self.place, self.slot_id


def slot_id_for(starts_at: datetime, place: str) -> str:
    """The name of a slot that was given none: the same in every reading, and whatever its length or capacity."""
    digest = hashlib.blake2s(" ".join(place.casefold().split()).encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{starts_at.astimezone(UTC):%Y%m%dt%H%Mz}-{digest}"


def exclude_each_other(one: Slot, other: Slot, walking: timedelta = timedelta()) -> bool:
    """Whether nobody can be in both: they overlap, or lie at different places with less than ``walking`` between."""
    between = walking if one.place != other.place else timedelta()
    return (
        one.starts_at.astimezone(UTC) < other.ends_at.astimezone(UTC) + between
        and other.starts_at.astimezone(UTC) < one.ends_at.astimezone(UTC) + between
    )


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """``moment`` in ``zone``; a time without an offset is a local time there.

    Raises ValueError, with a sentence, for a local time that the clocks pass over or show twice.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    earlier, later = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(fold=0):
        raise ValueError(f"{moment:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go forward")
    if earlier.utcoffset() != later.utcoffset():
        raise ValueError(
            f"{moment:%Y-%m-%d %H:%M} comes twice in {zone.key}: the clocks go back; "
            f"write which one, {earlier.isoformat(timespec='minutes')} or {later.isoformat(timespec='minutes')}"
        )
    return earlier


def _of_texts(slot: Slot) -> Iterable[str]:
    if not isinstance(slot.slot_id, str) or not SLUG.fullmatch(slot.slot_id):
        yield f'id: "{str(slot.slot_id)[:80]}" must be 2 to 63 of a-z, 0-9 and "-", and not begin with "-"'
    if not slot.place.strip():
        yield "place: must not be empty"
    if len(slot.place) > LONGEST_PLACE:
        yield f"place: has {len(slot.place)} characters, more than the {LONGEST_PLACE} allowed"
    if UNPRINTABLE.search(slot.place):
        yield "place: must be one line without control characters"


def _of_times(slot: Slot) -> Iterable[str]:
    unaware = [name for name in ("starts_at", "ends_at") if getattr(slot, name).utcoffset() is None]
    yield from (f"{name}: has no time zone" for name in unaware)
    if unaware:
        return
    if not all(EARLIEST_YEAR <= moment.year <= LATEST_YEAR for moment in (slot.starts_at, slot.ends_at)):
        yield f"at: must be in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
        return
    length = slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC)
    if not timedelta() < length <= LONGEST:
        yield f"minutes: {length // timedelta(minutes=1)} must be 1 to {LONGEST // timedelta(minutes=1)}"
