"""Attendee lists as long as wanted, in which one row of so many cannot be used: every hundredth by default."""

from __future__ import annotations

import csv
import io

import boto3

HEADER = "Order,Name,Email,LinkedIn,Agreed"


def big_list(rows: int, *, one_bad_of: int = 100) -> bytes:
    lines = [HEADER]
    for number in range(1, rows + 1):
        address = f"person.{number}" if number % one_bad_of == 0 else f"person.{number}@list.example"
        lines.append(f"A{number},Person {number},{address},linkedin.com/in/person-{number},yes")
    return "\n".join([*lines, ""]).encode()


def bad_rows(rows: int, *, one_bad_of: int = 100) -> list[tuple[int, str]]:
    """Line and reason of each row that cannot be used; the header is line 1."""
    return [
        (number + 1, f'Email: "person.{number}" is no e-mail address')
        for number in range(1, rows + 1)
        if not number % one_bad_of
    ]


def problems_of(key: str, bucket: str = "uploads") -> list[tuple[int, str]]:
    """Line and reason of each row of a rejects file."""
    text = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8-sig")
    return [(int(row["line"]), row["reason"]) for row in csv.DictReader(io.StringIO(text))]
