"""A meter for DynamoDB: request units by AWS's published rules, round trips, bytes, and the price.

    with metered(client) as meter:
        ...
    print(meter.report())

``python -m infra.meter 300`` plays an event of 300 against DynamoDB Local and prints what each step cost.
"""

from infra.meter.metering import Call, Figures, Meter, Totals, metered
from infra.meter.prices import US_EAST_1, PriceList
from infra.meter.sizes import item_size

__all__ = ["US_EAST_1", "Call", "Figures", "Meter", "PriceList", "Totals", "item_size", "metered"]
