"""The attendee's page about themselves: what they agree to, their language and profiles, what is kept, and the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from shared.attendees import Consent
from shared.attendees.consent import BY_LIST, BY_PERSON
from shared.introductions.words import network_name
from shared.introductions.words_language import languages
from shared.pages import Reply
from shared.pipeline.decide import decide, read_in
from shared.pipeline.visit import Visit
from shared.registrations import Purpose
from shared.storage import attendees

ORDER: Final = (
    Purpose.INTRODUCE,
    Purpose.CONNECTIONS,
    Purpose.FETCH,
    Purpose.REMEMBER,
    Purpose.TEXT_MESSAGES,
)
# The function has ten; keeping the answer takes a part of them.
SECONDS_TO_ASK: Final = 5.0
DONE: Final = frozenset({"saved", "looked", "looked_often"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A handle that the attendee claims, and how to show that it is theirs."""

    network: str
    handle: str
    proven: bool
    code: str = ""  # to be written into the profile; empty where the network shows nobody's


def show(visit: Visit) -> Reply:
    words, attendee = visit.words, visit.attendee
    profiles = list(_profiles(visit))
    done, remembered = visit.request.query.get("done", ""), attendee.agreed(Purpose.REMEMBER)
    return visit.framed(
        "data.html",
        "data",
        saved=words.say(f"page.{done}") if done in DONE else "",
        purposes=[(each.value, attendee.agreed(each), _why_fixed(visit, each), _said(visit, each)) for each in ORDER],
        languages=languages(),
        language=_language(visit),
        profiles=profiles,
        can_prove=any(each.code and not each.proven for each in profiles),
        kept=[
            *(words.say(f"page.kept_of.{each}") for each in ("registered", "said", "connections", "told")),
            *([words.say("page.kept_of.remembered")] if remembered else []),
            words.say("page.kept_of.until_but" if remembered else "page.kept_of.until", day=visit.deleted_on),
        ],
    )


def post_agree(visit: Visit) -> Reply | None:
    """The switches that were turned; the others, and what the form cannot change, stay as they are by now."""
    attendee, form = visit.attendee, visit.request.form
    # Which switches were on when the page was made: a form may have answered since, which the person has not seen.
    stood = (
        set(form["stood"][0].split())
        if form.get("stood")
        else {each.value for each in Purpose if attendee.agreed(each)}
    )
    wanted = set(form.get("purpose", ()))
    turned = frozenset(
        each for each in Purpose if not _why_fixed(visit, each) and (each.value in wanted) != (each.value in stood)
    )
    purposes = frozenset(
        each for each in Purpose if (each.value in wanted if each in turned else attendee.agreed(each))
    )
    if not decide(
        visit.event, attendee.attendee_id, purposes, turned=turned, hashing_key=visit.hashing_key, now=visit.now
    ):
        return None
    return Reply.to(visit.below("data?done=saved"))


def post_language(visit: Visit) -> Reply | None:
    language = visit.request.value("language")
    if language not in dict(languages()) or not read_in(
        visit.event, visit.attendee.attendee_id, language, hashing_key=visit.hashing_key
    ):
        return None
    return Reply.to(visit.below("data?done=saved"))


def post_prove(visit: Visit) -> Reply:
    """Look at the profiles that the attendee claims, as far as time allows."""
    # Only for this: it speaks HTTP to the outside.
    from shared.pipeline.prove_handles import prove
    from shared.services.web import Web

    event, secrets, looking = visit.event, visit.tools.secrets, visit.attendee.looking(visit.now)
    if looking is None:
        return Reply.to(visit.below("data?done=looked_often"))
    # Noted before anything is asked: of two at the same moment one fails, and what is cut short counts too.
    attendees.save_attendee(event, looking, visit.attendee, hashing_key=visit.hashing_key)
    attendee = replace(looking, revision=visit.attendee.revision + 1)
    end = time.monotonic() + SECONDS_TO_ASK
    proved = prove(
        attendee,
        event,
        # Shorter than usual: somebody waits, and so does the function's end.
        Web(connect_seconds=1.5, read_seconds=2.0),
        secrets.id_key(event),
        tokens=_tokens(visit),
        out_of_time=lambda: time.monotonic() > end,
    )
    shown = [(identity, proof.kind.value) for identity, proof in proved.proven]
    after = attendee.with_proofs(shown, proved.unproven, now=visit.now)
    if after != attendee:
        attendees.save_attendee(event, after, attendee, hashing_key=visit.hashing_key)
    return Reply.to(visit.below("data?done=looked"))


