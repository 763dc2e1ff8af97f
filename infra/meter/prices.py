"""List prices, and what counted units cost by them.

Source: AWS, "Amazon DynamoDB pricing for on-demand capacity", as lowered by half on 1 November 2024; the other
services' own pricing pages. Free tiers, taxes and traffic are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a region takes, in USD for each million."""

    region: str
    as_of: str
    per_million: Mapping[str, float]

    def of(self, what: str, count: float) -> float:
        """USD for so many of something in the list; raises KeyError for anything else."""
        return count * self.per_million[what] / MILLION


US_EAST_1: Final = PriceList(
    region="us-east-1",
    as_of="2024-11-01",
    per_million={
        "DynamoDB write request unit": 0.625,
        "DynamoDB read request unit": 0.125,
        "Lambda request": 0.20,
        "Lambda GB-second, arm64": 13.3334,
        "HTTP API request": 1.00,
        "SNS publish request": 0.50,
        "SQS request": 0.40,
        "S3 PUT request": 5.00,
        "S3 GET request": 0.40,
    },
)
