"""The words say how two people know each other, in the reader's language, and never more than they may know."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connections import Relation
from shared.identities import Identity
from shared.introductions import how_they_know_each_other
from shared.introductions.words import (
    already_know_each_other,
    asked_about,
    asked_about_new,
    how_new,
    network_name,
    what_may_be_said,
    where_to_say_hello,
)
from shared.matching import Evidence, Match

CONNECTED = Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections")
BY_ADDRESS = Evidence("email", Relation.CONNECTED, None, "linkedin-connections")
FOLLOWS = Evidence("github", Relation.FOLLOWS, None, "github-following")
CONTACT = Evidence("email", Relation.CONTACT, None, "google-contacts")
SINCE_2022 = Evidence("mastodon", Relation.FOLLOWS, date(2022, 3, 1), "mastodon-following")
SINCE_2019 = Evidence("mastodon", Relation.FOLLOWS, date(2019, 3, 1), "mastodon-following")

EVERYTHING = Match("a", "b", (SINCE_2019, CONNECTED, FOLLOWS, CONTACT), (SINCE_2022,))


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        (
            "en",
            "You have followed each other on Mastodon since 2022, and you are connected on LinkedIn. "
            "You follow them on GitHub, and they are in your address book.",
        ),
        (
            "de",
            "Ihr folgt euch seit 2022 gegenseitig auf Mastodon und ihr seid auf LinkedIn vernetzt. "
            "Du folgst diesem Profil auf GitHub und der Kontakt steht in deinem Adressbuch.",
        ),
        (
            "de-formal",
            "Sie folgen einander seit 2022 auf Mastodon und Sie sind auf LinkedIn miteinander vernetzt. "
            "Sie folgen diesem Profil auf GitHub und der Kontakt steht in Ihrem Adressbuch.",
        ),
        (
            "fr",
            "Vous vous suivez mutuellement sur Mastodon depuis 2022 et vous êtes en relation sur LinkedIn. "
            "Vous suivez son profil sur GitHub et ses coordonnées sont dans votre carnet d’adresses.",
        ),
        (
            "es",
            "Tu perfil y el suyo se siguen mutuamente en Mastodon desde 2022, y está entre tus contactos de LinkedIn. "
            "Sigues su perfil en GitHub, y está en tu agenda de contactos.",
        ),
    ],
)
def test_the_evidence_is_said_in_the_readers_language(locale: str, sentences: str) -> None:
    assert how_they_know_each_other(EVERYTHING, "a", locale) == sentences


def test_without_a_locale_it_is_said_in_english() -> None:
    assert how_they_know_each_other(Match("a", "b", (CONNECTED,)), "a") == "You are connected on LinkedIn."


def test_since_when_is_the_later_of_both_follows_and_not_said_where_one_is_not_known() -> None:
    assert "since 2022" in how_they_know_each_other(Match("a", "b", (SINCE_2019,), (SINCE_2022,)), "a")
    undated = Evidence("mastodon", Relation.FOLLOWS, None, "mastodon-following")
    assert "since" not in how_they_know_each_other(Match("a", "b", (SINCE_2019,), (undated,)), "a")


def test_one_year_is_not_said_of_two_networks() -> None:
    also = Evidence("github", Relation.FOLLOWS, date(2015, 1, 1), "github-following")
    assert how_they_know_each_other(Match("a", "b", (SINCE_2022, also), (SINCE_2022, also)), "a") == (
        "You follow each other on GitHub and Mastodon."
    )


def test_who_was_found_by_address_is_connected_where_the_export_comes_from() -> None:
    assert how_they_know_each_other(Match("a", "b", (BY_ADDRESS,)), "b") == "You are connected on LinkedIn."


def test_two_address_books_are_said_without_naming_the_others() -> None:
    match = Match("a", "b", (CONTACT,), (CONTACT,))
    assert how_they_know_each_other(match, "a") == (
        "You are each among the other’s contacts, and they are in your address book."
    )


def test_the_words_do_not_say_whom_the_other_follows_one_way_or_keeps_in_an_address_book() -> None:
    match = Match("a", "b", (CONNECTED,), (FOLLOWS, CONTACT))
    assert how_they_know_each_other(match, "a") == "You are connected on LinkedIn."
    assert "GitHub" in how_they_know_each_other(match, "b")


LANGUAGES = ["en", "de", "de-formal", "fr", "es"]
BY_NAME = Evidence("name", Relation.CONNECTED, None, "linkedin-connections")
BY_NAME_AND_COMPANY = Evidence("name+company", Relation.CONTACT, None, "google-contacts")


@pytest.mark.parametrize(
    ("evidence", "clause"),
    [
        ([FOLLOWS, SINCE_2019], "somebody you follow on GitHub and Mastodon"),
        ([FOLLOWS, CONNECTED], "somebody among your LinkedIn connections"),
        ([BY_ADDRESS], "somebody among your LinkedIn connections"),
        ([CONTACT, FOLLOWS], "somebody in your address book"),
        ([Evidence("x", Relation.FOLLOWED_BY, None, "x-followers")], "somebody who follows you on X"),
        ([BY_NAME], "somebody whose name is among your LinkedIn connections"),
        ([BY_NAME, FOLLOWS], "somebody you follow on GitHub"),
        ([BY_NAME_AND_COMPANY], "somebody whose name is in your address book"),
        ([Evidence("name", Relation.CONNECTED, None, "own-list")], "somebody whose name is among your connections"),
        ([], "somebody who may know you"),
    ],
)
def test_a_question_says_what_the_readers_own_connections_show(evidence: list[Evidence], clause: str) -> None:
    assert asked_about(Match("a", "b", tuple(evidence)), "a") == clause


def test_who_is_found_by_name_is_not_said_to_be_connected() -> None:
    assert how_they_know_each_other(Match("a", "b", (BY_NAME,)), "a") == (
        "Their name is among your LinkedIn connections."
    )
    assert how_they_know_each_other(Match("a", "b", (BY_NAME,)), "b") == "They may know you."
    both = Match("a", "b", (BY_NAME_AND_COMPANY,), (BY_NAME,))
    assert how_they_know_each_other(both, "a") == "Their name is in your address book."
    assert "connected" not in how_they_know_each_other(both, "b")
    assert where_to_say_hello(both, "a", [Identity("linkedin", "mack")]) is None


def test_who_lists_nobody_is_told_that_they_are_known_not_that_they_know() -> None:
    assert how_they_know_each_other(Match("a", "b", (FOLLOWS,)), "b") == "They know you from online."
    follower = Evidence("github", Relation.FOLLOWED_BY, None, "github-followers")
    assert how_they_know_each_other(Match("a", "b", (follower,)), "a") == "They follow you on GitHub."


def test_shared_acquaintances_are_counted_and_named_where_they_may_be() -> None:
    assert how_new(4, ["Combeferre"]) == "You both know Combeferre and 3 other people."
    assert how_new(2, ["Combeferre"]) == "You both know Combeferre and one other person."
    assert how_new(2, ["Combeferre", "Joly"]) == "You both know Combeferre and Joly."
    assert how_new(9, list("ABCDE")) == "You both know A, B, C and 6 other people."
    assert how_new(1, [" "]) == "You have one acquaintance in common."
    assert how_new(4, [], "de") == "Ihr habt 4 gemeinsame Bekannte."
    assert asked_about_new(4) == "somebody with whom you share 4 acquaintances"
    assert asked_about_new(1, "fr") == "une personne avec qui vous avez une connaissance commune"


relations = st.sampled_from(list(Relation))
evidence = st.builds(
    lambda network, relation: Evidence(network, relation, None, f"{network}-following"),
    st.sampled_from(["github", "mastodon", "linkedin", "bluesky"]),
    relations,
)
ties = st.builds(
    Match,
    st.just("a"),
    st.just("b"),
    st.lists(evidence, max_size=4).map(tuple),
    st.lists(evidence, max_size=4).map(tuple),
)


@given(ties, st.sampled_from(["en", "de", "de-formal", "fr", "es"]))
def test_a_network_on_which_only_the_other_lists_one_way_is_never_named(match: Match, locale: str) -> None:
    mine = {e.network for e in match.listed_by("a")}
    theirs = {(e.network, e.relation) for e in match.listed_by("b")}
    both_ways = {n for n, _ in theirs if {(n, Relation.FOLLOWS), (n, Relation.FOLLOWED_BY)} <= theirs}
    shared = mine | both_ways | {network for network, relation in theirs if relation is Relation.CONNECTED}
    said = how_they_know_each_other(match, "a", locale)
    for network in {"github", "mastodon", "linkedin", "bluesky"} - shared:
        assert network_name(network) not in said
    assert said[0].isupper()
    assert said.endswith(".")
    hello = where_to_say_hello(match, "a", [Identity(n, "mack") for n in ("github", "linkedin", "bluesky")])
    assert hello is None or hello.network in shared


@given(ties, ties, st.sampled_from(LANGUAGES))
def test_a_question_does_not_depend_on_what_the_other_lists(one: Match, other: Match, locale: str) -> None:
    assert asked_about(one, "a", locale) == asked_about(Match("a", "b", one.a_lists_b, other.b_lists_a), "a", locale)


def test_hello_is_said_only_where_the_other_registered_and_the_tie_is() -> None:
    mack = [Identity("github", "mack"), Identity("mastodon", "mack@fosstodon.org"), Identity("linkedin", "mack")]
    assert where_to_say_hello(EVERYTHING, "a", mack) == mack[1]  # where they follow each other
    assert where_to_say_hello(EVERYTHING, "a", [mack[0]]) == mack[0]
    assert where_to_say_hello(Match("a", "b", (CONNECTED,), (FOLLOWS,)), "a", [mack[0]]) is None
    assert where_to_say_hello(EVERYTHING, "a", []) is None


@pytest.mark.parametrize(
    ("match", "known"),
    [
        (Match("a", "b", (Evidence("mastodon", Relation.FOLLOWS, None, "mastodon-following"),)), True),
        (Match("a", "b", (), (Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections"),)), True),
        (Match("a", "b", (), (Evidence("email", Relation.MET, None, "met-democon"),)), True),
        (Match("a", "b", (), (Evidence("mastodon", Relation.FOLLOWS, None, "mastodon-following"),)), False),
        (Match("a", "b", (), (Evidence("name", Relation.CONNECTED, None, "linkedin-connections"),)), False),
    ],
)
def test_people_know_each_other_where_the_reader_lists_the_other_or_the_tie_goes_both_ways(
    match: Match, known: bool
) -> None:
    assert already_know_each_other(match, "a") is known


def test_a_tie_by_address_leads_to_the_profile_where_the_export_comes_from() -> None:
    profile = Identity("linkedin", "mack")
    assert where_to_say_hello(Match("a", "b", (BY_ADDRESS,)), "b", [profile]) == profile
    assert what_may_be_said(Match("a", "b", (BY_ADDRESS,)), "b").networks == ("linkedin",)
