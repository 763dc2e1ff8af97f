"""One target under atheris, which watches what each input reaches; started by tests.fuzz, ends by its own limit."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["shared"], enable_loader_override=False):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    target = TARGETS[name]

    def one(data: bytes) -> None:
        try:
            target.read(data)
        except target.errors as error:
            str(error).encode("utf-8", "surrogatepass")

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
