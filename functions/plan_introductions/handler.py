"""EventBridge Scheduler → plan_introductions: one wave of one event; after the last, what is to be remembered.

A wave of a large event is handed to the state machine LargeWave, which comes back for one step after another.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.events import AT_ONCE, FOLLOW_UP, NEW_END, Event
from shared.notifications import AnyMessage
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.plan_introductions import WaveReport, is_large, plan_introductions
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
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "step" in event:
        return _step(event)
    event_id, wave = event["event_id"], event["wave"]  # what a schedule says; see shared.services.schedules
    logger.append_keys(event_id=event_id, wave=wave)
    if wave == NEW_END:
        return _keep_until_new_end(event_id)
    known = _event_with(event_id, wave)
    if known is None:
        logger.warning("wave of an event that is gone, or that does not have it any more")
        return {}
    if is_large(known) and not known.is_too_late(wave, datetime.now(UTC)):
        from shared.services import start_large_wave  # no other event waits for it

        start_large_wave(os.environ["LARGE_WAVE_ARN"], event_id=event_id, wave=wave, run=context.aws_request_id)
        logger.info("large wave handed on")
        return {"in_steps": True}
    report = plan_introductions(known, wave, publish=_to_topic, now=datetime.now(UTC))
    _note(report)
    if wave == FOLLOW_UP:
        _remember(known)
    _all_taken(report.refused)
    tell_organizers(known, wave, publish=_to_topic)
    return {"planned": report.planned, "published": report.published}


def _step(event: dict[str, Any]) -> dict[str, Any]:
    """A step of a large wave, by LargeWave: ``begin``, ``match``, ``decide``, ``store``, ``tell`` or ``end``."""
    from shared.pipeline.large_wave import LargeWave, Share

    step, of = event["step"], {"began_at": datetime.now(UTC).isoformat()} | event["wave"]
    share = Share(**event["share"]) if "share" in event else None
    logger.append_keys(event_id=of["event_id"], wave=of["wave"], step=step, share=share and share.number)
    known = events.get(of["event_id"])
    if known is None:
        logger.warning("wave of an event that is gone")
        return {"wave": of, "shares": [], "parts": 0}
    began_at = datetime.fromisoformat(of["began_at"])
    wave = LargeWave(known, of["wave"], of["run"], began_at, clock=partial(datetime.now, UTC))
    answer: dict[str, Any] = {}
    if step == "begin":
        answer = {"wave": of, "shares": [{"number": each.number, "of": each.of} for each in wave.begin()]}
    elif step == "match" and share:
        answer = {"written": wave.match(share)}
    elif step == "decide":
        answer = {"parts": wave.decide()}
    elif step == "store" and share:
        answer = {"stored": wave.store(share, event["parts"])}
    elif step == "tell" and share:
        report = wave.tell(share, publish=_to_topic)
        _note(report)
        if wave.wave == FOLLOW_UP:
            _remember(known, share.among(known.shards))
        _all_taken(report.refused)
    elif step == "end":
        tell_organizers(known, wave.wave, publish=_to_topic)
        wave.end()
    logger.info("step done")
    return answer


def _to_topic(messages: Sequence[AnyMessage]) -> set[int]:
    return publish(os.environ["TOPIC_ARN"], messages)


def _note(report: WaveReport) -> None:
    metrics.add_metric("IntroductionsPlanned", MetricUnit.Count, report.planned)
    logger.info("wave planned", planned=report.planned, published=report.published, refused=report.refused)


def _all_taken(refused: int) -> None:
    if refused:
        raise RuntimeError(f"the topic did not take {refused} messages; the retry publishes them")


def _remember(known: Event, shards: Collection[int] | None = None) -> None:
    from shared.pipeline.remember import remember  # no other wave waits for it

    kept = remember(known, hashing_key=secrets.hashing_key(known), now=datetime.now(UTC), shards=shards)
    metrics.add_metric("SetsRemembered", MetricUnit.Count, kept)


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
