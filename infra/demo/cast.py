"""The cast: who is coming, what they typed into the form, whom they know, and what their exports say.

Who knows whom is the co-appearance graph of the novel's characters (D. E. Knuth, *The Stanford GraphBase*, 1993), as
NetworkX ships it. Everything else is invented from it with a fixed seed: each run has the same cast.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import networkx as nx

SEED: Final = 1832
STRANGERS_PER_EXPORT: Final = (15, 60)
COMPANIES: Final = (
    "Gare de l’Est Systems",
    "Rue Plumet Gardens",
    "ABC Café Labs",
    "Petit-Picpus Press",
    "Seine Data",
    "",
)

# How people write the same profile; "{h}" is the handle, "{H}" with capitals.
SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "linkedin": (
        "https://www.linkedin.com/in/{h}/",
        "linkedin.com/in/{h}",
        "https://fr.linkedin.com/in/{H}?trk=profile",
        "{h}",
    ),
    "mastodon": ("@{h}@barricade.example", "https://barricade.example/@{h}", "{h}@barricade.example"),
    "github": ("https://github.com/{h}", "github.com/{H}/", "@{h}", "{h}"),
    "x": ("@{H}", "https://x.com/{h}?s=21", "https://mobile.twitter.com/{H}/", "{h}"),
    "bluesky": ("@{h}.bsky.social", "https://bsky.app/profile/{h}.bsky.social"),
    "instagram": ("https://www.instagram.com/{h}/", "@{h}"),
}


@dataclass(frozen=True)
class Character:
    """One person of the cast."""

    name: str
    email: str
    company: str
    handles: Mapping[str, str]  # network → handle, as the network knows it
    typed: Mapping[str, str]  # network → what they typed into the form
    knows: tuple[str, ...]  # e-mail addresses, whether they come or not
    language: str = "en"
    agreed: bool = True
    cancels: bool = False  # before the first wave
    leaves: bool = False  # cancels after the first wave
    withdraws: bool = False  # follows the way out in the first mail
    bounces: bool = False  # the mailbox takes nothing
    comes_late: bool = False  # registers after the last wave
    uploads: bool = False
    by_webhook: bool = True
    wants_texts: bool = False
    phone: str = ""

    @property
    def is_there(self) -> bool:
        """Whether they come in the end, and may be named."""
        return self.agreed and not (self.cancels or self.leaves or self.withdraws)

    @property
    def is_there_at_first(self) -> bool:
        """Whether they come, as far as the first wave knows, and may be named."""
        return self.agreed and not (self.cancels or self.comes_late)

    @property
    def found_by_address(self) -> bool:
        """Whether those who list them can do so by their address only, which proves whose it is."""
        return not self.handles.keys() & {network for _, network, _ in FORMATS}

    @property
    def purposes(self) -> tuple[str, ...]:
        if not self.agreed:
            return ()
        return ("introduce", "connections", *(("text_messages",) if self.wants_texts else ()))


@dataclass(frozen=True)
class Cast:
    people: tuple[Character, ...]
    by_email: Mapping[str, Character] = field(default_factory=dict)

    def expected_pairs(self, *, at_first: bool = False) -> set[tuple[str, str]]:
        """Every pair that must be found: they know each other, both come and agreed, and one brought an export.

        :param at_first: as the first wave finds it, before people leave and come late
        """
        there = {p.email for p in self.people if (p.is_there_at_first if at_first else p.is_there)}
        return {
            (min(a.email, b), max(a.email, b))
            for a in self.people
            if a.uploads and a.email in there
            for b in a.knows
            if b in there
        }

    def the(self, role: str) -> Character:
        """The one who leaves, withdraws, bounces or comes late."""
        return next(person for person in self.people if getattr(person, role))


def make_cast() -> Cast:
    """The 77 characters, the same at every call."""
    rng = random.Random(SEED)  # noqa: S311
    graph = nx.les_miserables_graph()
    names = sorted(graph.nodes)
    slugs = {name: _slug(name) for name in names}
    people = []
    for name in names:
        networks = rng.sample(sorted(SPELLINGS), rng.randint(1, 4))
        handles = {network: _handle(network, slugs[name]) for network in networks}
        people.append(
            Character(
                name=_spoken(name),
                email=f"{slugs[name]}@paris1832.example",
                company=rng.choice(COMPANIES),
                handles=handles,
                typed={n: _typed(h, rng.choice(SPELLINGS[n])) for n, h in handles.items()},
                knows=tuple(sorted(f"{slugs[other]}@paris1832.example" for other in graph.neighbors(name))),
            )
        )
    return _with_fates(_with_decisions(people, rng))


def _with_decisions(people: list[Character], rng: random.Random) -> Cast:
    everybody = [person.email for person in people]
    never_agreed = set(rng.sample(everybody, 7))
    uploads = set(rng.sample([e for e in everybody if e not in never_agreed], len(everybody) // 3))
    cancels = rng.choice([e for e in everybody if e not in never_agreed | uploads])
    by_list = set(rng.sample([e for e in everybody if e != cancels], len(everybody) // 3))
    french = set(rng.sample(everybody, len(everybody) // 3))
    # Numbers that France keeps for films and novels (Arcep, 01 99 00).
    texts = {email: f"+3319900{n:04}" for n, email in enumerate(rng.sample(sorted(uploads), 4), 10)}
    decided = tuple(
        replace(
            person,
            agreed=person.email not in never_agreed,
            uploads=person.email in uploads,
            cancels=person.email == cancels,
            by_webhook=person.email not in by_list,
            language="fr" if person.email in french else "en",
            wants_texts=person.email in texts,
            phone=texts.get(person.email, ""),
        )
        for person in people
    )
    return Cast(decided, {person.email: person for person in decided})


def _with_fates(cast: Cast) -> Cast:
    """The four to whom something happens: each of them is told in the first wave, without being asked, or at once."""
    uploaders = {person.email for person in cast.people if person.uploads}
    fit = [
        person
        for person in cast.people
        if person.is_there and person.found_by_address and not person.uploads
        if uploaders & set(person.knows)
    ]
    fates = dict(zip(("leaves", "withdraws", "bounces", "comes_late"), fit, strict=False))
    changed = {person.email: replace(person, by_webhook=True, **{fate: True}) for fate, person in fates.items()}  # type: ignore[arg-type]
    bouncing = fates["bounces"].email
    mailbox = f"bounce+{bouncing.partition('@')[0]}@simulator.amazonses.com"
    people = tuple(
        replace(
            changed.get(person.email, person),
            email=mailbox if person.email == bouncing else person.email,
            knows=tuple(mailbox if email == bouncing else email for email in person.knows),
        )
        for person in cast.people
    )
    return Cast(people, {person.email: person for person in people})


def registration_payload(person: Character, *, kind: str, timestamp: str) -> bytes:
    """What the ticketing platform posts when ``person`` registers, in Icebreaker's own format."""
    data: dict[str, object] = {
        "reference": f"T-{_slug(person.name)}",
        "name": person.name,
        "email": person.email,
        "company": person.company,
        "locale": person.language,
        "handles": dict(person.typed),
        "agreed": list(person.purposes),
    }
    if person.phone:
        data["phone"] = person.phone
    return json.dumps({"type": f"registration.{kind}", "timestamp": timestamp, "data": data}).encode()


