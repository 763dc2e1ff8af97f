"""What somebody who claims another person's handles gets for it: nothing."""

import pytest

from shared.proofs import Facts, Kind, ask, find_proof, find_proof_at, onward, page_with_code, sites_of
from tests.unit.proofs.answers import (
    bluesky,
    facts,
    github,
    gitlab,
    identity,
    label,
    mastodon,
    reply,
    site,
    unverified,
    verified,
)

GITHUB = identity("ann", "github")
MASTODON = identity("@ann@fosstodon.org", "mastodon")
MALLORY = "mallory@evil.example"


class TestWhoeverClaimsAnothersHandle:
    def test_an_impostor_claims_the_victims_github(self) -> None:
        victim = reply(github(email="ann@example.org", blog="https://ann.example", bio="I write parsers"))
        assert find_proof(GITHUB, victim, facts(GITHUB, MALLORY, attendee="mallory")) is None

    def test_an_impostor_claims_github_mastodon_and_site_that_all_name_each_other(self) -> None:
        mallory = facts(GITHUB, MALLORY, attendee="mallory")
        profile = reply(github(blog="https://ann.example"))
        toots = reply(mastodon(fields=[verified("https://ann.example"), verified("https://github.com/ann")]))
        page = reply(site("https://github.com/ann", "https://fosstodon.org/@ann", "mailto:ann@example.org"))
        assert find_proof(GITHUB, profile, mallory) is None
        assert find_proof(MASTODON, toots, facts(MASTODON, MALLORY, attendee="mallory")) is None
        home = identity("ann.example", "homepage")
        assert find_proof(home, page, facts(home, MALLORY, attendee="mallory")) is None
        for claimed, answer in ((GITHUB, profile), (MASTODON, toots)):
            (found,) = sites_of(claimed, answer)
            assert find_proof_at(found, page, facts(claimed, MALLORY, attendee="mallory")) is None

    def test_an_address_at_a_public_mailbox_provider_proves_no_domain(self) -> None:
        for domain in ("gmail.com", "yahoo.co.uk", "gmx.net", "proton.me", "qq.com"):
            (found,) = sites_of(GITHUB, reply(github(blog=f"https://{domain}/")))
            assert find_proof_at(found, reply(site("https://github.com/ann")), Facts(f"ann@{domain}", "a" * 10)) is None

    def test_the_provider_as_bluesky_handle_is_not_its_customers(self) -> None:
        provider = identity("gmail.com", "bluesky")
        assert find_proof(provider, reply(bluesky("gmail.com")), facts(provider, "mallory@gmail.com")) is None

    def test_an_impostor_with_a_domain_of_their_own_links_only_one_way(self) -> None:
        own = identity("evil.example", "homepage")
        page = reply(site("https://github.com/ann", "https://fosstodon.org/@ann"))
        assert find_proof(own, page, facts(own, MALLORY)) is None
        assert sites_of(GITHUB, reply(github())) == ()
        assert find_proof(GITHUB, reply(github()), facts(GITHUB, MALLORY)) is None

    def test_a_colleague_of_somebody_who_gives_their_employers_site(self) -> None:
        employer = reply(github(blog="https://acme.example"))
        assert find_proof(GITHUB, employer, facts(GITHUB, "mallory@acme.example")) is None
        (found,) = sites_of(GITHUB, employer)
        page = reply(site("https://fosstodon.org/@acme", "https://github.com/acme"))
        assert find_proof_at(found, page, facts(GITHUB, "mallory@acme.example")) is None

    def test_whoever_reads_the_mail_of_the_victims_employer(self) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="https://acme.example")))
        assert find_proof_at(found, reply(site("mailto:info@acme.example")), facts(GITHUB, "info@acme.example")) is None

    def test_a_page_of_the_whole_team_speaks_for_nobody(self) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="https://acme.example")))
        team = reply(site("https://github.com/ann", "https://github.com/mallory", "mailto:mallory@acme.example"))
        assert find_proof_at(found, team, facts(GITHUB, "mallory@acme.example")) is None
        addresses = reply(site("https://github.com/ann", "mailto:ann@acme.example", "mailto:mallory@acme.example"))
        (below,) = sites_of(GITHUB, reply(github(blog="https://acme.example/team")))
        assert find_proof_at(below, addresses, facts(GITHUB, "mallory@acme.example")) is None

    def test_a_page_of_one_person_with_accounts_of_several_kinds_speaks_for_them(self) -> None:
        (found,) = sites_of(MASTODON, reply(mastodon(fields=[unverified("https://ann.example")])))
        page = site(
            "https://fosstodon.org/@ann", "https://pixelfed.de/ann", "https://github.com/ann", "mailto:ann@example.org"
        )
        assert find_proof_at(found, reply(page), facts(MASTODON)) is not None

    def test_a_verified_link_to_a_page_below_the_employers_domain(self) -> None:
        toots = reply(mastodon(fields=[verified("https://acme.example/team/ann")]))
        assert find_proof(MASTODON, toots, facts(MASTODON, "mallory@acme.example")) is None

    def test_a_link_that_mastodon_has_not_verified(self) -> None:
        toots = reply(mastodon(fields=[unverified("https://evil.example")]))
        assert find_proof(MASTODON, toots, facts(MASTODON, MALLORY)) is None

    def test_an_employers_site_claimed_as_homepage_by_somebody_with_an_address_there(self) -> None:
        home = identity("acme.example", "homepage")
        assert find_proof(home, reply(site("mailto:info@acme.example")), facts(home, "mallory@acme.example")) is None


