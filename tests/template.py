"""The template as it stands, and as CloudFormation gets it."""

from __future__ import annotations

import copy
import os
from functools import cache
from pathlib import Path
from typing import Any, Final

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT: Final = Path(__file__).parents[1]


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@cache
def written() -> dict[str, Any]:
    """The whole template as it stands."""
    template: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return template


@cache
def translated() -> dict[str, Any]:
    """Its resources: ``raw`` as they stand, ``resources`` as SAM makes them."""
    template = copy.deepcopy(written())
    for resource in template["Resources"].values():  # what `sam package` does before CloudFormation sees it
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    known = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = known or "eu-west-1"
    try:
        resources = transform(template, {}, _NoManagedPolicies())["Resources"]
    finally:
        if known is None:
            del os.environ["AWS_DEFAULT_REGION"]
    return {"raw": written()["Resources"], "resources": resources}
