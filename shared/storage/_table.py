"""The one table: its items as PynamoDB models, their keys, and what all queries share."""

from __future__ import annotations

import random
import time
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import Any, ClassVar, ParamSpec, TypeVar

from botocore.exceptions import ClientError
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from shared.events import Event

ModelT = TypeVar("ModelT", bound="Item")
ResultT = TypeVar("ResultT")
WorkT = TypeVar("WorkT")
ParametersT = ParamSpec("ParametersT")

# Enough to keep a Lambda's network busy; more would only queue in botocore's connection pool.
WORKERS = 8

# Shards that are read at a time, so that waiting for one is reading another; one page of sets is about a hundred items.
READERS = 4
AT_A_TIME = 100

# A megabyte of small items is thousands of them, and what is parsed lies between what is kept: read by pages of a
# megabyte, the directory of 100,000 left the process with 396 MB, by these with 196.
PAGE = 500

MOST_ATTEMPTS = 8  # of a write that meets others' transactions

ALL_EVENTS = "EVENTS"


class Conflict(Exception):
    """Somebody else wrote what was about to be written: read again, decide again, write again."""


class Item(Model):
    """Any item; ``kind`` says which, for the models here and for the stream's filter."""

    class Meta:
        table_name: ClassVar[str] = ""
        connect_timeout_seconds = 3
        read_timeout_seconds = 10
        max_pool_connections = WORKERS + 2

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    expires_at = NumberAttribute(null=True)  # seconds since 1970, DynamoDB's time to live


class EventItem(Item, discriminator="event"):
    settings: JSONAttribute = JSONAttribute()
    schema_version = NumberAttribute(null=True)  # of all of the event's data; see migrations


class AttendeeItem(Item, discriminator="attendee"):
    profile: JSONAttribute = JSONAttribute()
    revision = NumberAttribute()


class TicketItem(Item, discriminator="ticket"):
    status = UnicodeAttribute()
    changed_at = UnicodeAttribute()
    attendee_id = UnicodeAttribute(null=True)
    answers = UnicodeAttribute(null=True)
    earlier_answers = UnicodeAttribute(null=True)


class DirectoryItem(Item, discriminator="directory"):
    revision = NumberAttribute(null=True)
    hashes = BinaryAttribute(legacy_encoding=False, null=True)
    networks = UnicodeAttribute(null=True)
    registered = NumberAttribute(null=True)
    agreed = NumberAttribute(null=True)
    uses_connections = NumberAttribute(null=True)
    sets = UnicodeAttribute(null=True)  # "source=digest,…", sorted
    uploads = UnicodeAttribute(null=True)  # "time,…", of the last day
    key_version = NumberAttribute(null=True)  # of the hashing key, as in every item that has one: the first goes unsaid


class ConnectionSetItem(Item, discriminator="connection_set"):
    packed = BinaryAttribute(legacy_encoding=False)
    digest = UnicodeAttribute()
    uploaded_at = UnicodeAttribute()
    parts = NumberAttribute()
    key_version = NumberAttribute(null=True)


class MatchesItem(Item, discriminator="matches"):
    packed = BinaryAttribute(legacy_encoding=False)
    version = NumberAttribute()
    parts = NumberAttribute()  # of this attendee; the first part knows


class IntroductionItem(Item, discriminator="introduction"):
    channel = UnicodeAttribute()
    mentions: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)  # "part#attendee" or "part#attendee#note"
    said: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)  # the same, of what went out
    last = BooleanAttribute(null=True)
    held: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)  # "attendee#network"
    state = UnicodeAttribute()
    state_changed_at = UnicodeAttribute()
    provider_id = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)


class MeetingItem(Item, discriminator="meeting"):
    facts: JSONAttribute = JSONAttribute()
    version = NumberAttribute()


class HealthItem(Item, discriminator="health"):
    sent = NumberAttribute(null=True)
    bounced = NumberAttribute(null=True)
    complained = NumberAttribute(null=True)
    paused_at = UnicodeAttribute(null=True)
    paused_because = UnicodeAttribute(null=True)
    texts = NumberAttribute(null=True)
    text_millionths = NumberAttribute(null=True)


class CountedReceiptItem(Item, discriminator="counted_receipt"):
    """That a bounce or complaint was counted; its key says which."""


class SuppressedItem(Item, discriminator="suppressed"):
    why = UnicodeAttribute()


class PersonItem(Item, discriminator="person"):
    forgotten_at = UnicodeAttribute()


class PastEventItem(Item, discriminator="past_event"):
    name = UnicodeAttribute()
    place = UnicodeAttribute()
    year = NumberAttribute()


class ImportItem(Item, discriminator="import"):
    report: JSONAttribute = JSONAttribute()


class DecidedItem(Item, discriminator="decided"):
    packed = BinaryAttribute(legacy_encoding=False)


class LeaseItem(Item, discriminator="lease"):
    holder = UnicodeAttribute()
    until = NumberAttribute()  # seconds since 1970


class PassItem(Item, discriminator="pass"):
    finished_at = UnicodeAttribute()


class ProgressItem(Item, discriminator="progress"):
    counts: JSONAttribute = JSONAttribute()


