"""Nobody is told what they may not know: what becomes of a tie, by who lists whom and what is proven."""

from shared.connections import Relation
from shared.introductions import Closeness, Proposal, Stage, how_they_know_each_other, propose
from shared.introductions.proposals import LEAST_SHARED, propose_mutual
from shared.matching import LIKELY, POSSIBLE, Evidence, Match
from shared.matching.mutual import MutualConnections
from tests.telling import may_be_told

CONNECTED = Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections")
BY_ADDRESS = Evidence("email", Relation.CONNECTED, None, "linkedin-connections")
FOLLOWS = Evidence("github", Relation.FOLLOWS, None, "github-following")
FOLLOWED = Evidence("github", Relation.FOLLOWED_BY, None, "github-followers")
CONTACT = Evidence("email", Relation.CONTACT, None, "google-contacts")
BY_NAME = Evidence(POSSIBLE, Relation.CONNECTED, None, "facebook-friends")
BY_NAME_AND_COMPANY = Evidence(LIKELY, Relation.CONNECTED, None, "linkedin-connections")


def proposed(match: Match, **facts: object) -> tuple[Closeness, Stage, str | None] | None:
    proposal = propose(match, **facts)  # type: ignore[arg-type]
    return proposal and (proposal.closeness, proposal.stage, proposal.confirmer)


def test_a_tie_that_both_lists_name_is_told_to_both() -> None:
    match = Match("a", "b", (FOLLOWS,), (FOLLOWS,))
    assert proposed(match) == (Closeness.KNOWN, Stage.TOLD, None)
    assert (may_be_told(match, "a"), may_be_told(match, "b")) == (True, True)


def test_a_one_way_tie_is_asked_on_both_sides_first() -> None:
    for one_way in (FOLLOWS, FOLLOWED):
        assert proposed(Match("a", "b", (one_way,))) == (Closeness.LIKELY, Stage.ASKED, "a")
    # An address is proven, because the mail goes there: nobody has to confirm whose it is.
    assert proposed(Match("a", "b", (CONTACT,))) == (Closeness.LIKELY, Stage.ASKED, None)
    assert not may_be_told(Match("a", "b", (CONTACT,)), "a")


def test_a_claimed_handle_is_confirmed_by_who_lists_it_before_its_claimer_is_told() -> None:
    match = Match("a", "b", (CONNECTED,))  # a's export lists the handle that b claims
    assert proposed(match) == (Closeness.KNOWN, Stage.CONFIRMING, "a")
    assert (may_be_told(match, "a"), may_be_told(match, "b")) == (True, False)


def test_a_proven_handle_is_told_to_both_at_once() -> None:
    assert proposed(Match("a", "b", (BY_ADDRESS,))) == (Closeness.KNOWN, Stage.TOLD, None)
    match = Match("a", "b", (CONNECTED,))
    assert proposed(match, proven={"b": {"linkedin"}}) == (Closeness.KNOWN, Stage.TOLD, None)


def test_a_list_fetched_by_a_claimed_handle_discloses_nothing_to_its_claimer() -> None:
    match = Match("a", "b", (FOLLOWS, FOLLOWED), (FOLLOWS,))
    assert proposed(match, fetched={"a"}) == (Closeness.KNOWN, Stage.CONFIRMING, "b")
    assert not may_be_told(match, "a", fetched=True)
    assert may_be_told(Match("a", "b", (FOLLOWS, CONNECTED)), "a", fetched=True)


def test_where_both_merely_claim_neither_is_told_nor_asked() -> None:
    assert proposed(Match("a", "b", (FOLLOWS, FOLLOWED)), fetched={"a"}) is None


def test_being_followed_by_who_is_followed_is_a_tie_both_ways_from_one_export() -> None:
    assert proposed(Match("a", "b", (FOLLOWS, FOLLOWED))) == (Closeness.KNOWN, Stage.CONFIRMING, "a")


def test_who_was_found_by_name_is_asked_and_then_confirmed_by_name() -> None:
    for by_name in (BY_NAME, BY_NAME_AND_COMPANY):
        assert proposed(Match("a", "b", (by_name,))) == (Closeness.LIKELY, Stage.ASKED, "a")
        assert proposed(Match("a", "b", (by_name,), (by_name,))) == (Closeness.LIKELY, Stage.ASKED, None)


def test_what_is_certain_is_not_made_doubtful_by_a_name_beside_it() -> None:
    assert proposed(Match("a", "b", (FOLLOWS, BY_NAME), (FOLLOWS,))) == (Closeness.KNOWN, Stage.TOLD, None)


def test_without_evidence_there_is_nothing_to_propose() -> None:
    assert propose(Match("a", "b")) is None


def test_who_shares_acquaintances_is_asked_if_they_share_enough() -> None:
    found = MutualConnections("a", "b", 0.3, 4, ("c",))
    assert propose_mutual(found) == Proposal("a", "b", 0.3, Closeness.NEW, Stage.ASKED, None, ("c",), 4)
    assert propose_mutual(MutualConnections("a", "b", LEAST_SHARED - 0.01, 1, ())) is None


def test_the_words_do_not_say_whom_the_other_follows_one_way() -> None:
    match = Match("a", "b", (CONNECTED,), (FOLLOWS, CONTACT))
    assert how_they_know_each_other(match, "a") == "You are connected on LinkedIn."


def test_who_was_found_by_address_is_connected_where_the_export_comes_from() -> None:
    assert how_they_know_each_other(Match("a", "b", (BY_ADDRESS,)), "b") == "You are connected on LinkedIn."
