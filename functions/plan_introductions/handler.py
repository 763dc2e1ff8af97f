"""EventBridge Scheduler → plan_introductions: one wave of one event; after the last, what is to be remembered."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.events import AT_ONCE, FOLLOW_UP, NEW_END, Event
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.plan_introductions import plan_introductions
from shared.pipeline.tell_organizers import tell_organizers
from shared.services import Secrets, publish

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
storage.connect(os.environ["TABLE_NAME"])


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    event_id, wave = event["event_id"], event["wave"]  # what a schedule says; see shared.services.schedules
    logger.append_keys(event_id=event_id, wave=wave)
    if wave == NEW_END:
        return _keep_until_new_end(event_id)
    known = _event_with(event_id, wave)
    if known is None:
        logger.warning("wave of an event that is gone, or that does not have it any more")
        return {}
    to_topic = partial(publish, os.environ["TOPIC_ARN"])
    report = plan_introductions(known, wave, publish=to_topic, now=datetime.now(UTC))
    metrics.add_metric("IntroductionsPlanned", MetricUnit.Count, report.planned)
    logger.info(
        "wave planned",
        planned=report.planned,
        published=report.published,
        refused=report.refused,
    )
    if wave == FOLLOW_UP:
        from shared.pipeline.remember import remember  # no other wave waits for it

        kept = remember(known, hashing_key=secrets.hashing_key(known), now=datetime.now(UTC))
        metrics.add_metric("SetsRemembered", MetricUnit.Count, kept)
    if report.refused:
        raise RuntimeError(f"the topic did not take {report.refused} messages; the retry publishes them")
    tell_organizers(known, wave, publish=to_topic)
    return {"planned": report.planned, "published": report.published}


def _event_with(event_id: str, wave: str) -> Event | None:
    """The event, if the wave is one of its waves: one that was taken out may still have a schedule."""
    known = events.get(event_id)
    if known is None or _has(known, wave):
        return known
    # What is remembered of an event may be older than its newest wave.
    fresh = storage.events.load(event_id)
    return fresh if fresh is not None and _has(fresh, wave) else None


def _has(event: Event, wave: str) -> bool:
    return wave == FOLLOW_UP or wave.startswith(AT_ONCE) or wave in {each.name for each in event.waves}


def _keep_until_new_end(event_id: str) -> dict[str, Any]:
    known = storage.events.load(event_id)
    if known is None:
        return {}
    kept = storage.events.keep_until_its_end(known)
    logger.info("kept until the new end", items=kept)
    return {"kept": kept}
