"""Where links lead: the shapes of the addresses, as the template routes them."""

from __future__ import annotations

from typing import Final

# What the token is for stands in the token: one route serves every link of a mail. What the pages themselves ask for
# ("erase", "card/…") lies below.
PAGE_PATH: Final = "/e/{event_id}/{token}"
ORGANIZER_PATH: Final = "/o/{event_id}"


def address(base_url: str, event_id: str, token: str) -> str:
    """The whole address of a link.

    :param base_url: of the HTTP API, with or without a slash at its end
    """
    return base_url.rstrip("/") + PAGE_PATH.format(event_id=event_id, token=token)