class TestLooksAlike:
    @pytest.mark.parametrize(
        "blog",
        [
            "https://evi1.example",
            "https://evil.example.ann.example",
            "https://ann.evil.example",
            "https://evil.example@ann.example",
            "https://evil.example:8443",
            "https://\u0435vil.example",  # Cyrillic
            "https://\uff45vil.example",  # full width, which IDNA 2003 makes plain
            "https://evil\u3002example",
            "https://evil\u200b.example",
            "https://evil.exam\nple",
            "ev\til.example",
            "https://evil.example\\.ann.example",
            "https://evil.example/~ann",
            "https://evil.example/?page=ann",
            "ftp://evil.example",
            "javascript:evil.example",
        ],
    )
    def test_only_the_addresss_very_domain_counts(self, blog: str) -> None:
        page = reply(site("https://github.com/ann"))
        for found in sites_of(GITHUB, reply(github(blog=blog))):
            assert find_proof_at(found, page, facts(GITHUB, MALLORY)) is None, found
        toots = reply(mastodon(fields=[verified(blog)]))
        assert find_proof(MASTODON, toots, facts(MASTODON, MALLORY)) is None

    @pytest.mark.parametrize(
        "blog",
        ["evil.example", "http://evil.example", "HTTPS://www.EVIL.example:443/", "//evil.example/", " evil.example./ "],
    )
    def test_spellings_of_the_same_domain_do(self, blog: str) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog=blog)))
        proof = find_proof_at(found, reply(site("https://github.com/ann")), facts(GITHUB, MALLORY))
        assert proof is not None
        assert proof.kind is Kind.DOMAIN

    def test_a_name_that_two_standards_read_as_two_hosts_is_not_asked(self) -> None:
        # To IDNA 2003 "faß" is "fass", which somebody else may own.
        assert sites_of(GITHUB, reply(github(blog="https://fa\u00df.example"))) == ()
        (found,) = sites_of(GITHUB, reply(github(blog="https://b\u00fccher.example")))
        assert found.question.host == "xn--bcher-kva.example"

    @pytest.mark.parametrize(
        "shown",
        [
            "ann@examp1e.org",
            "ann@ex\u0430mple.org",
            "\u0430nn@example.org",
            "\uff41nn@example.org",
            "ann\u200b@example.org",
            "ann@example.org\u202e",
            "ann@example.org.evil.example",
            "<ann@example.org>",
            "ann@example.org, bob@example.org",
            "ann+conf@example.org",
            "a.nn@example.org",
            "ann@example.org x",
        ],
    )
    def test_the_address_shown_is_the_registered_one_or_it_is_not(self, shown: str) -> None:
        assert find_proof(GITHUB, reply(github(email=shown)), facts(GITHUB)) is None

    @pytest.mark.parametrize("shown", ["ann@example.org", "Ann@EXAMPLE.org", " ann@example.org\n"])
    def test_case_and_space_around_it_do_not_matter(self, shown: str) -> None:
        proof = find_proof(GITHUB, reply(github(email=shown)), facts(GITHUB))
        assert proof is not None
        assert proof.kind is Kind.EMAIL

    @pytest.mark.parametrize(
        "back",
        [
            "https://github.com/an",
            "https://github.com/\u0430nn",
            "https://github.com/%D0%B0nn",
            "https://github.com.evil.example/ann",
            "https://github.com:8443/ann",
            "https://ann@github.com/ann",
            "https://gitlab.com/ann",
            "//github.com/ann",
            "/github.com/ann",
        ],
    )
    def test_a_site_names_back_this_very_profile(self, back: str) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="https://evil.example")))
        assert find_proof_at(found, reply(site(back)), facts(GITHUB, MALLORY)) is None