def connect(table_name: str) -> None:
    """Use the table of this name from now on, with the process's AWS configuration."""
    if Item.Meta.table_name != table_name:
        Item.Meta.table_name = table_name
        # A model without a connection makes a client of its own; made on the base, it is shared by all.
        Item._connection = None
    Item._get_connection()


def transaction() -> TransactWrite:
    """Writes that are all done or none."""
    return TransactWrite(connection=Item._get_connection().connection)


def partition(event_id: str, kind: str, shard: int | None = None) -> str:
    """The partition key of one kind of an event's items, or of one shard of them."""
    return f"EVENT#{event_id}#{kind}" if shard is None else f"EVENT#{event_id}#{kind}#{shard}"


def shard_of(name: str, shards: int) -> int:
    """In which of an event's shards the items of an attendee or ticket lie; the same in every process."""
    return zlib.crc32(name.encode()) % shards


def expiry(event: Event) -> int:
    """When what is kept for the event is deleted, in seconds since 1970."""
    return int(event.expires_at.timestamp())


def key_version_of(item: DirectoryItem | ConnectionSetItem) -> int:
    """Under which version of the hashing key an item's hashes were made."""
    return int(item.key_version or 1)


def of_older_key(attribute: NumberAttribute, version: int) -> Any:
    """The condition that an item's hashes were made under an older key than this one."""
    older = attribute < version
    return older | attribute.does_not_exist() if version > 1 else older


def of_no_newer_key(attribute: NumberAttribute, version: int) -> Any:
    """The condition that an item's hashes were made under this key or an older one, or that there is no item yet."""
    return attribute.does_not_exist() | (attribute <= version)


def query_shards(
    model: type[ModelT],
    event: Event,
    kind: str,
    *,
    consistent: bool,
    attributes: list[str] | None = None,
    shards: Collection[int] | None = None,
) -> Iterator[ModelT]:
    """Every item of a kind of one event, in no particular order; a few shards are read at a time.

    :param shards: only what lies in these; None for all
    """
    wanted = None if attributes is None else ["pk", "sk", "kind", *attributes]
    yield from side_by_side(
        [
            model.query(
                partition(event.event_id, kind, shard),
                consistent_read=consistent,
                attributes_to_get=wanted,
                page_size=PAGE,
            )
            for shard in (range(event.shards) if shards is None else shards)
        ]
    )


def side_by_side(sources: Sequence[Iterable[ResultT]]) -> Iterator[ResultT]:
    """What several sources give, some of each in turn; while one's is used, a few others fetch their next.

    No more than :data:`AT_A_TIME` of each of :data:`READERS` is held, so memory is bounded however slow the user is.
    """
    waiting = deque(map(iter, sources))
    if len(waiting) <= 2:
        yield from chain.from_iterable(waiting)
        return
    with ThreadPoolExecutor(READERS) as pool:
        fetching: deque[tuple[Iterator[ResultT], Future[list[ResultT]]]] = deque()
        while waiting or fetching:
            while waiting and len(fetching) < READERS:
                source = waiting.popleft()
                fetching.append((source, pool.submit(_some, source)))
            source, some = fetching.popleft()
            found = some.result()
            if len(found) == AT_A_TIME:
                fetching.append((source, pool.submit(_some, source)))
            yield from found


def _some(source: Iterator[ResultT]) -> list[ResultT]:
    return list(islice(source, AT_A_TIME))


def batch_get(model: type[ModelT], keys: Iterable[tuple[str, str]], *, consistent: bool) -> Iterator[ModelT]:
    """The items that exist among ``keys``, each asked for once, in no particular order."""
    distinct: list[Any] = list(dict.fromkeys(keys))
    if distinct:
        yield from model.batch_get(distinct, consistent_read=consistent)


def in_parallel(work: Callable[[WorkT], ResultT], items: list[WorkT]) -> list[ResultT]:
    """``work`` on every item, a few at a time; the first exception is raised after all have ended."""
    if len(items) <= 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def written(write: Callable[ParametersT, object], *args: ParametersT.args, **kwargs: ParametersT.kwargs) -> bool:
    """Write one item on a condition (``written(item.save, condition=…)``); False where another write came first.

    :raises Conflict: where others kept writing the item in transactions: DynamoDB refuses a single write to it for as
        long as one takes, and botocore does not repeat that
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            write(*args, **kwargs)
        except (PutError, UpdateError, DeleteError) as error:
            if lost_a_race(error):
                return False
            if not _met_a_transaction(error):
                raise
            wait_a_little(attempt)
        else:
            return True
    raise Conflict("an item kept being written by others")


def wait_a_little(attempt: int) -> None:
    """Let others finish: longer at each attempt, and by chance, so that two who meet do not meet again."""
    time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311


def _met_a_transaction(error: PutError | UpdateError | DeleteError) -> bool:
    return isinstance(error.cause, ClientError) and error.cause_response_code == "TransactionConflictException"


def lost_a_race(error: PutError | UpdateError | DeleteError | TransactWriteError) -> bool:
    """Whether a write failed only because another one came first."""
    if isinstance(error, TransactWriteError):
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        return bool(codes) and codes <= {"ConditionalCheckFailed", "TransactionConflict"}
    # Asked for the code of an answer that never came, PynamoDB would raise an AttributeError in place of what happened.
    answered = isinstance(error.cause, ClientError)
    return answered and error.cause_response_code == "ConditionalCheckFailedException"