def download(visit: Visit) -> Reply:
    """All that is kept of them."""
    # It counts connections, for which it needs NumPy.
    from shared.pipeline.manage_event import everything_of

    kept = everything_of(visit.event, visit.attendee, hashing_key=visit.hashing_key)
    return Reply.json(kept, file_name=f"{visit.event.event_id}.json")


def ask_erase(visit: Visit) -> Reply:
    words = visit.words
    return visit.ask(
        words.say("page.erase.title"),
        [words.say("page.erase.text"), words.say("page.erase.stays", day=visit.deleted_on)],
        words.say("page.erase.button"),
        action=visit.below("erase"),
        danger=True,
    )


def post_erase(visit: Visit) -> Reply:
    from shared.pipeline.forget_attendee import forget

    visit.tools.uploads.forget_of(visit.event.event_id, visit.attendee.attendee_id)
    forget(visit.event, visit.attendee, hashing_key=visit.hashing_key, now=visit.now)
    words = visit.words
    return visit.notice(words.say("page.erase.done"), words.say("page.erase.done_text"), onward=False)


def _why_fixed(visit: Visit, purpose: Purpose) -> str:
    """Why a switch cannot be turned, in words; empty where it can."""
    if purpose is not Purpose.TEXT_MESSAGES:
        return ""
    if visit.event.text_message_budget <= 0:
        return visit.words.say("page.no_text_messages")
    return visit.words.say("page.no_phone") if visit.attendee.phone is None else ""


def _said(visit: Visit, purpose: Purpose) -> str:
    """When and by which way somebody last said yes or no to a purpose, in words."""
    consent = visit.attendee.consent or Consent()
    agreement, refusal = consent.agreements.get(purpose), consent.refusals.get(purpose)
    if agreement is not None:
        key, at, basis = f"agreed_{agreement.given_by}", agreement.at, agreement.basis.rstrip(".")
        if agreement.given_by == BY_LIST and basis:
            key += "_basis"
    elif refusal is not None:
        # On their page, a switch that is off says no as one that is on says yes.
        key, at, basis = f"refused_{refusal.given_by}", refusal.at, ""
        key = "agreed_person" if refusal.given_by == BY_PERSON else key
    else:
        return visit.words.say("page.agreed_never")
    day = visit.words.day_of_year(at.astimezone(visit.event.starts_at.tzinfo).date())
    return visit.words.say(f"page.{key}", day=day, basis=basis)


def _language(visit: Visit) -> str:
    """Which of the languages on offer the page is in."""
    return visit.words.folder if visit.words.folder in dict(languages()) else visit.words.language


def _profiles(visit: Visit) -> Iterator[Profile]:
    from shared.proofs import ask, code_for, label_of

    event, attendee = visit.event, visit.attendee
    proven = {each.identity for each in attendee.proven}
    for identity in dict.fromkeys(attendee.identities):
        code = ""
        if identity not in proven and ask(identity) is not None:
            key = visit.tools.secrets.id_key(event)
            code = label_of(code_for(event.event_id, attendee.attendee_id, identity, key))
        yield Profile(network_name(identity.network), identity.display or identity.handle, identity in proven, code)


def _tokens(visit: Visit) -> Mapping[str, str]:
    try:
        return {"github": visit.tools.secrets.api_token(visit.event.event_id, "github")}
    except LookupError:
        return {}
