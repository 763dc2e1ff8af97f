"""What people type is understood; what is nobody's profile never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identities import Identity, Reading, Unreadable, network_of_label, networks, parse, read
from shared.identities.table import NETWORKS

EXAMPLES = [(name, text, handle) for name, n in NETWORKS.items() for text, handle in n.examples.items()]


def test_every_network_has_examples() -> None:
    assert [name for name in networks if len(NETWORKS[name].examples) < 2] == []


@pytest.mark.parametrize(("network", "text", "handle"), EXAMPLES)
def test_an_example_is_read_as_its_network_says(network: str, text: str, handle: str) -> None:
    assert parse(text, network) == Identity(network, handle)


@pytest.mark.parametrize(("network", "text", "handle"), EXAMPLES)
def test_reading_what_is_displayed_gives_the_same_identity(network: str, text: str, handle: str) -> None:
    found = parse(text, network)
    assert isinstance(found, Identity)
    assert parse(found.display, network) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tw: @ann / in: ann-oneil, github ann", ["x:ann", "linkedin:ann-oneil", "github:ann"]),
        ("x.com/ann; linkedin.com/in/ann", ["x:ann", "linkedin:ann"]),
        ("https://github.com/ann https://x.com/ann", ["github:ann", "x:ann"]),
        ("find me as @ann@fosstodon.org", ["mastodon:ann@fosstodon.org"]),
        ("ann@example.org", ["email:ann@example.org"]),
        ("x.com/ann, twitter.com/Ann", ["x:ann"]),
    ],
)
def test_several_in_one_cell_are_all_found(text: str, expected: list[str]) -> None:
    reading = read(text)
    assert [f"{i.network}:{i.handle}" for i in reading.identities] == expected
    assert reading.problems == ()


@pytest.mark.parametrize("text", ["", "  ", "n/a", "None", "-", "TBD", "keine"])
def test_a_placeholder_is_nothing_and_no_problem(text: str) -> None:
    assert read(text, "x") == Reading()


@pytest.mark.parametrize(
    "text",
    [
        "xlinkedin.com/in/ann",
        "linkedin.com.evil.example/in/ann",
        "https://linkedin.com@evil.example/in/ann",
        "https://www.linkedin.com/company/acme",
        "https://x.com/home",
        "https://twitter.com/hashtag/python",
        "https://github.com/features",
        "https://www.instagram.com/p/abc123/",
        "https://www.youtube.com/watch?v=abc",
        "javascript:alert(1)",
        "I will tell you later!",
    ],
)
def test_what_is_nobodys_profile_gives_nobody(text: str) -> None:
    assert [i for i in read(text, "linkedin").identities if i.network != "email"] == []
    assert read(text, "linkedin").problems


@pytest.mark.parametrize(("network", "handle"), [("x", "homer"), ("github", "newton"), ("instagram", "peter")])
def test_a_handle_that_only_begins_like_a_reserved_word_is_somebody(network: str, handle: str) -> None:
    host = NETWORKS[network].hosts[0]
    assert parse(f"https://{host}/{handle}") == Identity(network, handle)


def test_a_near_miss_comes_with_a_suggestion() -> None:
    found = parse("linkedn.com/in/ann")
    assert isinstance(found, Unreadable)
    assert found.suggestion == "linkedin.com"
    assert "did you mean linkedin.com?" in found.reason


def test_a_bare_handle_means_what_its_column_says_and_nothing_without_one() -> None:
    assert parse("@ann", "github") == Identity("github", "ann")
    assert isinstance(parse("@ann"), Unreadable)


def test_an_address_of_another_network_is_read_as_what_it_is() -> None:
    assert parse("https://github.com/ann", "x") == Identity("github", "ann")
    assert parse("ann@example.org", "x") == Identity("email", "ann@example.org")


def test_threads_and_instagram_share_their_handles_and_others_do_not() -> None:
    assert Identity("threads", "ann").key == Identity("instagram", "ann").key
    assert Identity("github", "ann").key != Identity("x", "ann").key


@pytest.mark.parametrize(
    ("label", "network"),
    [
        ("Twitter handle", "x"),
        ("X (Twitter)", "x"),
        ("Dein LinkedIn-Profil", "linkedin"),
        ("GitHub-Benutzername", "github"),
        ("Ticket Email", "email"),
        ("E-Mail", "email"),
        ("Where do you live?", None),
        ("Company", None),
        ("LinkedIn or Twitter", None),
    ],
)
def test_a_label_names_its_network_in_whole_words(label: str, network: str | None) -> None:
    assert network_of_label(label) == network


@given(st.text(), st.sampled_from([*networks, None, "unheard-of"]))
def test_reading_never_raises_and_its_result_reads_the_same_again(text: str, network: str | None) -> None:
    for identity in read(text, network).identities:
        assert parse(identity.display, identity.network) == identity
        assert network_of_label(text) in (*networks, None)


@given(st.sampled_from(["https://", "", "@", "x.com/", "linkedin.com/in/"]), st.text(alphabet="@./:%a-_é", max_size=80))
def test_no_address_is_too_odd_to_be_parsed(prefix: str, rest: str) -> None:
    assert isinstance(parse(prefix + rest), (Identity, Unreadable))


def test_an_endless_cell_is_read_in_bounded_time() -> None:
    assert isinstance(read("@" * 1_000_000 + "a." * 1_000_000, "mastodon"), Reading)