class TestTheCode:
    def test_in_the_bio_it_proves(self) -> None:
        proof = find_proof(GITHUB, reply(github(bio=f"Parsers. {label(GITHUB)}")), facts(GITHUB))
        assert proof is not None
        assert (proof.kind, proof.detail) == (Kind.CODE, "https://github.com/ann")

    def test_of_another_attendee_it_does_not(self) -> None:
        profile = reply(github(bio=label(GITHUB, attendee="mallory")))
        assert find_proof(GITHUB, profile, facts(GITHUB)) is None

    def test_of_another_event_it_does_not(self) -> None:
        assert find_proof(GITHUB, reply(github(bio=label(GITHUB, event="other"))), facts(GITHUB)) is None

    def test_of_another_handle_it_does_not(self) -> None:
        other = identity("bob", "github")
        assert find_proof(GITHUB, reply(github(bio=label(other))), facts(GITHUB)) is None
        same_name = identity("ann", "gitlab")
        assert find_proof(GITHUB, reply(github(bio=label(same_name))), facts(GITHUB)) is None

    def test_in_a_repositorys_description_or_a_pinned_text_it_does_not(self) -> None:
        code = label(GITHUB)
        repository = {"name": "x", "full_name": "ann/x", "owner": github(), "description": code}
        for content in (
            repository,
            [repository],
            github(repositories=[repository], pinned={"bio": code}),
            github(name=code, company=code, location=code),
        ):
            assert find_proof(GITHUB, reply(content), facts(GITHUB)) is None

    def test_in_a_comment_below_the_victims_page_it_does_not(self) -> None:
        home = identity("ann.example", "homepage")
        page = reply(site(body=f"<article class='comment'>{label(home)}</article>"))
        assert find_proof(home, page, facts(home)) is None

    @pytest.mark.parametrize(
        "around",
        [
            "\u202e{}\u202c",
            "\u200b{}\u200d",
            "\u2066{}\u2069",
            "({}).",
            "*{}*",
            "https://x.example/{}",
            "\n{}\n",
            "我的{}。",
        ],
    )
    def test_what_cannot_be_seen_around_it_does_no_harm(self, around: str) -> None:
        assert find_proof(GITHUB, reply(github(bio=around.format(label(GITHUB)))), facts(GITHUB)) is not None

    def test_zero_width_characters_within_it_do_no_harm(self) -> None:
        torn = "\u200b".join(label(GITHUB))
        assert find_proof(GITHUB, reply(github(bio=torn)), facts(GITHUB)) is not None

    def test_turned_around_or_in_letters_that_look_alike_it_is_another_text(self) -> None:
        code = label(GITHUB)
        for text in ("\u202e" + code[::-1], code.replace("e", "\u0435"), code.replace("k", "\u212a"), code[:-1]):
            assert find_proof(GITHUB, reply(github(bio=text)), facts(GITHUB)) is None

    def test_as_part_of_a_longer_word_it_is_another_text(self) -> None:
        code = label(GITHUB)
        for text in (f"x{code}", f"{code}a", f"{code}-a", f"not-{code}", f"{code}2"):
            assert find_proof(GITHUB, reply(github(bio=text)), facts(GITHUB)) is None

    def test_in_capitals_it_is_the_same(self) -> None:
        assert find_proof(GITHUB, reply(github(bio=label(GITHUB).upper())), facts(GITHUB)) is not None

    def test_without_a_code_no_bio_proves_anything(self) -> None:
        assert find_proof(GITHUB, reply(github(bio="icebreaker-")), Facts("ann@example.org", "")) is None


