"""A cell of free text gives everybody it names, and nobody whom it does not."""

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identities import Identity, Unreadable, email, network_of_label, networks, parse, phone, read


def handles(text: str, network: str | None = None) -> list[str]:
    return [f"{identity.network}:{identity.handle}" for identity in read(text, network).identities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twitter:\n@ann\nGitHub:\nbob", ["x:ann", "github:bob"]),
        ("Twitter: @ann LinkedIn: https://linkedin.com/in/ann-o", ["x:ann", "linkedin:ann-o"]),
        ("@ann (Twitter), ann.e (Instagram)", ["x:ann", "instagram:ann.e"]),
        ("I'm @ann on Twitter", ["x:ann"]),
        ("My Twitter is @ann_e", ["x:ann_e"]),
        ("Stack Overflow: 12345, Hacker News: annE", ["stackoverflow:12345", "hackernews:annE"]),
        ("ig=ann fb=ann.oneil", ["instagram:ann", "facebook:annoneil"]),
        ("[my profile](https://x.com/ann)", ["x:ann"]),
        ('<a href="https://github.com/ann">me</a>', ["github:ann"]),
        ("call +33 1 99 00 00 10 or ann@example.org", ["phone:+33199000010", "email:ann@example.org"]),
        ("mastodon: ann@fosstodon.org, mail: ann@example.org", ["mastodon:ann@fosstodon.org", "email:ann@example.org"]),
    ],
)
def test_a_text_without_column_says_itself_what_its_handles_are(text: str, expected: list[str]) -> None:
    reading = read(text)
    assert [f"{i.network}:{i.handle}" for i in reading.identities] == expected
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("text", "network", "expected"),
    [
        ("@ann or @bob", "x", ["x:ann", "x:bob"]),
        ("ann (github: bob)", "x", ["x:ann", "github:bob"]),
        ("@ann (Twitter)", "x", ["x:ann"]),
        ("in/ann-o", "linkedin", ["linkedin:ann-o"]),
        ("+33612345678 / +33612345679", "phone", ["phone:+33612345678", "phone:+33612345679"]),
        ("http://fosstodon.org/@ann", "x", ["mastodon:ann@fosstodon.org"]),
        ("ann@gmail.com", "mastodon", ["email:ann@gmail.com"]),
        ("@ann@threads.net", "mastodon", ["threads:ann"]),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fx.com%2Fann&h=1", "facebook", ["x:ann"]),
    ],
)
def test_in_a_column_handles_are_the_columns_and_addresses_are_what_they_are(
    text: str, network: str, expected: list[str]
) -> None:
    assert handles(text, network) == expected


@pytest.mark.parametrize("text", ["yes", "Nein", "n/a", "???", "—", "😀", "he/him", "нет", "なし", " . "])
def test_an_answer_that_names_nobody_is_nobody_and_no_problem(text: str) -> None:
    for network in (None, *networks):
        assert read(text, network).identities == ()
        assert read(text, network).problems == ()


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("linkedn.com/in/ann", "linkedin.com"),
        ("lnikedin.com/in/ann", "linkedin.com"),
        ("https://www.linkedin.co/in/ann", "linkedin.com"),
        ("linkedin/in/ann", "linkedin.com"),
        ("linkеdin.com/in/ann", "linkedin.com"),
        ("twiter.com/ann", "twitter.com"),
        ("gihtub.com/ann", "github.com"),
    ],
)
def test_a_misspelt_host_is_not_read_but_explained(text: str, suggestion: str) -> None:
    found = parse(text)
    assert isinstance(found, Unreadable)
    assert found.suggestion == suggestion
    assert f"did you mean {suggestion}?" in found.reason


@pytest.mark.parametrize("before", ["", "my key: ", "https://njump.me/", "https://www.linkedin.com/in/", "nostr:"])
def test_a_private_key_is_neither_kept_nor_repeated(before: str) -> None:
    secret = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
    for network in (None, *networks):
        assert secret[5:] not in repr(parse(before + secret, network))
        assert secret[5:] not in repr(read(before + secret, network))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ann.O+conf@Example.ORG ", "ann.o+conf@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("ann@example", None),
        ("@ann@example.org", None),
        ("a..b@example.org", None),
        ("ann@127.0.0.1", None),
        ("ann", None),
    ],
)
def test_an_email_address_is_trimmed_and_lower_case_and_otherwise_as_written(text: str, expected: str | None) -> None:
    found = email(text)
    assert (found.handle if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("00 44 20 7946 0958", "+442079460958"),
        ("+1 (201) 555-0123 ext. 4", "+12015550123"),
        ("020 7946 0958", None),
        ("+0 20 7946 0958", None),
        ("+44", None),
        ("+4420794609581234567", None),
    ],
)
def test_a_phone_number_counts_only_with_its_country_code(text: str, expected: str | None) -> None:
    found = phone(text)
    assert (found.handle if found else None) == expected


