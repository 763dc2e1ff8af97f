"""Answers on a registration form become handles, agreement, company and phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.identities import Identity, is_about_somebody_else, network_of_label, read
from shared.registrations.registration import Purpose
from shared.registrations.settings import (
    AGREED,
    COMPANY,
    HANDLES,
    IGNORE,
    PHONE,
    PlatformSettings,
    plain,
    problem_of_meaning,
)
from shared.registrations.texts import one_line, shown

MOST_ANSWERS = 200
LONGEST_ANSWER = 500

# Only questions that plainly ask for leave to introduce: whoever answers anything else with "yes" has not agreed.
# The texts are compared as `plain` writes them, so without accents and punctuation.
ASKS_TO_INTRODUCE = re.compile(
    r"\bintroduce (me|us)\b|\b(may|can|could|shall|should) (we|icebreaker) introduce you\b"
    r"|\b(agree|consent|like|want|happy|ok|okay) to be introduced\b|\blet (us|icebreaker) introduce you\b"
    r"|\b(due?rfen|sollen|koe?nnen) wir (dich|sie|euch)\b.*\bvorstellen\b|\bstellt mich\b.*\bvor\b"
    r"|\b(moe?chte|will)\b.*\bvorgestellt werden\b"
    r"|\bpouvons nous (vous|te) presenter\b|\bpresentez moi\b|\betre presente"
    r"|\bpodemos presentar(te|le|os|les)\b|\bpresent(a|ad|en)me\b|\bser presentad"
    r"|\bpodemos apresentar (te|lo|la|vos)\b|\bapresentem me\b|\bser apresentad"
    r"|\bpossiamo presentar(ti|la|vi)\b|\bpresentatemi\b|\bessere presentat"
    r"|\bmogen (we|wij) (je|jou|u)\b.*\bvoorstellen\b|\bvoorgesteld worden\b"
    r"|\bicebreaker\b.*\b(introduc\w+|agree|consent|opt in|einverstanden)\b"
    r"|\b(introduc\w+|agree|consent|opt in|einverstanden)\b.*\bicebreaker\b"
)
# Questions for profiles of any network, in ten languages and more; compared as `plain` writes them.
ASKS_FOR_HANDLES = re.compile(
    r"\bsocial(s| media| handles?| profiles?| links?| networks?)?$"
    r"|\bsocial (media|handles?|profiles?|links?|networks?)\b"
    r"|\bfind (you|me) online\b|\bonline (profiles?|presence)\b|\b(soziale netzwerke|soziale medien|online profile?)\b"
    r"|\breseaux sociaux\b|\bredes sociai?e?s\b|\b(social network|profili social|reti sociali)\b"
    r"|\bsociale (media|netwerken)\b|\bsociala medier\b|\bmedia spolecznosciowe\b|\bsosyal medya\b"
    r"|\bsocialni site\b|\bсоциальн\w+ сет\w+\b|\bсоцсет\w+\b"
    r"|社交(媒体|账号|媒體|帳號)|ソーシャルメディア|sns ?アカウント|소셜 ?미디어"
)
IN_PASSING = "in passing"  # nothing says what the question asks, but whole profile addresses speak for themselves

# A negation turns "yes" around; the others ask to be introduced to somebody else than the people one knows.
MEANS_SOMETHING_ELSE = re.compile(
    r"\b(not|never|don t|dont|nicht|kein\w*|ne|pas|no (me|te|le)|nao|non|niet|sich|dir|yourself)\b"
    r"|\b(sponsor|partner|exhibitor|recruit|employer|press|speaker|investor)\w*|\b(stage|buhne|scene|escenario|palco)\b"
)
YES = frozenset(
    plain(
        "yes yep yeah y ja jah oui si sim da tak ano igen evet kylla true 1 on x checked ok okay agree agreed "
        "はい 是 да так ναι"
    ).split()
)
YES_PHRASES = frozenset(plain(text) for text in ("I agree", "I consent", "I accept", "J'accepte", "Einverstanden"))
NO = frozenset(
    plain("no n nope nein non nao nej ne nie nem hayir ei false 0 off unchecked nee いいえ 否 нет ні όχι").split()
)
NOT_QUITE = re.compile(r"\b(not|no|never|but|only|except|unless|if|maybe|nicht|aber|nur|mais|pas|pero|solo|mas|ma)\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: ``labels`` (title, slug, number), and ``texts``, empty where nothing was answered."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def question(self) -> str:
        return shown(self.labels[0])


@dataclass(frozen=True, slots=True)
class Understood:
    """What a form says about a person; ``agreed`` is None where no question asks for agreement."""

    identities: tuple[Identity, ...] = ()
    agreed: frozenset[Purpose] | None = None
    company: str = ""
    phone: str = ""
    email: str = ""  # where the form asks for the attendee's own, beside the buyer's
    notes: tuple[str, ...] = ()


def understand(answers: Sequence[Answer], settings: PlatformSettings) -> Understood:
    """What ``answers`` say, each question taken for what ``settings`` or else its own words say it is. Never raises."""
    found: list[Identity] = []
    notes: list[str] = []
    agreed: set[Purpose] = set()
    asked = False
    single = {COMPANY: "", PHONE: ""}
    for answer in answers[:MOST_ANSWERS]:
        meaning = _meaning(answer, settings)
        if meaning in AGREED:
            asked = True
            yes, note = _agrees(answer)
            agreed |= {AGREED[meaning]} if yes else set()
            notes += note
        elif meaning in single:
            single[meaning] = single[meaning] or next((one_line(text) for text in answer.texts if text.strip()), "")
        elif meaning == IN_PASSING:
            # Nothing that was not asked for is complained about.
            found += [handle for text in answer.texts for handle in handles_in(text, None)[0]]
        elif meaning and meaning != IGNORE:
            identities, unread = _handles(answer, meaning)
            found += identities
            notes += unread
    return Understood(
        identities=in_order(found),
        agreed=frozenset(agreed) if asked else None,
        company=single[COMPANY],
        phone=single[PHONE],
        email=next((identity.handle for identity in found if identity.network == "email"), ""),
        notes=tuple(dict.fromkeys(notes)),
    )


def handles_in(text: str, network: str | None) -> tuple[list[Identity], list[str]]:
    """The handles in ``text``, typed by a person, of ``network`` or of any; and sentences about what is not one."""
    reading = read(text[:LONGEST_ANSWER], network)
    return list(reading.identities), [one_line(str(problem), 2 * LONGEST_ANSWER) for problem in reading.problems]


def in_order(identities: Iterable[Identity]) -> tuple[Identity, ...]:
    """Sorted, no repeats, and without e-mail and phone: those have fields of their own."""
    handles = {identity for identity in identities if identity.network not in {"email", "phone"}}
    return tuple(sorted(handles, key=lambda identity: (identity.network, identity.handle)))


def asks_to_introduce(label: str) -> bool:
    """Whether a question's title or slug asks for leave to introduce somebody to people they know."""
    text = plain(label)
    return bool(ASKS_TO_INTRODUCE.search(text)) and not MEANS_SOMETHING_ELSE.search(text)