class TestOurPage:
    PAGE = "https://icebreaker.example/me/abc/"

    def test_a_link_to_it_that_carries_the_code_proves(self) -> None:
        known = facts(GITHUB, page_url=self.PAGE)
        address = page_with_code(known)
        assert address is not None
        assert address.url == f"{self.PAGE}{label(GITHUB)}"
        proof = find_proof(GITHUB, reply(github(blog=address.url)), known)
        assert proof is not None
        assert proof.kind is Kind.CODE_LINK

    @pytest.mark.parametrize(
        "address", ["{page}", "{page}{other}", "https://evil.example/me/abc/{code}", "{page}{code}/x", "{page}?{code}"]
    )
    def test_a_link_without_the_code_or_to_another_page_does_not(self, address: str) -> None:
        other = label(GITHUB, attendee="mallory")
        blog = address.format(page=self.PAGE, code=label(GITHUB), other=other)
        assert find_proof(GITHUB, reply(github(blog=blog)), facts(GITHUB, page_url=self.PAGE)) is None

    def test_where_there_is_no_page_no_link_does(self) -> None:
        assert find_proof(GITHUB, reply(github(blog=f"{self.PAGE}{label(GITHUB)}")), facts(GITHUB)) is None

    def test_on_the_site_that_the_profile_names_and_that_names_it_back(self) -> None:
        known = facts(GITHUB, page_url=self.PAGE)
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example")))
        ours = f"{self.PAGE}{label(GITHUB)}"
        proof = find_proof_at(found, reply(site("https://github.com/ann", ours)), known)
        assert proof is not None
        assert proof.kind is Kind.SITE_CODE_LINK
        assert find_proof_at(found, reply(site(ours)), known) is None


class TestAnswersThatAreNone:
    @pytest.mark.parametrize("status", [301, 302, 307, 308, 304, 401, 403, 404, 410, 429, 451, 500])
    def test_a_redirect_a_deleted_account_and_every_error_prove_nothing(self, status: int) -> None:
        profile = reply(github(email="ann@example.org", bio=label(GITHUB)), status, location="https://api.github.com/x")
        assert find_proof(GITHUB, profile, facts(GITHUB)) is None
        assert sites_of(GITHUB, reply(github(blog="ann.example"), status)) == ()
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example")))
        page = site("https://github.com/ann", "mailto:ann@example.org")
        assert find_proof_at(found, reply(page), facts(GITHUB)) is not None
        assert find_proof_at(found, reply(page, status), facts(GITHUB)) is None

    def test_somebody_elses_profile_in_the_answer_proves_nothing(self) -> None:
        assert find_proof(GITHUB, reply(github("mallory", bio=label(GITHUB))), facts(GITHUB)) is None
        for acct in ("mallory", "ann@evil.example", "", None):
            assert find_proof(MASTODON, reply(mastodon(acct, note=label(MASTODON))), facts(MASTODON)) is None  # type: ignore[arg-type]
        invalid = identity("ann.example", "bluesky")
        answer = reply(bluesky("handle.invalid", description=label(invalid)))
        assert find_proof(invalid, answer, facts(invalid)) is None

    @pytest.mark.parametrize(
        "body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b" " * 2_000_000, b'"ann"']
    )
    def test_what_cannot_be_read_proves_nothing(self, body: bytes) -> None:
        for network in ("github", "mastodon", "bluesky", "orcid", "lemmy", "hackernews", "stackoverflow"):
            handle = {"mastodon": "ann@fosstodon.org", "lemmy": "ann@lemmy.world", "bluesky": "ann.example"}
            number = {"orcid": "0000-0002-1825-0097", "stackoverflow": "123"}
            claimed = identity((handle | number).get(network, "ann"), network)
            assert find_proof(claimed, reply(body), facts(claimed)) is None

    @pytest.mark.parametrize("network", ["linkedin", "x", "instagram", "facebook", "threads", "tiktok", "xing"])
    def test_networks_that_show_nothing_without_login_are_not_asked(self, network: str) -> None:
        claimed = identity("ann.example", network) if network == "threads" else identity("annexample", network)
        assert ask(claimed) is None
        assert find_proof(claimed, reply(site("mailto:ann@example.org")), facts(claimed)) is None