@pytest.mark.parametrize(
    ("label", "network"),
    [
        ("twitterHandle", "x"),
        ("linkedin_url", "linkedin"),
        ("What's your GitHub?", "github"),
        ("Link to your LinkedIn profile page (optional)", "linkedin"),
        ("Twitter/X", "x"),
        ("X", "x"),
        ("Your Medium handle", "medium"),
        ("T-shirt size: Medium", None),
        ("In which city do you live?", None),
        ("Which meetup did you attend?", None),
        ("Company LinkedIn", None),
        ("Company e-mail", "email"),
        ("E-mail 1 - Value", "email"),
        ("E-mail 1 - Type", None),
        ("E-mail address verified", None),
        ("Emergency contact phone", None),
        ("Website", None),
        ("Personal website", "homepage"),
        ("Correo electrónico", "email"),
        ("Adresse électronique", "email"),
        ("Indirizzo e-mail", "email"),
        ("E-postadress", "email"),
        ("Электронная почта", "email"),
        ("メールアドレス", "email"),
        ("电子邮箱", "email"),
        ("Téléphone portable", "phone"),
        ("Numer telefonu", "phone"),
        ("Номер телефона", "phone"),
        ("携帯電話番号", "phone"),
        ("Handynummer", "phone"),
        ("", None),
    ],
)
def test_a_label_means_a_network_only_where_it_can_mean_nothing_else(label: str, network: str | None) -> None:
    assert network_of_label(label) == network


@given(
    st.lists(
        st.sampled_from(
            [
                "@ann",
                "x.com/ann",
                " ",
                "/",
                ":",
                "https://",
                "tw:",
                "(",
                ")",
                ",",
                "@",
                "%2F",
                "é",
                "\u202e",
                "#",
                "?id=",
            ]
        ),
        max_size=12,
    ).map("".join),
    st.sampled_from([None, *networks]),
)
def test_whatever_is_read_reads_the_same_from_its_display(text: str, network: str | None) -> None:
    for identity in read(text, network).identities:
        assert parse(identity.display, identity.network) == identity


@pytest.mark.parametrize(
    "piece", ["@", "a.", "a@", "%41", "x.com/", "@a:", "http:", "(", "tw: ", "a-", "+1 ", "İ", "é.com/@a ", "\u0345"]
)
def test_no_text_takes_long_however_it_repeats_itself(piece: str) -> None:
    began = time.perf_counter()
    for network in (None, "x", "mastodon", "phone", "matrix"):
        read(piece * 100_000, network)
    assert time.perf_counter() - began < 1.0  # seconds; it takes some hundredths


def test_importing_the_room_stays_cheap() -> None:
    heavy = "print(sorted({'urllib', 'difflib', 'ipaddress', 'pydantic'} & set(sys.modules)))"
    code, before = f"import sys, shared.identities; {heavy}", f"import sys; {heavy}"
    told = [subprocess.run([sys.executable, "-c", c], capture_output=True, text=True).stdout for c in (before, code)]
    assert told[0] == told[1]


def test_the_command_line_writes_one_object_for_each_identity_and_a_reason_where_there_is_none() -> None:
    command = [sys.executable, "-m", "shared.identities", "--network", "github"]
    lines = "ann; x.com/bob\nnot a handle\n"
    told = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    first, second, third = map(json.loads, told)
    assert first == {"input": "ann; x.com/bob", "network": "github", "handle": "ann", "url": "https://github.com/ann"}
    assert (second["network"], second["handle"]) == ("x", "bob")
    assert (third["network"], third["handle"], third["url"]) == (None, None, None)
    assert "no handle on GitHub" in third["reason"]


def test_identities_sort_and_compare_by_network_and_handle_alone() -> None:
    assert Identity("x", "ann", "@Ann") == Identity("x", "ann")
    assert sorted([Identity("x", "b"), Identity("github", "z"), Identity("x", "a")])[0].network == "github"
