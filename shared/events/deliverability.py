"""How an event's messages fare, and when that is bad enough for it to pause itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# SES looks into an account from 5 % bounces or 0.1 % complaints on, and every event of a deployment shares the
# account: one stops below that, before it takes the others' mails with it.
SENDS_BEFORE_JUDGING: Final = 200  # of fewer, a single bounce or two would say nothing
BOUNCED_PERCENT: Final = 4.0
COMPLAINED_PERCENT: Final = 0.08  # below 1,250 mails one complaint is enough


@dataclass(frozen=True, slots=True)
class Deliverability:
    """An event's counters; those of mails since it was resumed last, those of text messages since it was made."""

    sent: int = 0  # mails that the provider took
    bounced: int = 0  # for good
    complained: int = 0
    paused_at: datetime | None = None
    paused_because: str = ""
    texts: int = 0  # text messages that were paid for
    text_cost: float = 0.0  # US dollars, at the price that the event counts a message at

    @property
    def paused(self) -> bool:
        """Whether nothing is sent until somebody resumes the event."""
        return self.paused_at is not None


def why_to_pause(health: Deliverability) -> str | None:
    """The sentence that says why an event must not send on; None while it may."""
    if health.sent < SENDS_BEFORE_JUDGING:
        return None
    for count, what, limit in (
        (health.bounced, "bounced", BOUNCED_PERCENT),
        (health.complained, "were reported as unwanted", COMPLAINED_PERCENT),
    ):
        # In hundredths of a percent, so that exactly the limit is the limit.
        if count * 10_000 >= round(limit * 100) * health.sent:
            share = 100 * count / health.sent
            return f"{count:,} of {health.sent:,} mails {what}: {share:.2f} %, where {limit:g} % is the limit"
    return None