class TestSites:
    def test_rel_is_read_as_words_and_links_that_are_not_shown_do_not_count(self) -> None:
        home = identity("ann.example", "homepage")
        for page in (
            '<!-- <a rel="me" href="mailto:ann@example.org"></a> -->',
            '<script>document.write(`<a rel="me" href="mailto:ann@example.org">`)</script>',
            '<template><a rel="me" href="mailto:ann@example.org"></a></template>',
            '<textarea><a rel="me" href="mailto:ann@example.org"></a></textarea>',
            '<noscript><a rel="me" href="mailto:ann@example.org"></a></noscript>',
            '<a rel="meet-me" href="mailto:ann@example.org"></a>',
            '<a rel="home" href="mailto:ann@example.org"></a>',
            '<a rel="me" title="mailto:ann@example.org"></a>',
            '&lt;a rel="me" href="mailto:ann@example.org"&gt;',
            '<p title="<a rel=me href=mailto:ann@example.org>">',
            '<a itemprop="email" href="mailto:ann@example.org"></a>',
            '<a rel="me" href="mailto:ann@example.org"',
        ):
            assert find_proof(home, reply(page), facts(home)) is None, page
        for page in (
            '<a rel="me" href="mailto:ann@example.org">',
            "<A REL='nofollow\tME' HREF=mailto:Ann%40example.org?subject=hi>",
            '<link rel="me authn" href="mailto:ann&#64;example.org">',
            '<!--> <a rel="me" href="mailto:ann@example.org">',
        ):
            assert find_proof(home, reply(page), facts(home)) is not None, page

    def test_a_personal_site_that_names_the_profile_and_the_address_proves(self) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example/about")))
        page = reply(site("https://www.github.com/Ann/", "https://fosstodon.org/@ann", "mailto:ann@example.org"))
        proof = find_proof_at(found, page, facts(GITHUB))
        assert proof is not None
        assert (proof.kind, proof.detail) == (Kind.SITE_EMAIL, "https://ann.example/about")

    def test_a_verified_front_page_of_the_addresss_domain_proves(self) -> None:
        proof = find_proof(
            MASTODON, reply(mastodon(fields=[verified("https://ann.example/")])), facts(MASTODON, "me@ann.example")
        )
        assert proof is not None
        assert proof.kind is Kind.DOMAIN

    def test_a_bluesky_handle_that_is_the_addresss_domain_proves(self) -> None:
        own = identity("ann.example", "bluesky")
        assert find_proof(own, reply(bluesky("ann.example")), facts(own, "me@ann.example")) is not None
        assert find_proof(own, reply(bluesky("ann.example")), facts(own, "me@other.example")) is None

    def test_a_bluesky_handles_domain_needs_not_name_it_back(self) -> None:
        own = identity("ann.example", "bluesky")
        (found,) = sites_of(own, reply(bluesky("ann.example")))
        assert find_proof_at(found, reply(site("mailto:ann@example.org")), facts(own)) is not None

    def test_a_did_is_known_by_its_handle_too(self) -> None:
        did = identity("did:plc:abc123", "bluesky")
        answer = reply(bluesky("ann.bsky.social", website="https://site.example"))
        (found,) = sites_of(did, answer)
        page = reply(site("https://bsky.app/profile/ann.bsky.social", "mailto:ann@example.org"))
        assert find_proof_at(found, page, facts(did)) is not None

    def test_profiles_on_other_networks_are_no_sites(self) -> None:
        fields = [unverified(f"https://{host}/ann") for host in ("github.com", "www.linkedin.com", "x.com", "bsky.app")]
        assert sites_of(MASTODON, reply(mastodon(fields=fields))) == ()

    def test_few_sites_of_a_profile_are_asked(self) -> None:
        fields = [unverified(f"https://{n}.example/") for n in "abcdefgh"]
        assert [found.address.host for found in sites_of(MASTODON, reply(mastodon(fields=fields)))] == [
            "a.example",
            "b.example",
        ]

    def test_a_page_is_asked_with_the_slash_that_it_is_named_with(self) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example/me/?a=b#top")))
        assert found.question.url == "https://ann.example/me/?a=b"
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example/me")))
        assert onward(found.question, reply(b"", 301, location="/me/")) is not None

    @pytest.mark.parametrize("location", ["https://www.ann.example/", "/en/", "https://ann.example/en", "en/"])
    def test_a_site_may_send_on_to_itself(self, location: str) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example")))
        assert onward(found.question, reply(b"", 301, location=location)) is not None

    @pytest.mark.parametrize(
        "location",
        [
            "https://evil.example/",
            "https://ann.example.evil.example/",
            "https://ann.example:8443/",
            "https://ann.example/",
            "//evil.example",
            "http://169.254.169.254/",
            "https://sub.ann.example/",
            "\\\\evil.example",
            "",
        ],
    )
    def test_and_nowhere_else(self, location: str) -> None:
        (found,) = sites_of(GITHUB, reply(github(blog="ann.example")))
        assert onward(found.question, reply(b"", 302, location=location)) is None

    def test_gitlabs_page_shows_an_address_a_site_and_a_bio(self) -> None:
        claimed = identity("ann", "gitlab")
        assert find_proof(claimed, reply(gitlab(mail="ann@example.org")), facts(claimed)) is not None
        assert find_proof(claimed, reply(gitlab(bio=label(claimed))), facts(claimed)) is not None
        elsewhere = gitlab().replace('tabs">', f'tabs">{label(claimed)}')
        assert find_proof(claimed, reply(elsewhere), facts(claimed)) is None
        (found,) = sites_of(claimed, reply(gitlab(website="https://ann.example")))
        assert found.address.host == "ann.example"
