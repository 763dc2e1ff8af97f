"""Delimited text of unknown encoding and dialect becomes rows; rows that cannot be used become a rejects file."""

from shared.tables.rejects import Reject

__all__ = ["Reject"]
