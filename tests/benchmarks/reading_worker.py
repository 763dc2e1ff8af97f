"""What is read, in the environment of the benchmarks, where vobject is: prints JSON.

Each thing is read by us and by the other in turn, round after round; figures are seconds of the processor.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shared.attendee_lists import read_attendee_list
from shared.connections import open_exports
from shared.identities import Identity, parse
from shared.tables import Reject

NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)
SYLLABLES: Final = "ba ko mi ru se ta lo ni vu de".split()
LIST_HEADER: Final = "Order #,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Attendee #,Attendee Status,Twitter handle,LinkedIn,May we introduce you to people you already know online?,Job Title,Company"  # noqa: E501
LINKEDIN_HEADER: Final = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"


def main(addresses: str, list_rows: int, export_rows: int, cards: int, rounds: int) -> None:
    known = json.loads(Path(addresses).read_text())
    wanted = attendee_list(list_rows), linkedin(export_rows), address_book(cards)
    print(
        json.dumps(
            {
                "identities": {"ours": [cpu(lambda: ours_of(known)) for _ in range(rounds)], "count": len(known)},
                "attendee list": in_turn(rounds, lambda: our_list(wanted[0]), lambda: bare(wanted[0])),
                "linkedin": in_turn(rounds, lambda: our_export(wanted[1], "Connections.csv"), lambda: bare(wanted[1])),
                "vcard": in_turn(rounds, lambda: our_export(wanted[2], "a.vcf"), lambda: vobject_cards(wanted[2])),
            }
        )
    )


def in_turn(rounds: int, ours: Callable[[], int], other: Callable[[], int]) -> dict[str, Any]:
    """Seconds of both, alternately, and how many rows each read."""
    counts = ours(), other()
    times = [(cpu(ours), cpu(other)) for _ in range(rounds)]
    return {"ours": [one for one, _ in times], "other": [two for _, two in times], "counts": counts}


def cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def ours_of(addresses: list[str]) -> int:
    return sum(isinstance(parse(address), Identity) for address in addresses)


def our_list(content: bytes) -> int:
    return sum(not isinstance(row, Reject) for row in read_attendee_list(io.BytesIO(content), as_of=NOW))


def our_export(content: bytes, name: str) -> int:
    found = (list(export) for export in open_exports(io.BytesIO(content), filename=name))
    return sum(not isinstance(row, Reject) for rows in found for row in rows)


def bare(content: bytes) -> int:
    """The least that Python does: rows as lists of texts, nothing looked at."""
    return sum(1 for _ in csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""))) - 1


def vobject_cards(content: bytes) -> int:
    """Names, addresses and numbers of every card, as vobject's documentation reads them."""
    import vobject

    read = 0
    for card in vobject.readComponents(content.decode()):
        _ = card.fn.value, [each.value for each in card.contents.get("email", ())]
        _ = [each.value for each in card.contents.get("tel", ())]
        read += 1
    return read


def word(number: int) -> str:
    return "".join(SYLLABLES[int(digit)] for digit in f"{number % 1_000_000:06}")


def attendee_list(rows: int) -> bytes:
    """As Eventbrite exports it, one in three with a handle and a profile."""
    return "\n".join([LIST_HEADER, *map(_attendee, range(rows))]).encode()


def _attendee(number: int) -> str:
    profiles = f"@{word(number)},linkedin.com/in/{word(number)}" if number % 3 == 0 else ","
    return (
        f"{number // 2},11/29/24 22:28,{word(number).title()},{word(number * 7).title()},{word(number)}@example.org"
        f",1,Full,{number},Attending,{profiles},{'Yes' if number % 2 else 'No'},Analyst,{word(number % 997)} Ltd"
    )


def linkedin(rows: int) -> bytes:
    """As LinkedIn exports it since 2023."""
    return "\n".join([LINKEDIN_HEADER, *map(_connection, range(rows))]).encode()


def _connection(number: int) -> str:
    return (
        f"{word(number).title()},{word(number * 7).title()},https://www.linkedin.com/in/{word(number)}-{number:x}"
        f",,{word(number % 997).title()} Ltd,Engineer,{number % 28 + 1:02} Mar 20{number % 20 + 5:02}"
    )


def address_book(cards: int) -> bytes:
    """As Apple's Contacts exports it."""
    return "".join(map(_card, range(cards))).encode()


def _card(number: int) -> str:
    given, family = word(number + 1), word(number)
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{family};{given};;;",
        f"FN:{given} {family}",
        f"ORG:{word(number % 97)} Ltd;",
        f"EMAIL;type=INTERNET;type=WORK:{family}@example.org",
        f"TEL;type=CELL:+44 20 7946 {number % 10000:04}",
        f"URL:https://www.linkedin.com/in/{family}",
        "END:VCARD",
        "",
    )
    return "\r\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1], *(int(each) for each in sys.argv[2:6]))
