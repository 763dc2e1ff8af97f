"""Step Functions → import_list: a long attendee list is looked through, stored share by share, and reported."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.import_list import LongList, Share
from shared.pipeline.known_events import KnownEvents
from shared.services import Secrets, Uploads

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
uploads = Uploads(os.environ["UPLOADS_BUCKET"])
storage.connect(os.environ["TABLE_NAME"])


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """One step: ``begin``, ``store`` with a share, or ``end`` with what the shares answered; as ListImport has them."""
    long_list = LongList(event["key"], events, uploads, secrets)
    if event["step"] == "begin":
        file, shares = long_list.begin()
        logger.info("long list begun", shares=len(shares))
        return {"file": file, "shares": [{"number": s.number, "of": s.of, "tied": s.tied} for s in shares]}
    if event["step"] == "store":
        changed = long_list.store(event["file"], Share(**event["share"]))
        metrics.add_metric("RegistrationChanged", MetricUnit.Count, changed)
        logger.info("share stored", share=event["share"]["number"], changed=changed)
        return {"changed": changed}
    report = long_list.end(event["file"], sum(share["changed"] for share in event["stored"]))
    if report is not None:
        metrics.add_metric("RowsRead", MetricUnit.Count, report.read)
        metrics.add_metric("RowsRejected", MetricUnit.Count, report.rejected)
        logger.info("long list imported", state=report.state, read=report.read, rejected=report.rejected)
    return {}
