"""What holds for any bytes: nothing is raised, nothing is proven by what others know, and time grows with length."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import identities
from shared.proofs import Facts, ask, code_for, find_proof, find_proof_at, label_of, networks, onward, sites_of
from shared.proofs.html import read_html
from shared.proofs.links import canonical_mail, web_address
from tests.unit.proofs.answers import KEY, Reply, facts, identity, reply
from tests.unit.proofs.test_networks import TABLE

CLAIMED = st.sampled_from([identity(TABLE[network][0], network) for network in networks])
KEYS = (
    "login id bio email blog acct note fields value verified_at handle did description website path emails verified "
    "researcher-urls researcher-url url biography content items user_id username about preferredUsername summary"
).split()
SCRAPS = st.sampled_from(
    ["<a ", "rel=me ", "href=", "mailto:ann@example.org", '"', "'", ">", "<!--", "-->", "</", "<script>", "&#", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["ann", "Ann"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)
BODIES = (
    st.binary(max_size=300) | JSON.map(lambda value: reply(value).body) | st.lists(SCRAPS).map("".join).map(str.encode)
)


@given(CLAIMED, BODIES, st.sampled_from([200, 301, 404, 500]))
def test_any_bytes_are_an_answer_and_none_proves_a_code_that_is_not_in_it(
    claimed: identities.Identity, body: bytes, status: int
) -> None:
    answer = Reply(status, body, {"location": body[:50].decode("latin-1")})
    known = facts(claimed, "zoe@zoe.example")
    assert find_proof(claimed, answer, known) is None
    for found in sites_of(claimed, answer):
        assert find_proof_at(found, answer, known) is None
        onward(found.question, answer)


@given(CLAIMED, st.text(max_size=50), st.text(max_size=50))
def test_a_code_is_of_one_event_attendee_and_handle(claimed: identities.Identity, event: str, attendee: str) -> None:
    event, attendee = event.encode(errors="replace").decode(), attendee.encode(errors="replace").decode()
    code = code_for(event, attendee, claimed, KEY)
    assert len(code) == 10
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert code == code_for(event, attendee, claimed, KEY)
    others = {
        code_for(f"{event}x", attendee, claimed, KEY),
        code_for(event, f"{attendee}x", claimed, KEY),
        code_for(event, attendee, identities.Identity("matrix", claimed.handle), KEY),
        code_for(event, attendee, identities.Identity(claimed.network, f"{claimed.handle}x"), KEY),
        code_for(event, attendee, claimed, b"j" * 32),
    }
    assert code not in others


@given(st.text(max_size=300))
def test_texts_that_are_no_address_are_none(text: str) -> None:
    for read in (web_address(text), web_address(text, typed=True)):
        if read is not None:
            assert web_address(read.url) == read
            assert read.host.isascii()
    mail = canonical_mail(text)
    assert mail is None or canonical_mail(mail) == mail


@given(st.lists(SCRAPS | st.text(max_size=5), max_size=60).map("".join), st.sampled_from(["", "x"]))
def test_any_text_is_a_page(text: str, wanted: str) -> None:
    page = read_html(text, wanted)
    assert len(page.me) <= len(page.links) + text.count("<")
    assert not page.text or not text.isspace() or page.text.isspace()


@given(CLAIMED)
def test_whatever_is_asked_is_a_plain_https_address(claimed: identities.Identity) -> None:
    question = ask(claimed)
    assert question is not None
    assert question.url.isascii()
    assert question.url.startswith(f"https://{question.host}/")


@given(st.from_regex(r"[a-z0-9@./:?#&%_ äß-]{1,40}", fullmatch=True), st.sampled_from(networks))
def test_no_handle_leads_away_from_its_network(text: str, network: str) -> None:
    claimed = identities.parse(text, network)
    question = ask(claimed) if isinstance(claimed, identities.Identity) and claimed.network == network else None
    if question is not None and network not in ("mastodon", "lemmy", "pixelfed", "homepage"):
        assert question.host == TABLE[network][1].split("/")[2]


@pytest.mark.parametrize(
    "scrap",
    [
        *(
            "<",
            "<a ",
            "</a",
            "<!--",
            "<!-- --!",
            "<a b='",
            "<a b=",
            "<script>",
            "<script></scrip",
            "&#",
            "&#9",
            "<x y ",
        ),
        *("<template>", "<a rel=me href=https://github.com/ann>", "\u202e", "=\"'", "<textarea><a ", "@", "mailto:"),
    ],
)
def test_time_grows_with_length_and_no_faster(scrap: str) -> None:
    page = (scrap * (1024 * 1024 // len(scrap))).encode()[: 1024 * 1024]
    claimed = identity("ann.example", "homepage")
    begun = time.perf_counter()
    find_proof(claimed, Reply(200, page), Facts("ann@example.org", "a" * 10))
    assert time.perf_counter() - begun < 3


def test_a_bio_as_long_as_an_answer_may_be_is_read_in_time() -> None:
    claimed = identity("ann", "github")
    text = ("icebreaker-" * 100_000)[:900_000]
    begun = time.perf_counter()
    assert find_proof(claimed, reply({"login": "ann", "bio": text}), facts(claimed)) is None
    assert time.perf_counter() - begun < 3


def test_the_label_is_what_people_are_asked_to_write() -> None:
    assert label_of("abcdefgh23") == "icebreaker-abcdefgh23"
