"""What a cold start waits for: each handler imported in a process of its own, beside a client for DynamoDB and no more.

Milliseconds are the processor's, within the process, so that neither the interpreter's start nor other work on the
machine is in them; each round runs every process once, and ratios are taken within rounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml

from tests.benchmarks.section import Goal, Section

ROOT: Final = Path(__file__).parents[2]
LAYER: Final = ROOT / "build" / "layer" / "python"
CLIENT: Final = "import boto3; boto3.client('dynamodb')"
FIRST_CALLS: Final = (
    "from shared.storage._table import Item; Item._get_connection().connection.client;"
    "from shared.services._clients import client; client('ssm')"
)
# What strangers wait for, and the rest.
LIMITS: Final = {"receive_registration": 1.3, "serve_pages": 1.3}
LIMIT: Final = 1.6
# The layer has no bytecode unless `make build` found the Lambda's Python; the standard library always has.
WITHOUT_BYTECODE: Final = """\
import os, importlib._bootstrap_external as machinery
library, cached = os.path.dirname(os.__file__), machinery.cache_from_source
def cache_from_source(path, *args, **options):
    if "site-packages" in path or not path.startswith(library):
        raise NotImplementedError
    return cached(path, *args, **options)
machinery.cache_from_source = cache_from_source
"""
SOURCE_OF_FIGURES: Final = """\
import json, sys, time
exec(sys.argv[2])
cpu, wall = time.process_time(), time.perf_counter()
exec(sys.argv[1])
print(json.dumps([(time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000]))
"""


def measure(*, quick: bool) -> Section:
    """Every handler of the template."""
    functions = functions_of_template()
    rounds = 5 if quick else 20
    codes = {name: f"import functions.{name}.handler" for name in functions}
    found: dict[str, list[list[float]]] = {name: [] for name in ("client", *functions)}
    first_calls: dict[str, list[float]] = {name: [] for name in LIMITS}
    for _ in range(rounds):
        found["client"].append(run(CLIENT))
        for name, environment in functions.items():
            found[name].append(run(codes[name], environment))
        for name in LIMITS:
            ready = run(f"{codes[name]};{FIRST_CALLS}", functions[name])
            first_calls[name].append(ready[0] - found[name][-1][0])
    section = Section(
        "cold_start",
        "Cold start",
        (
            "import of",
            "CPU ms",
            "times the client",
            "wall, times the client",
            "without bytecode, CPU ms",
            "own code KB",
        ),
    )
    bare = {name: run(codes.get(name, CLIENT), functions.get(name), bytecode=False)[0] for name in found}
    for name, times in found.items():
        ratio, wall = (
            median(mine[of] / client[of] for mine, client in zip(times, found["client"], strict=True)) for of in (0, 1)
        )
        cpu = median(each[0] for each in times)
        section.figures[name] = {"cpu_ms": cpu, "ratio": ratio, "wall_ratio": wall, "without_bytecode_ms": bare[name]}
        section.rows.append(
            (
                "a boto3 client for DynamoDB" if name == "client" else name,
                f"{cpu:.0f}",
                f"{ratio:.2f}",
                f"{wall:.2f}",
                f"{bare[name]:.0f}",
                "" if name == "client" else f"{size_of(ROOT / 'functions' / name) / 1024:.0f}",
            )
        )
        if name != "client":
            section.goals.append(Goal(f"import of {name}, times the client", ratio, LIMITS.get(name, LIMIT)))
    for name, times in first_calls.items():
        section.notes.append(
            f"The first request of {name} then makes its clients for DynamoDB and SSM: {median(times):.0f} ms of CPU."
        )
    section.notes.append(layer_sizes())
    return section


def run(code: str, environment: Mapping[str, str] | None = None, *, bytecode: bool = True) -> list[float]:
    """CPU and wall milliseconds of the code in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SOURCE_OF_FIGURES, code, "" if bytecode else WITHOUT_BYTECODE],
        cwd=ROOT,
        env={**plain_environment(), **(environment or {})},
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: list[float] = json.loads(done.stdout)
    return figures


def plain_environment() -> dict[str, str]:
    """This process's environment with nothing of AWS in it but what a client must have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
    return kept | {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
    }


def functions_of_template() -> dict[str, dict[str, str]]:
    """The functions by the name of their folder, each with the environment that the template gives it."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)
    defaults = {name: str(each.get("Default", name)) for name, each in template["Parameters"].items()}
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    return {
        Path(resource["Properties"]["CodeUri"]).name: {
            name: defaults.get(str(value), str(value))
            for name, value in {**common, **resource["Properties"].get("Environment", {}).get("Variables", {})}.items()
        }
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the text that follows them, and as nothing where that is a list."""


def _text(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return ""  # only CloudFormation can put these together


_Loader.add_multi_constructor("!", _text)


def size_of(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def layer_sizes() -> str:
    """What the layer weighs unpacked, where `make build` has put one together."""
    if not LAYER.is_dir():
        return "The layer is not put together here; `make build` does, and then its size is shown."
    parts = sorted(((size_of(each), each.name) for each in LAYER.iterdir() if each.is_dir()), reverse=True)
    whole = sum(size for size, _ in parts)
    most = ", ".join(f"{name} {size / 1e6:.1f}" for size, name in parts[:8])
    return f"Every function comes with the layer, unpacked {whole / 1e6:.0f} MB of the 250 that Lambda allows: {most}."
