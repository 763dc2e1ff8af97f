"""Open what is about to be deployed: built for Lambda's machine, small enough, and nothing in it that is not needed.

python -m infra.checks.artifacts [FOLDER]     # after `make build`, which ends with it
"""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

# AWS Lambda Developer Guide, "Lambda quotas": function and layers together, unpacked.
MOST_BYTES: Final = 250 * 1024 * 1024

ELF: Final = b"\x7fELF"
AARCH64: Final = 183  # e_machine of the ELF header
# What a compiled module may be called for this Python: its own version's, or the stable interface of any.
_COMPILED_FOR: Final = re.compile(r"\.(cpython-313-aarch64-linux-gnu|abi3)\.so$")
_COMPILED_FOR_ANOTHER: Final = re.compile(r"\.(cpython-\d+|pypy\d+)[^/]*\.so$|\.pyd$|\.dylib$")
_LEFT_OVER: Final = frozenset({"tests", "test", "bin", ".git", ".venv"})
# Bytecode for Lambda's Python saves every cold start the compiling; any other is of the machine that built.
_BYTECODE: Final = ".cpython-313.pyc"


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What ``make build`` makes, and what it is made of."""

    layer: Path
    functions: Path
    lock: Path
    source: Path  # of the functions

    @classmethod
    def of(cls, checkout: Path) -> Artifacts:
        return cls(
            layer=checkout / "build" / "layer",
            functions=checkout / ".aws-sam" / "build",
            lock=checkout / "requirements" / "layer.txt",
            source=checkout / "functions",
        )


def problems(artifacts: Artifacts) -> Iterator[str]:
    """Everything that is wrong with them, a sentence each."""
    python = artifacts.layer / "python"
    if not (python / "shared").is_dir():
        yield f"{artifacts.layer}: there is no layer with the domain in it; `make build` makes it"
        return
    yield from _of_another_machine(python)
    yield from _not_of_the_lock(python, artifacts.lock)
    for folder in (python, artifacts.functions):
        yield from _left_over(folder)
    yield from _functions_that_differ(artifacts)
    layer = size_of(artifacts.layer)
    for name, size in sizes_of_functions(artifacts).items():
        if layer + size > MOST_BYTES:
            yield f"{name}: with its layer {layer + size:,} bytes, and Lambda takes {MOST_BYTES:,}"


def size_of(folder: Path) -> int:
    """How many bytes a folder has, unpacked."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sizes_of_functions(artifacts: Artifacts) -> dict[str, int]:
    return {folder.name: size_of(folder) for folder in _folders(artifacts.functions)}


def machine_of(library: Path) -> int | None:
    """The machine that a compiled library runs on, as its ELF header says; None where it is no such library."""
    with library.open("rb") as file:
        header = file.read(20)
    if not header.startswith(ELF) or len(header) < 20:
        return None
    return int(struct.unpack("<H" if header[5] == 1 else ">H", header[18:20])[0])


def _of_another_machine(python: Path) -> Iterator[str]:
    for path in sorted(python.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(python)
        if _COMPILED_FOR_ANOTHER.search(path.name) and not _COMPILED_FOR.search(path.name):
            yield f"{name}: is compiled for another Python or system than Lambda's python3.13 on arm64"
        elif machine_of(path) not in (None, AARCH64):
            yield f"{name}: is compiled for another machine than Lambda's arm64"


def _not_of_the_lock(python: Path, lock: Path) -> Iterator[str]:
    wanted = {_normal(name) for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", lock.read_text())}
    there = {_normal(path.name.split("-")[0]) for path in python.glob("*.dist-info")}
    for name in sorted(there - wanted):
        yield f"{name}: is in the layer and not in {lock.name}"
    for name in sorted(wanted - there):
        yield f"{name}: is in {lock.name} and not in the layer"


def _left_over(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        of_another = path.suffix == ".pyc" and not path.name.endswith(_BYTECODE)
        if of_another or (path.is_dir() and path.name in _LEFT_OVER):
            yield f"{path.relative_to(folder)}: has no business where it is deployed to"


def _functions_that_differ(artifacts: Artifacts) -> Iterator[str]:
    source = {_camel(path.parent.name): path.parent for path in artifacts.source.glob("*/handler.py")}
    built = {folder.name: folder for folder in _folders(artifacts.functions)}
    for name in sorted(source.keys() - built.keys()):
        yield f"{name}: was not built"
    for name, folder in sorted(built.items()):
        if name not in source:
            yield f"{name}: was built of nothing in {artifacts.source.name}/"
        elif _contents(folder) != _contents(source[name]):
            yield f"{name}: holds other files than {artifacts.source.name}/{source[name].name}"


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def _camel(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(checkout: Path) -> int:
    """Say what is wrong, or how large everything is; the exit code."""
    artifacts = Artifacts.of(checkout)
    found = list(problems(artifacts))
    if found:
        sys.stderr.write("\n".join([*found, ""]))
        return 1
    layer, functions = size_of(artifacts.layer), sizes_of_functions(artifacts)
    largest = max(functions.values())
    sys.stdout.write(
        f"Built for arm64: the layer {layer / 1e6:,.1f} MB, {len(functions)} functions of at most "
        f"{largest / 1e3:,.1f} kB; Lambda takes {MOST_BYTES / 1e6:,.1f} MB.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
