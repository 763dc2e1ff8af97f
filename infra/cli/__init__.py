"""The command line ``icebreaker``: an organizer's engineer at work, on AWS or on the local stack."""

from infra.cli.app import main

__all__ = ["main"]
