"""Handles that were shown to be the attendee's, and what follows from it."""

from datetime import UTC, datetime

from shared.attendees import Attendee
from shared.connections import Relation
from shared.identities import Identity
from shared.introductions import Stage, propose
from shared.matching import Evidence, Match
from tests.telling import may_be_told

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GITHUB, OTHER_GITHUB = Identity("github", "ann"), Identity("github", "bob")
MASTODON = Identity("mastodon", "ann@fosstodon.org")
ANN = Attendee("democon", "ann", "ann@example.org", identities=(GITHUB, OTHER_GITHUB, MASTODON))


def test_at_first_only_the_address_is_proven() -> None:
    assert ANN.proven_networks == {"email"}


def test_a_network_is_proven_once_all_that_is_claimed_there_is() -> None:
    one = ANN.with_proofs([(GITHUB, "code")], [MASTODON], now=NOW)
    assert one.proven_networks == {"email"}
    both = one.with_proofs([(OTHER_GITHUB, "code"), (MASTODON, "email")], [], now=NOW)
    assert both.proven_networks == {"email", "github", "mastodon"}


def test_what_is_no_longer_shown_is_no_longer_proven_and_what_could_not_be_asked_stays() -> None:
    proven = ANN.with_proofs([(GITHUB, "code"), (OTHER_GITHUB, "code"), (MASTODON, "email")], [], now=NOW)
    assert proven.with_proofs([], [MASTODON], now=NOW).proven_networks == {"email", "github"}
    assert proven.with_proofs([], [], now=NOW) == proven


def test_a_number_that_belongs_to_a_handle_is_not_proven_with_it() -> None:
    proven = ANN.with_proofs([(GITHUB, "code"), (OTHER_GITHUB, "code")], [], now=NOW)
    assert "github" not in proven.with_aliases([GITHUB, Identity("github", "12345")]).proven_networks


def test_whoever_has_proven_a_handle_may_be_told_who_lists_them_by_it() -> None:
    listed = Match("ann", "zoe", (), (Evidence("github", Relation.CONNECTED, None, "github-following"),))
    assert not may_be_told(listed, "ann")
    assert may_be_told(listed, "ann", proven={"email", "github"})
    proposal = propose(listed, proven={"ann": {"email", "github"}})
    assert proposal is not None
    assert (proposal.stage, proposal.confirmer) == (Stage.TOLD, None)
