"""How fast addresses, lists and exports are read, beside what one would take otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from statistics import median
from typing import Any, Final

from shared.identities import Identity, parse
from shared.identities.table import NETWORKS
from tests.benchmarks.section import Goal, Section

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
# The npm package, by version and by what npm says its content is (sha512, as in a package-lock.json).
PACKAGE: Final = "social-links@1.15.1"
INTEGRITY: Final = "GCB0h9sSo/MQt5F+GsJYqQf+abYkCPZtLXtvk3FrQj1qzEnKqy6y4NJfLXMENeJMJveybMqEt8oJN+uhw5KL5w=="
LIBRARY: Final = ROOT / "build" / "social-links" / "package"
ADDRESSES: Final = 20_000
MOST_OF_A_CSV_LOOP: Final = 4


def measure(*, quick: bool) -> Section:
    """Identities, an attendee list, an export, an address book."""
    section = Section("reading", "Reading", ("what", "here, a second", "other", "other, a second", "times its time"))
    rounds = 2 if quick else 5
    sizes = (10_000, 5_000, 500) if quick else (100_000, 30_000, 3_000)
    file = ROOT / "build" / "addresses.json"
    file.parent.mkdir(exist_ok=True)
    theirs = _social_links(_addresses(), rounds, file)
    if isinstance(theirs, str):
        section.notes.append(theirs)
        known = _addresses()
    else:
        known = [address for address, found in zip(_addresses(), theirs["found"], strict=True) if found]
    file.write_text(json.dumps(known))
    if not PYTHON.exists():
        section.notes.append("There is no .venv-bench, so nothing is read beside vobject; `make bench` makes it.")
        return section
    command = [str(PYTHON), "-m", "tests.benchmarks.reading_worker", str(file), *map(str, sizes), str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    section.figures |= found
    ours = len(known) / median(found["identities"]["ours"])
    if not isinstance(theirs, str):
        others = theirs["known"] / median(theirs["seconds"])
        section.figures["social-links"] = theirs["seconds"]
        section.rows.append(
            (
                f"{len(known):,} addresses that both know",
                f"{ours:,.0f}",
                PACKAGE,
                f"{others:,.0f}",
                f"{others / ours:.2f}",
            )
        )
        section.goals.append(Goal("addresses, times the time of social-links", others / ours, 1.0))
    for name, what, other, limit in (
        ("attendee list", "rows of an attendee list", "a bare csv loop", MOST_OF_A_CSV_LOOP),
        ("linkedin", "connections of LinkedIn's export", "a bare csv loop", MOST_OF_A_CSV_LOOP),
        ("vcard", "cards of an address book", "vobject", 1.0),
    ):
        times, (count, others_count) = found[name], found[name]["counts"]
        ratio = median(one / two for one, two in zip(times["ours"], times["other"], strict=True))
        section.rows.append(
            (
                f"{count:,} {what}",
                f"{count / median(times['ours']):,.0f}",
                other,
                f"{others_count / median(times['other']):,.0f}",
                f"{ratio:.2f}",
            )
        )
        section.goals.append(Goal(f"{what}, times the time of {other}", ratio, limit))
    return section


def _addresses() -> list[str]:
    """Profiles at every network of ours that has an example with an address, with handles of many people."""
    examples = [
        (written, handle)
        for network in NETWORKS.values()
        for written, handle in network.examples.items()
        if written.startswith("https://") and handle in written and handle.isascii() and handle.isalpha()
    ]
    made = (
        written.replace(handle, f"{handle}{number}")
        for number in range(1, ADDRESSES // len(examples) + 1)
        for written, handle in examples
    )
    return [address for address in made if isinstance(parse(address), Identity)]


def _social_links(addresses: list[str], rounds: int, file: Path) -> dict[str, Any] | str:
    """What the npm package makes of them; a sentence where it cannot be had."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "There is no npm here, so addresses are not read with social-links."
    if not LIBRARY.exists() and not _fetched():
        return f"npm did not bring {PACKAGE} as it is known, so addresses are not read with it."
    file.write_text(json.dumps(addresses))
    command = ["node", str(Path(__file__).with_name("social_links.mjs")), str(LIBRARY), str(file), str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _fetched() -> bool:
    folder = LIBRARY.parent
    folder.mkdir(parents=True, exist_ok=True)
    # Nothing of a package runs when it is packed and unpacked.
    done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, env=os.environ, check=False)
    archive = folder / (PACKAGE.replace("@", "-") + ".tgz")
    if done.returncode or base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY:
        return False
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return True
