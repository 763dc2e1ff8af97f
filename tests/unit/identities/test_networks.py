"""Every entry of the table keeps the promises that all of them make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identities import Identity, Unreadable, network_of_label, networks, parse
from shared.identities.table import NETWORKS

EXAMPLES = [(name, text, handle) for name, n in NETWORKS.items() for text, handle in n.examples.items()]
CANONICAL = sorted({(name, handle) for name, _, handle in EXAMPLES})
NOBODY = [(name, text) for name, n in NETWORKS.items() for text in n.nobody]


def test_there_are_forty_networks_or_more_and_each_has_examples_and_a_source() -> None:
    assert len(networks) >= 40
    assert [name for name in networks if len(NETWORKS[name].examples) < 2 or not NETWORKS[name].source] == []


def test_every_network_with_addresses_says_which_of_them_are_nobodys() -> None:
    assert [name for name, n in NETWORKS.items() if n.paths and not n.nobody] == []


def test_networks_share_a_name_space_only_where_the_table_says_so() -> None:
    shared = {name: n.name_space for name, n in NETWORKS.items() if n.name_space}
    assert shared == {"threads": "instagram", "lemmy": "mastodon", "pixelfed": "mastodon"}
    keys = {Identity(name, "ann").key for name in networks if name not in shared}
    assert len(keys) == len(networks) - len(shared)


@pytest.mark.parametrize(("network", "text", "handle"), EXAMPLES)
def test_an_example_is_read_as_its_network_says(network: str, text: str, handle: str) -> None:
    assert parse(text, network) == Identity(network, handle)


@pytest.mark.parametrize(("network", "text", "handle"), [e for e in EXAMPLES if "://" in e[1] and e[0] != "homepage"])
def test_a_whole_address_needs_no_column_and_minds_no_wrong_one(network: str, text: str, handle: str) -> None:
    assert parse(text) == Identity(network, handle)
    assert parse(text, "x") == Identity(network, handle)
    assert parse(text, "email") == Identity(network, handle)


@pytest.mark.parametrize(("network", "text", "handle"), [e for e in EXAMPLES if e[1].startswith("http")])
def test_an_address_may_be_shouted_without_scheme_with_tracking_and_a_slash(
    network: str, text: str, handle: str
) -> None:
    bare = text.partition("://")[2]
    host, slash, rest = bare.partition("/")
    assert parse(f"HTTP://{host.upper()}{slash}{rest}", network) == Identity(network, handle)
    if "?" not in text and "#" not in text:
        assert parse(f"{bare}/?utm_source=badge&fbclid=abc#top", network) == Identity(network, handle)


@pytest.mark.parametrize(("network", "handle"), CANONICAL)
def test_display_and_address_lead_back_to_the_same_identity(network: str, handle: str) -> None:
    identity = parse(NETWORKS[network].identity(handle).display, network)  # type: ignore[union-attr]
    assert identity == Identity(network, handle)
    assert parse(identity.display, identity.network) == identity
    assert parse(identity.handle, identity.network) == identity
    if identity.url is not None:
        assert identity.url.startswith("https://")
        again = parse(identity.url, network)
        assert isinstance(again, Identity)
        assert again.key == identity.key


@pytest.mark.parametrize(("network", "text"), NOBODY)
@pytest.mark.parametrize("column", [True, False])
def test_an_address_that_is_nobodys_profile_gives_nobody(network: str, text: str, column: bool) -> None:
    found = parse(text, network if column else None)
    assert isinstance(found, Unreadable)
    assert found.reason


@pytest.mark.parametrize(
    ("network", "word"), [(name, word) for name, n in NETWORKS.items() for word in sorted(n.reserved)]
)
def test_a_reserved_word_is_nobody_and_one_that_begins_with_it_may_be_somebody(network: str, word: str) -> None:
    entry = NETWORKS[network]
    assert isinstance(entry.identity(word), type(None))
    assert entry.identity(word.upper()) is None


@pytest.mark.parametrize("network", [name for name, n in NETWORKS.items() if n.hosts])
def test_a_host_that_looks_like_a_networks_is_never_that_network(network: str) -> None:
    entry = NETWORKS[network]
    for text in entry.examples:
        host, _, path = text.partition("://")[2].removeprefix("www.").partition("/")
        if host not in entry.hosts:
            continue
        for forged in (
            f"https://not{host}/{path}",
            f"https://{host}.evil.example/{path}",
            f"https://{host}@evil.example/{path}",
            f"https://{host}:pw@evil.example/{path}",
            f"https://evil.example/{host}/{path}",
            f"https://evil.example?{host}/{path}",
            f"https://evil.example#{host}/{path}",
            f"https://{host}\\@evil.example/{path}",
            f"https://{host.replace('.', '-')}.example/{path}",
            f"https://{host.replace('o', 'о').replace('e', 'е').replace('a', 'а')}/{path}"
            if any(c in host for c in "oea")
            else f"https://{host}.example/{path}",
        ):
            found = parse(forged)
            assert not isinstance(found, Identity) or found.network not in (network, entry.name_space), forged


@pytest.mark.parametrize("network", networks)
def test_a_networks_name_and_title_are_labels_for_it(network: str) -> None:
    entry = NETWORKS[network]
    assert network_of_label(network) == network
    assert network_of_label(network.upper()) == network
    assert network_of_label(entry.title if network != "devto" else "dev.to") == network
    for label in (*entry.labels, *entry.alone):
        assert network_of_label(label) == network, label


@given(
    st.sampled_from([*networks]),
    st.text(alphabet="aAbBzZ019._-@:/#+ıİßſéÅö\u0345\u0301\u200dк😀", min_size=1, max_size=30),
)
def test_what_is_canonical_stays_as_it_is(network: str, typed: str) -> None:
    identity = NETWORKS[network].identity(typed)
    if identity is not None:
        assert NETWORKS[network].identity(identity.handle) == identity
        assert parse(identity.display, network) == identity
