"""An event stops sending before the provider stops everybody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Deliverability, why_to_pause


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "pauses"),
    [
        (199, 199, 199, False),  # too few to judge by
        (200, 7, 0, False),
        (200, 8, 0, True),
        (1_000, 39, 0, False),
        (1_000, 40, 0, True),
        (1_250, 0, 1, True),
        (1_251, 0, 1, False),
        (10_000, 0, 7, False),
        (10_000, 0, 8, True),
        (0, 0, 0, False),
    ],
)
def test_four_percent_of_bounces_or_eight_in_ten_thousand_complaints_are_too_many(
    sent: int, bounced: int, complained: int, pauses: bool
) -> None:
    assert bool(why_to_pause(Deliverability(sent=sent, bounced=bounced, complained=complained))) is pauses


def test_the_sentence_says_what_and_how_much() -> None:
    assert (
        why_to_pause(Deliverability(sent=1_000, bounced=52))
        == "52 of 1,000 mails bounced: 5.20 %, where 4 % is the limit"
    )
    complained = why_to_pause(Deliverability(sent=1_000, complained=1))
    assert complained == "1 of 1,000 mails were reported as unwanted: 0.10 %, where 0.08 % is the limit"


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 50))
def test_one_more_bounce_or_complaint_never_makes_it_better(sent: int, bounced: int, complained: int) -> None:
    if why_to_pause(Deliverability(sent=sent, bounced=bounced, complained=complained)):
        assert why_to_pause(Deliverability(sent=sent, bounced=bounced + 1, complained=complained))
        assert why_to_pause(Deliverability(sent=sent, bounced=bounced, complained=complained + 1))
