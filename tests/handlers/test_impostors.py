"""Whoever claims somebody else's handle learns nothing; the table in docs/privacy.md, as stories."""

from typing import Any

import pytest

from shared import storage
from shared.introductions import State
from shared.pipeline import import_upload as importing
from shared.pipeline.explain import explain, held_handles
from shared.pipeline.match_attendees import match_everybody
from tests.handlers.conftest import EVENT, World, registered

LINKEDIN = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def comes(world: World, name: str, **handles: str) -> None:
    world.post(registered(name, handles=handles))


def lists(world: World, owner: str, *slugs: str, address: str = "") -> None:
    rows = "".join(f"{slug},X,https://www.linkedin.com/in/{slug},{address},,,12 Mar 2024\n" for slug in slugs)
    world.import_upload(world.upload("Connections.csv", (LINKEDIN + rows).encode(), owner=f"{owner}@example.org"))


def wave(world: World) -> dict[str, int]:
    """Run the first wave; how many people each attendee is told of, by name."""
    event: dict[str, Any] = {"event_id": "democon", "wave": "first"}
    world.handler("plan_introductions").handler(event, _context())
    names = {a.attendee_id: a.email.partition("@")[0] for a in storage.attendees.load_all(EVENT)}
    return {
        names[i.attendee_id]: len(i.people)
        for i in storage.introductions.load_all(EVENT)
        if i.state in (State.PLANNED, State.PUBLISHED)
    }


def _context() -> Any:
    from tests.handlers.conftest import CONTEXT

    return CONTEXT


def told(world: World, a: str, b: str) -> dict[str, str]:
    found = explain(EVENT, f"{a}@example.org", f"{b}@example.org", id_key=world.secrets.id_key(EVENT))
    return {name.lower(): words for name, words in found.told}


def test_an_impostor_is_not_told_who_lists_the_one_whose_handle_they_claim(world: World) -> None:
    comes(world, "mack", linkedin="linkedin.com/in/mack")
    comes(world, "eve", linkedin="linkedin.com/in/victim")
    lists(world, "mack", "victim")
    assert "eve" not in wave(world)
    assert "merely claims" in told(world, "mack", "eve")["eve"]


def test_an_impostor_with_a_made_up_list_is_told_no_more_than_a_digest_says_anyway(world: World) -> None:
    comes(world, "mack", linkedin="linkedin.com/in/mack")
    comes(world, "eve", linkedin="linkedin.com/in/eve")
    world.post(registered("shy", handles={"linkedin": "linkedin.com/in/shy"}, agreed=[]))
    lists(world, "eve", "shy", "mack", "nobody-at-all")
    match_everybody(EVENT)
    pairs = storage.matches.load_all(EVENT)
    assert len(pairs) == 1  # with Mack, who agreed to be named to those who list him


def test_two_who_claim_one_handle_are_both_held(world: World) -> None:
    comes(world, "mack", linkedin="linkedin.com/in/mack")
    comes(world, "ann", linkedin="linkedin.com/in/ann")
    lists(world, "mack", "ann")
    lists(world, "ann", "mack")
    comes(world, "eve", linkedin="linkedin.com/in/ann")
    # Ann's own export still names Mack; what Mack's names is Ann's or Eve's, and counts for neither.
    assert wave(world) == {"ann": 1}
    ((network, handle, people),) = held_handles(EVENT)
    assert (network, handle, sorted(p.name for p in people)) == ("linkedin", "ann", ["Ann", "Eve"])
    assert "claims too" in told(world, "mack", "eve")["mack"]


def test_what_names_the_address_counts_though_the_handle_is_held(world: World) -> None:
    comes(world, "mack", linkedin="linkedin.com/in/mack")
    comes(world, "ann", linkedin="linkedin.com/in/ann")
    comes(world, "eve", linkedin="linkedin.com/in/ann")
    lists(world, "mack", "ann", address="ann@example.org")
    assert wave(world) == {"ann": 1, "mack": 1}


@pytest.mark.parametrize("leaves", ["cancelled", "gives it up"])
def test_when_the_other_claim_ends_the_handle_counts_again(world: World, leaves: str) -> None:
    comes(world, "mack", linkedin="linkedin.com/in/mack")
    comes(world, "ann", linkedin="linkedin.com/in/ann")
    comes(world, "eve", linkedin="linkedin.com/in/ann")
    lists(world, "mack", "ann")
    if leaves == "cancelled":
        world.post(registered("eve", 9, kind="registration.cancelled"))
    else:
        world.post(registered("eve", 9, kind="registration.updated", handles={"linkedin": "linkedin.com/in/eve"}))
    assert wave(world) == {"mack": 1}
    assert held_handles(EVENT) == []


def test_list_after_list_is_read_only_so_often_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_LISTS_A_DAY", 1)
    comes(world, "eve", linkedin="linkedin.com/in/eve")
    lists(world, "eve", "guess-1")
    kept = [item for item in world.items() if item["kind"]["S"] == "connection_set"]
    lists(world, "eve", "guess-2")
    assert [item for item in world.items() if item["kind"]["S"] == "connection_set"] == kept
    report = storage.imports.load(EVENT, "uploads/democon/connections/1/Connections.csv")
    assert report is not None
    assert (report.state, "1 lists a day" in report.reason) == ("refused", True)


def test_one_person_with_two_tickets_does_not_hold_themselves(world: World) -> None:
    comes(world, "ann", linkedin="linkedin.com/in/ann")
    again = registered("ann", handles={"linkedin": "linkedin.com/in/ann"})
    again["data"]["reference"] = "T-second"
    world.post(again)
    assert held_handles(EVENT) == []
