"""A rehearsal from the command line: it ends by itself, shows what would go out, and leaves nothing running."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from infra.local.example import ATTENDEES, CARDS, LINKEDIN, READER

EVENT_TOML = """
[event]
id = "past-event"
name = "Past Event"
starts = 2024-03-04T09:00
ends = 2024-03-05T18:00
time_zone = "Europe/Paris"
place = "Brussels"
organizer = "The Try It Society"
contact = "hello@try-it.example"
waves = [1]
follow_up = false
"""


def test_a_past_event_is_rehearsed_and_nothing_is_left_running(tmp_path: Path) -> None:
    (tmp_path / "event.toml").write_text(EVENT_TOML)
    # Whoever agreed to have public lists looked up: a rehearsal asks no network.
    agreed = '"introduce, connections"', '"introduce, connections, fetch connections"'
    (tmp_path / "attendees.csv").write_text(ATTENDEES.replace(*agreed))
    exports = tmp_path / "connections"
    (exports / READER).mkdir(parents=True)
    (exports / READER / "Connections.csv").write_text(LINKEDIN)
    (exports / "emi@try-it.example.vcf").write_text(CARDS)
    out = tmp_path / "out"
    # Neither a real AWS nor a mail server that stand in the environment are asked.
    environment = os.environ | {
        "TMPDIR": str(tmp_path),
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
        "AWS_PROFILE": "somebody",
        "SMTP_HOST": "127.0.0.1:9",
        "COLUMNS": "120",
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "infra.cli", "rehearse", str(tmp_path / "event.toml")),
            *(str(tmp_path / "attendees.csv"), str(exports), "--out", str(out), "--yes", "0"),
        ],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told, errors = process.communicate(timeout=300)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0, errors
    assert "weeks later" in told
    assert "Nothing was sent to anybody" in told
    page = (out / "index.html").read_text()
    assert "ada@try-it.example" in page
    for kind in ("eml", "html", "txt"):
        assert len(list((out / "mails").glob(f"*.{kind}"))) >= 3
    assert processes_in(tmp_path) == []


def processes_in(folder: Path) -> list[str]:
    """Whatever runs with this folder in its command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in said and int(process.name) != os.getpid():
            found.append(process.name)
    return found
