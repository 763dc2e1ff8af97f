"""Run MiniStack with what it lacks: SES publishing to a configuration set's topic what became of a mail, and mailboxes.

It keeps event destinations and does not use them; its mailbox simulator knows only the older notifications, which carry
no tags. Of a mail it keeps subject, text and HTML; here the whole message goes to a folder, as a mailbox would have it.
Schedules are looked at every second instead of every ten: whoever watches, waits. Run as a file by its path, so that
nothing of the checkout can be imported by what it serves.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # What lies beside this file would be taken for modules of the same names.
    del sys.path[0]

from ministack.services import scheduler, ses, ses_v2, sns

_original = ses_v2.handle_request


async def handle_request(method: str, path: str, headers: Any, body: Any, query_params: Any) -> Any:
    answer = await _original(method, path, headers, body, query_params)
    if method == "POST" and path.rstrip("/").endswith("/outbound-emails") and answer[0] == 200:
        request = json.loads(body)
        _deliver(request)
        for topic_arn, event in events_of(request, json.loads(answer[2])["MessageId"], ses_v2._config_sets):
            sns.publish_internal(topic_arn, json.dumps(event), "Amazon SES Email Event Notification")
    return answer


def _deliver(request: Mapping[str, Any]) -> None:
    raw = request.get("Content", {}).get("Raw", {}).get("Data")
    if raw:
        (Path(os.environ["MAILBOX"]) / f"{time.time_ns()}.eml").write_bytes(base64.b64decode(raw))


def events_of(
    request: Mapping[str, Any], message_id: str, configuration_sets: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What SES would publish of a mail, and to which topics; every mailbox but the simulator's takes everything."""
    name = request.get("ConfigurationSetName", "")
    known = configuration_sets.get(name) or {}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tags = {tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags", ())}
    for recipient in request["Destination"]["ToAddresses"]:
        mail = {
            "timestamp": now,
            "messageId": message_id,
            "destination": [recipient],
            "tags": {"ses:configuration-set": [name], **tags},
        }
        mailbox, _, domain = recipient.lower().partition("@")
        outcomes = ses._SIMULATOR_OUTCOMES if domain == ses._SIMULATOR_DOMAIN else {}
        for kind, subtype in outcomes.get(mailbox.partition("+")[0], (("Delivery", None),)):
            for destination in (known.get("EventDestinations") or {}).values():
                topic_arn = (destination.get("SnsDestination") or {}).get("TopicArn")
                if topic_arn and destination["Enabled"] and kind.upper() in destination["MatchingEventTypes"]:
                    detail = ses._notification_detail(kind, recipient, now, subtype)
                    yield topic_arn, {"eventType": kind, "mail": mail, **detail}


if __name__ == "__main__":
    from ministack.app import main

    ses_v2.handle_request = handle_request
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    main()