def _meaning(answer: Answer, settings: PlatformSettings) -> str:
    stated = settings.meaning(*answer.labels)
    if stated is not None:
        return stated
    if any(asks_to_introduce(label) for label in answer.labels):
        return f"agreed:{Purpose.INTRODUCE.value}"
    if all(plain(text) in YES | NO for text in answer.texts):
        return ""  # "Do you use Twitter? Yes." names no handle, though one could be called that
    network = next((network for label in answer.labels if (network := network_of_label(label)) is not None), "")
    if network or any(is_about_somebody_else(label) for label in answer.labels):
        return network
    return HANDLES if any(ASKS_FOR_HANDLES.search(plain(label)) for label in answer.labels) else IN_PASSING


def _agrees(answer: Answer) -> tuple[bool, list[str]]:
    """Whether every text of an answer is a plain yes; an emptied answer is a no, and so is one in between."""
    texts = [plain(text) for text in answer.texts if text.strip()]
    if all(text.split(" ", 1)[0] in NO for text in texts):
        return False, []
    if all(_is_yes(text) for text in texts):
        return True, []
    return False, [f"{answer.question}: {shown(answer.texts[0])} is no clear yes, so it counts as no"]


def _is_yes(text: str) -> bool:
    if text in YES_PHRASES or asks_to_introduce(text):
        return True  # a single box to tick says in its own words what is agreed to
    return text.split(" ", 1)[0] in YES and not NOT_QUITE.search(text)


def _handles(answer: Answer, meaning: str) -> tuple[list[Identity], list[str]]:
    problem = problem_of_meaning(meaning)
    if problem:
        return [], [f"the setting for the question {answer.question}: {problem}"]
    network = None if meaning == HANDLES else network_of_label(meaning)
    found: list[Identity] = []
    notes: list[str] = []
    for text in answer.texts:
        identities, problems = handles_in(text, network)
        found += identities
        notes += [f"{answer.question}: {problem}" for problem in problems]
    return found, notes
