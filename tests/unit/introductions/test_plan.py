"""Nobody is told what they may not know, and everybody who may be told gets the strongest ties first."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.connections import Relation
from shared.introductions import how_they_know_each_other, may_be_told, plan_wave
from shared.matching import Evidence, Match

CONNECTED = Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections")
BY_ADDRESS = Evidence("email", Relation.CONNECTED, None, "linkedin-connections")
FOLLOWS = Evidence("github", Relation.FOLLOWS, None, "github-following")
FOLLOWED = Evidence("github", Relation.FOLLOWED_BY, None, "github-followers")
CONTACT = Evidence("email", Relation.CONTACT, None, "google-contacts")


def test_a_tie_that_both_lists_name_is_told_to_both() -> None:
    match = Match("a", "b", (FOLLOWS,), (FOLLOWS,))
    assert (may_be_told(match, "a"), may_be_told(match, "b")) == (True, True)


def test_a_one_way_tie_is_told_to_nobody_before_they_are_asked() -> None:
    for one_way in (FOLLOWS, FOLLOWED, CONTACT):
        match = Match("a", "b", (one_way,))
        assert (may_be_told(match, "a"), may_be_told(match, "b")) == (False, False)


def test_a_claimed_handle_alone_discloses_nothing_to_its_claimer() -> None:
    match = Match("a", "b", (CONNECTED,))  # a's export lists the handle that b claims
    assert may_be_told(match, "a")
    assert not may_be_told(match, "b")


def test_a_list_fetched_by_a_claimed_handle_discloses_nothing_to_its_claimer() -> None:
    match = Match("a", "b", (FOLLOWS, FOLLOWED), (FOLLOWS,))
    assert may_be_told(match, "a")
    assert not may_be_told(match, "a", fetched=True)
    assert may_be_told(Match("a", "b", (FOLLOWS, CONNECTED)), "a", fetched=True)


def test_an_address_is_proven_because_the_mail_goes_there() -> None:
    assert may_be_told(Match("a", "b", (BY_ADDRESS,)), "b")


def test_being_followed_by_who_is_followed_is_a_tie_both_ways_from_one_export() -> None:
    match = Match("a", "b", (FOLLOWS, FOLLOWED))
    assert may_be_told(match, "a")
    assert not may_be_told(match, "b")


people = st.sampled_from("abcdefgh")
matches = st.dictionaries(
    st.tuples(people, people).filter(lambda pair: pair[0] < pair[1]),
    st.tuples(*[st.lists(st.sampled_from([CONNECTED, BY_ADDRESS, FOLLOWS, FOLLOWED]), unique=True).map(tuple)] * 2),
).map(lambda found: [Match(a, b, *both) for (a, b), both in found.items()])
history = st.dictionaries(people, st.sets(people))


@given(matches, st.sets(people), history, st.integers(1, 5))
def test_a_wave_keeps_every_promise(
    found: list[Match], may_be_named: set[str], told: dict[str, set[str]], most: int
) -> None:
    by_pair = {frozenset((m.a, m.b)): m for m in found}
    shares = plan_wave(found, may_be_named=may_be_named, already_told=told, people_per_mail=most)
    assert len({share.attendee_id for share in shares}) == len(shares)
    for share in shares:
        assert share.attendee_id in may_be_named
        assert 1 <= len(share.people) <= most
        assert len(set(share.people)) == len(share.people)
        assert set(share.people) <= may_be_named
        assert not set(share.people) & told.get(share.attendee_id, set())
        ties = [by_pair[frozenset((share.attendee_id, other))] for other in share.people]
        assert all(may_be_told(tie, share.attendee_id) for tie in ties)
        assert [tie.score for tie in ties] == sorted((tie.score for tie in ties), reverse=True)


@given(matches, st.sets(people), history)
def test_nobody_with_something_new_is_left_out(found: list[Match], named: set[str], told: dict[str, set[str]]) -> None:
    shares = plan_wave(found, may_be_named=named, already_told=told, people_per_mail=5)
    waiting = {
        one
        for match in found
        for one in (match.a, match.b)
        if {match.a, match.b} <= named and may_be_told(match, one) and match.other(one) not in told.get(one, set())
    }
    assert {share.attendee_id for share in shares} == waiting


def test_the_words_say_how_they_know_each_other() -> None:
    since = Evidence("mastodon", Relation.FOLLOWS, date(2022, 3, 1), "mastodon-following")
    assert how_they_know_each_other(Match("a", "b", (CONNECTED,)), "a") == "You are connected on LinkedIn."
    assert how_they_know_each_other(Match("a", "b", (since,), (since,)), "b") == (
        "You have followed each other on Mastodon since 2022."
    )
    assert how_they_know_each_other(Match("a", "b", (CONNECTED, FOLLOWS)), "a") == (
        "You are connected on LinkedIn, and you follow them on GitHub."
    )


def test_the_words_do_not_say_whom_the_other_follows_one_way() -> None:
    match = Match("a", "b", (CONNECTED,), (FOLLOWS, CONTACT))
    assert how_they_know_each_other(match, "a") == "You are connected on LinkedIn."


def test_who_was_found_by_address_is_connected_where_the_export_comes_from() -> None:
    assert how_they_know_each_other(Match("a", "b", (BY_ADDRESS,)), "b") == "You are connected on LinkedIn."
