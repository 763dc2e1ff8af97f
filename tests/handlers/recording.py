"""Record what a release stores, for the releases after it to be tried on; invented people, keys made for it.

    .venv/bin/python -m pytest tests/handlers/recording.py

writes ``tests/fixtures/tables/VERSION.json`` of the version in pyproject.toml. It is run once, when a release is made;
a file that was recorded is never recorded again, since what matters is what that release wrote.
"""

from __future__ import annotations

import base64
import json
import tomllib
from typing import Any

import boto3

from tests.handlers.conftest import World, registered
from tests.handlers.steps import answer, bring, match, register, wave_goes_out
from tests.template import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "tables"
KEYS = ("hashing-key", "link-keys", "suppression-key")


def test_record(world: World) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    file = FOLDER / f"{version}.json"
    assert not file.exists(), f"{file.name} was recorded already: what a release wrote stays as it was"
    payloads = [registered(name) for name in ("ann", "mack", "zoe")]
    for payload in payloads:
        assert world.post(payload)[0] == 200
    register(world, "gone")
    body = b"Name,Email,Agreed,LinkedIn\nBea,bea@example.org,yes,in/bea\n"
    world.import_upload(world.upload("list.csv", body, kind="attendees"))
    bring(world, "ann", "mack", "bea", "stranger")
    bring(world, "mack", "ann")
    match(world)
    assert wave_goes_out(world) >= {"ann", "mack"}
    answer("ann", "mack")
    register(world, "gone", minute=5, kind="registration.cancelled")
    ssm = boto3.client("ssm")
    keys = {
        name: ssm.get_parameter(Name=f"/icebreaker/test/{name}", WithDecryption=True)["Parameter"]["Value"]
        for name in KEYS
    }
    recorded = {"version": version, "keys": keys, "payloads": payloads, "items": world.items()}
    file.write_text(json.dumps(recorded, default=_bytes, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _bytes(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)
