"""The event's settings, to be changed: what was typed is kept, and what moves is shown before it is saved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import available_timezones

from shared.events import MOST_WAVES, BadEvent, Event
from shared.events.changes import LABELS, Difference, differences, version_of
from shared.events.event import DOLLARS, WHOLE
from shared.events.form import (
    ABOUT_TO_RUN,
    ON,
    ROWS_OF_QUESTIONS,
    event_of_fields,
    fields_of,
    place_of,
    rows_of_questions,
    waves_to_come,
)
from shared.identities.table import NETWORKS
from shared.introductions.words_language import languages
from shared.pages import Reply
from shared.pipeline.manage_event import SlotsInUse, change_event
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.storage import Conflict, introductions

OF_THE_FORM: Final = frozenset({"form", "version", "step"})
# The fields as the form calls them, in its order.
NAMES: Final[Mapping[str, str]] = {
    "name": LABELS["name"],
    "id": "Short name",
    "starts": LABELS["starts_at"],
    "ends": LABELS["ends_at"],
    **{key: LABELS[key] for key in ("time_zone", "place", "meeting_point", "url")},
    "expected_attendees": "Expected attendees",
    **{key: LABELS[key] for key in ("organizer", "contact", "locale")},
    "waves": "Waves",
    "wave_time": "Time of day",
    "questions": "Questions",
    **{key: LABELS[key] for key in (*WHOLE, *DOLLARS)},
}
Placed = tuple[str, str, str]
MEANINGS: Final = (
    ("", "choose"),
    ("agreed:introduce", "whether they want to be introduced"),
    ("agreed:connections", "whether their connections may be used"),
    ("agreed:remember", "whether connections may be remembered"),
    ("agreed:text_messages", "whether text messages are welcome"),
    ("handles", "for handles, of any network"),
    ("company", "for their company"),
    ("phone", "for their telephone number"),
    ("ignore", "nothing that we need"),
)


def show(visit: OrganizerVisit) -> Reply:
    return _form(visit, fields_of(visit.event, now=visit.now) | {"along": ON})


def post(visit: OrganizerVisit) -> Reply:
    typed = visit.request.values
    fields = {name: value for name, value in typed.items() if name not in OF_THE_FORM}
    step = typed.get("step", "")
    if step in ("rows", "back"):
        return _form(visit, fields, version=typed.get("version", ""))
    before, stale = visit.event, typed.get("version") != version_of(visit.event)
    try:
        after = event_of_fields(fields, before, now=visit.now)
    except BadEvent as error:
        version = typed.get("version", "")
        return _form(visit, fields, version=version, problems=error.problems, status=422)
    changed = differences(before, after)
    if stale and changed:
        return _form(visit, fields, meanwhile=changed, status=409)
    if step != "save" and any(each.of_time for each in changed):
        return _review(visit, fields, after, changed)
    return _saved(visit, fields, after, changed)


def _saved(visit: OrganizerVisit, fields: Mapping[str, str], after: Event, changed: Sequence[Difference]) -> Reply:
    try:
        # Also where nothing differs: it may be the second try of one that was cut short.
        change_event(visit.event, after, scheduling=visit.tools.scheduling, now=visit.now)
    except SlotsInUse as error:
        text = f"Times to meet: {error}. Without the tick below “Time zone” they stay where they are."
        return _form(visit, fields, problems=[text], status=409)
    except Conflict:
        return _form(visit, fields, meanwhile=changed, status=409)
    return Reply.to(f"{visit.below('event')}?done={'saved' if changed else 'same'}")


def _form(
    visit: OrganizerVisit,
    fields: Mapping[str, str],
    *,
    version: str = "",
    problems: Iterable[str] = (),
    meanwhile: Sequence[Difference] = (),
    status: int = 200,
) -> Reply:
    ran = [wave for wave in visit.event.waves if wave.at <= visit.now + ABOUT_TO_RUN]
    placed = in_places(problems)
    known = {value for value, _ in languages()}
    return visit.framed(
        "edit.html",
        "event",
        status=status,
        fields=fields,
        version=version or version_of(visit.event),
        problems=placed,
        problems_at=by_place(placed),
        meanwhile=meanwhile,
        ran=ran,
        wave_rows=range(max(MOST_WAVES - len(ran), len(waves_to_come(visit.event, visit.now)))),
        question_rows=range(rows_of_questions(fields) + ROWS_OF_QUESTIONS),
        meanings=meanings(visit.event),
        languages=[*languages(), *([] if visit.event.locale in known else [(visit.event.locale,) * 2])],
        zones=zone_names(),
    )


def _review(visit: OrganizerVisit, fields: Mapping[str, str], after: Event, changed: Sequence[Difference]) -> Reply:
    sent: Counter[str] = Counter()
    if any(each.wave for each in changed):
        sent.update(introduction.wave for introduction in introductions.load_all(visit.event))
    notes = [
        (f"{sent[each.wave]:,} messages so far" if sent[each.wave] else "nothing was sent yet") if each.wave else ""
        for each in changed
    ]
    texts = []
    if after.expires_at != visit.event.expires_at:
        day = after.expires_at.strftime("%-d %B %Y")
        texts.append(
            f"Everything about the event will be deleted from {day} on; links of mails end when their mail said."
        )
    return visit.framed(
        "review.html",
        "event",
        fields=fields,
        version=version_of(visit.event),
        changes=list(zip(changed, notes, strict=True)),
        texts=texts,
    )


def in_places(problems: Iterable[str]) -> list[Placed]:
    """For each problem the field that it is about, its sentence, and the sentence as it stands beside the field; in the
    order of the form."""
    placed = [_in_place(problem) for problem in problems]
    order = {place: number for number, place in enumerate(("", *NAMES))}
    return sorted(placed, key=lambda each: order.get(each[0], len(order)))


def _in_place(problem: str) -> Placed:
    place = place_of(problem)
    if place and problem.startswith("event."):
        said = problem.partition(": ")[2]
        return place, f"{NAMES.get(place, place)}: {said}", _begun(said)
    return place, _begun(problem), _begun(problem)


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def by_place(placed: Iterable[Placed]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for place, _, text in placed:
        found[place].append(text)
    return found


def zone_names() -> list[str]:
    """The time zones that places have, UTC too."""
    return [*sorted(name for name in available_timezones() if _is_of_a_place(name)), "UTC"]


def _is_of_a_place(name: str) -> bool:
    area, slash, _ = name.partition("/")
    return bool(slash) and area in (
        "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
    )  # fmt: skip


def meanings(event: Event) -> list[tuple[str, str]]:
    """What an answer can be, with the words for it; where an event says it in other words, those too."""
    options = [
        *MEANINGS,
        *sorted(((name, f"for a handle of {each.title}") for name, each in NETWORKS.items()), key=_title),
    ]
    known = {value for value, _ in options}
    return options + [(each, each) for each in dict.fromkeys(event.questions.values()) if each not in known]


def _title(option: tuple[str, str]) -> str:
    return option[1].casefold()