def attendee_list(people: list[Character], *, broken_row: bool) -> str:
    """An attendee list as organizers export them: semicolons, a consent column, one column for each network."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    networks = sorted(SPELLINGS)
    headers = {"x": "X (Twitter)", "github": "GitHub", "linkedin": "LinkedIn profile", "mastodon": "Mastodon"}
    writer.writerow(
        [
            "Name",
            "E-mail",
            "Company",
            "Phone",
            "Language",
            *(headers.get(n, n.capitalize()) for n in networks),
            "Status",
            "Agreed",
        ]
    )
    for person in people:
        status = "Cancelled" if person.cancels or person.leaves else "Attending"
        typed = [person.typed.get(network, "") for network in networks]
        writer.writerow(
            [
                person.name,
                person.email,
                person.company,
                person.phone,
                person.language,
                *typed,
                status,
                "no" if person.withdraws else ", ".join(person.purposes) or "no",
            ]
        )
    if broken_row:
        writer.writerow(
            ["Gavroche’s elephant", "no fixed address", "", "", "", *("" for _ in networks), "Attending", "no"]
        )
    return out.getvalue()


def exports(person: Character, cast: Cast) -> dict[str, bytes]:
    """The person's own exports by file name, in the networks' true formats, strangers included."""
    rng = random.Random(f"{SEED} {person.email}")  # noqa: S311
    friends = [cast.by_email[email] for email in person.knows]
    made: dict[str, bytes] = {}
    for file_name, network, write in FORMATS:
        listed = [friend for friend in friends if network in friend.handles]
        if network == "linkedin":  # LinkedIn knows addresses too, of those who share theirs
            listed += [friend for friend in friends if not friend.handles.keys() & {n for _, n, _ in FORMATS}]
        if listed:
            made[file_name] = write(_with_strangers(listed, network, rng), rng)
    return made


def _with_strangers(listed: list[Character], network: str, rng: random.Random) -> list[Character]:
    strangers = [
        Character(
            name=f"Passer-by {number}",
            email=f"passer-by-{number}@elsewhere.example",
            company="",
            handles={network: _handle(network, f"passer-by-{number}")},
            typed={},
            knows=(),
        )
        for number in rng.sample(range(1000, 9999), rng.randint(*STRANGERS_PER_EXPORT))
    ]
    everyone = [*listed, *strangers]
    rng.shuffle(everyone)
    return everyone


def _linkedin(people: list[Character], rng: random.Random) -> bytes:
    out = io.StringIO()
    out.write('Notes:\n"When exporting your connection data, some of the email addresses may be missing."\n\n')
    writer = csv.writer(out)
    writer.writerow(["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"])
    for person in people:
        first, _, last = person.name.partition(" ")
        slug = person.handles.get("linkedin")
        shares_address = slug is None or rng.random() < 0.25
        connected = date(1815, 6, 18).replace(year=2015) + timedelta(days=rng.randint(0, 3600))
        writer.writerow(
            [
                first,
                last,
                f"https://www.linkedin.com/in/{slug}" if slug else "",
                person.email if shares_address else "",
                person.company,
                "",
                f"{connected:%d %b %Y}",
            ]
        )
    return out.getvalue().encode()


def _mastodon(people: list[Character], _rng: random.Random) -> bytes:
    rows = [f"{person.handles['mastodon']},true,false," for person in people]
    return "\n".join(["Account address,Show boosts,Notify on new posts,Languages", *rows, ""]).encode()


def _github(people: list[Character], rng: random.Random) -> bytes:
    users = [
        {
            "login": person.handles["github"],
            "id": rng.randint(1, 10**8),
            "html_url": f"https://github.com/{person.handles['github']}",
            "type": "User",
        }
        for person in people
    ]
    return json.dumps(users, indent=1).encode()


FORMATS: Final[tuple[tuple[str, str, Callable[[list[Character], random.Random], bytes]], ...]] = (
    ("Connections.csv", "linkedin", _linkedin),
    ("following_accounts.csv", "mastodon", _mastodon),
    ("github_following.json", "github", _github),
)


def _handle(network: str, slug: str) -> str:
    plain = slug.replace("-", "")
    return {
        "mastodon": f"{plain}@barricade.example",
        "bluesky": f"{plain}.bsky.social",
        "x": plain[:15],
        "instagram": plain,
    }.get(network, slug)


def _typed(handle: str, spelling: str) -> str:
    bare = handle.partition("@")[0].removesuffix(".bsky.social")
    return spelling.format(h=bare, H=bare.title())


def _spoken(name: str) -> str:
    # Knuth's labels run words together: "MmeThenardier", "MlleBaptistine".
    return re.sub(r"(?<=[a-zé])(?=[A-Z])", " ", name)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", _spoken(name)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
