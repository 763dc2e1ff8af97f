"""A wave keeps the promises of docs/introductions.md: symmetric, few, never twice, nothing new means no mail."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events import FOLLOW_UP, Event, Wave
from shared.introductions import (
    Answer,
    Channel,
    Closeness,
    Introduction,
    Meeting,
    Mention,
    Part,
    Proposal,
    Stage,
    State,
)
from shared.introductions.manners import MOST_MESSAGES, SILENT_AFTER
from shared.introductions.plan import Scene, begun, digest, ended, follow_up, moved_on, placed
from shared.slots import Slot
from tests import democon
from tests.democon import START

EVENT = replace(
    democon.EVENT,
    waves=tuple(Wave(name, START - timedelta(days=days)) for name, days in (("w1", 9), ("w2", 6), ("w3", 3))),
    slots=(
        Slot("early", START + timedelta(hours=1), START + timedelta(hours=1, minutes=15), "coffee bar", 1),
        Slot("late", START + timedelta(hours=3), START + timedelta(hours=3, minutes=15), "coffee bar", 5),
    ),
)
KNOWN = Proposal("a", "b", 0.9, Closeness.KNOWN, Stage.TOLD)
ASKED = Proposal("a", "b", 0.5, Closeness.LIKELY, Stage.ASKED)
CONFIRM = Proposal("a", "b", 0.8, Closeness.KNOWN, Stage.CONFIRMING, confirmer="a")


class Sitting:
    """An event's waves one after another, everything sent as soon as it is planned, as the pipeline does it."""

    def __init__(self, *proposals: Proposal, event: Event = EVENT, coming: Iterable[str] = "abcdefgh") -> None:
        self.event = event
        self.proposals = list(proposals)
        self.coming = set(coming)
        self.meetings: dict[tuple[str, str], Meeting] = {}
        self.history: defaultdict[str, list[Introduction]] = defaultdict(list)
        self.now = START - timedelta(days=10)
        self.without: dict[str, str] = {}

    def wave(self, name: str = "") -> dict[str, tuple[Mention, ...]]:
        """Run a wave; by attendee, what they are told."""
        self.now += timedelta(days=1)
        name = name or f"wave-{(self.now - START).days}"
        scene = Scene(self.event, name, self.now, frozenset(self.coming), dict(self.meetings), dict(self.history))
        for step in (ended, moved_on, placed):
            scene = scene.with_meetings(step(scene))
        beginnings = begun(scene, self.proposals)
        self.without = {person: str(reason) for person, reason in beginnings.without.items()}
        scene = scene.with_meetings(beginnings.meetings)
        return self._sent(scene, digest)

    def morning_after(self) -> dict[str, tuple[Mention, ...]]:
        self.now = self.event.follow_up_at
        return self._sent(
            Scene(self.event, FOLLOW_UP, self.now, frozenset(self.coming), self.meetings, self.history), follow_up
        )

    def answer(self, person: str, other: str, answer: Answer = Answer.YES) -> None:
        self.now += timedelta(minutes=1)
        pair = (min(person, other), max(person, other))
        self.meetings[pair] = self.meetings[pair].answered(person, answer, now=self.now)

    def _sent(self, scene: Scene, tell: Callable[[Scene, str], tuple[Mention, ...]]) -> dict[str, tuple[Mention, ...]]:
        told = {each: mentions for each in sorted(self.coming) if (mentions := tell(scene, each))}
        for each, mentions in told.items():
            self.history[each].append(
                Introduction(
                    self.event.event_id, each, scene.wave, Channel.EMAIL, mentions, State.SENT, self.now,
                    last=scene.is_last(each), said=mentions,
                )
            )  # fmt: skip
        self.meetings = dict(scene.meetings)
        return told


def parts(told: dict[str, tuple[Mention, ...]]) -> dict[str, set[tuple[str, str]]]:
    return {each: {(mention.part.value, mention.person) for mention in mentions} for each, mentions in told.items()}


class TestWhoIsTold:
    def test_if_ann_is_told_of_mack_mack_is_told_of_ann_in_the_same_wave(self) -> None:
        assert parts(Sitting(KNOWN).wave()) == {"a": {("told", "b")}, "b": {("told", "a")}}

    def test_never_the_same_pair_twice_and_nothing_new_means_no_mail(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        assert sitting.wave() == {}

    def test_both_are_asked_and_told_in_the_wave_after_both_said_yes(self) -> None:
        sitting = Sitting(ASKED)
        assert parts(sitting.wave()) == {"a": {("asked", "b")}, "b": {("asked", "a")}}
        sitting.answer("a", "b")
        assert sitting.wave() == {}  # asked once
        sitting.answer("b", "a")
        assert parts(sitting.wave()) == {"a": {("told", "b")}, "b": {("told", "a")}}
        assert sitting.wave() == {}

    def test_a_no_is_never_told(self) -> None:
        for no in (Answer.NOT_NOW, Answer.NEVER):
            sitting = Sitting(ASKED)
            sitting.wave()
            sitting.answer("a", "b")
            sitting.answer("b", "a", no)
            assert sitting.wave() == {}
            assert sitting.morning_after() == {}

    def test_who_lists_a_claimed_handle_confirms_by_name_and_then_both_are_told(self) -> None:
        sitting = Sitting(CONFIRM)
        assert parts(sitting.wave()) == {"a": {("confirm", "b")}}
        assert sitting.wave() == {}
        sitting.answer("a", "b")
        assert parts(sitting.wave()) == {"a": {("told", "b")}, "b": {("told", "a")}}

    def test_nobody_is_told_of_who_is_not_coming(self) -> None:
        assert Sitting(KNOWN, coming="a").wave() == {}

    def test_whoever_has_nobody_is_listed_with_the_reason(self) -> None:
        sitting = Sitting(KNOWN, coming="abc")
        sitting.wave()
        assert sitting.without == {"c": "no candidate"}

    def test_somebody_popular_is_new_to_no_more_people_than_the_event_says(self) -> None:
        others = [Proposal("a", other, 0.5, Closeness.NEW, Stage.ASKED, shared=3) for other in "bcdefgh"]
        sitting = Sitting(*others, event=replace(EVENT, new_mentions=4))
        told = [sitting.wave(), sitting.wave()]
        assert sum(len(each.get("a", ())) for each in told) == 4

    def test_a_mail_holds_no_more_people_than_the_event_says(self) -> None:
        everybody = [replace(KNOWN, b=other) for other in "bcdefgh"]
        sitting = Sitting(*everybody, event=replace(EVENT, people_per_mail=3))
        assert [len(sitting.wave().get("a", ())) for _ in range(2)] == [3, 3]


class TestWhoIsGone:
    def test_whoever_was_told_of_somebody_who_cancels_is_told_once(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        sitting.coming.discard("b")
        assert parts(sitting.wave()) == {"a": {("gone", "b")}}
        assert sitting.wave() == {}

    def test_whoever_was_only_asked_hears_nothing(self) -> None:
        sitting = Sitting(ASKED)
        sitting.wave()
        sitting.coming.discard("b")
        assert sitting.wave() == {}

    def test_somebody_who_comes_back_is_not_introduced_a_second_time(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        sitting.coming.discard("b")
        sitting.wave()
        sitting.coming.add("b")
        assert sitting.wave() == {}


class TestWhenTheyMeet:
    def agreed(self, sitting: Sitting, *others: str) -> None:
        for other in others:
            sitting.answer("a", other)
            sitting.answer(other, "a")

    def test_pairs_who_both_want_to_meet_get_a_slot_and_hear_of_it_once(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        self.agreed(sitting, "b")
        told = sitting.wave()
        assert told["a"] == (Mention(Part.AGREED, "b", "early.0"),)
        assert told["b"] == (Mention(Part.AGREED, "a", "early.0"),)
        assert sitting.wave() == {}

    def test_what_was_agreed_is_added_to_later_news_as_a_reminder(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        self.agreed(sitting, "b")
        sitting.wave()
        sitting.proposals.append(replace(KNOWN, b="c"))
        assert parts(sitting.wave())["a"] == {("told", "c"), ("agreed", "b")}

    def test_nobody_is_in_two_places_and_no_slot_holds_more_pairs_than_it_can(self) -> None:
        sitting = Sitting(KNOWN, replace(KNOWN, b="c"), Proposal("d", "e", 0.9, Closeness.KNOWN, Stage.TOLD))
        sitting.wave()
        self.agreed(sitting, "b", "c")
        sitting.answer("d", "e")
        sitting.answer("e", "d")
        sitting.wave()
        slots = {pair: meeting.slot_id for pair, meeting in sitting.meetings.items()}
        assert slots[("a", "b")] != slots[("a", "c")]
        assert list(slots.values()).count("early") == 1

    def test_a_cancellation_frees_the_slot_and_moves_nobody_who_was_told_of_theirs(self) -> None:
        sitting = Sitting(KNOWN, Proposal("d", "e", 0.9, Closeness.KNOWN, Stage.TOLD))
        sitting.wave()
        self.agreed(sitting, "b")
        sitting.wave()
        sitting.answer("d", "e")
        sitting.answer("e", "d")
        sitting.wave()
        assert sitting.meetings[("d", "e")].slot_id == "late"
        sitting.coming.discard("b")
        assert parts(sitting.wave()) == {"a": {("gone", "b")}}
        assert sitting.meetings[("d", "e")].slot_id == "late"
        assert (sitting.meetings[("a", "b")].slot_id, sitting.meetings[("a", "b")].sequence) == (None, 1)

    def test_no_slot_is_given_that_begins_within_the_hour(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        self.agreed(sitting, "b")
        sitting.now = START + timedelta(minutes=30) - timedelta(days=1)
        sitting.wave()
        assert sitting.meetings[("a", "b")].slot_id == "late"


class TestManners:
    def test_three_unanswered_mails_in_a_row_mean_silence_and_the_third_says_so(self) -> None:
        sitting = Sitting(event=replace(EVENT, follow_up=False))
        for other in "bcdef":
            sitting.proposals.append(replace(KNOWN, b=other))
            sitting.wave()
        assert [each.last for each in sitting.history["a"]] == [False, False, True]
        assert len(sitting.history["a"]) == SILENT_AFTER

    def test_an_answer_ends_the_silence(self) -> None:
        sitting = Sitting(event=replace(EVENT, follow_up=False))
        for other in "bcde":
            sitting.proposals.append(replace(KNOWN, b=other))
            sitting.wave()
        sitting.answer("a", "b")
        sitting.proposals.append(replace(KNOWN, b="f"))
        assert "a" in sitting.wave()

    def test_the_last_of_four_mails_is_kept_for_who_is_gone_or_for_the_morning_after(self) -> None:
        sitting = Sitting()
        for other in "bcde":
            sitting.proposals.append(replace(KNOWN, b=other))
            sitting.wave()
            if ("a", other) in sitting.meetings:
                sitting.answer("a", other)
        assert len(sitting.history["a"]) == MOST_MESSAGES - 1
        assert ("a", "e") not in sitting.meetings  # told to neither, since one could not hear of it
        sitting.coming.discard("b")
        assert parts(sitting.wave()) == {"a": {("gone", "b")}}
        assert "a" not in sitting.morning_after()

    def test_nobody_whose_mailbox_sent_a_mail_back_is_written_to(self) -> None:
        sitting = Sitting(KNOWN)
        sitting.wave()
        sitting.history["a"][0] = replace(sitting.history["a"][0], state=State.BOUNCED)
        sitting.proposals.append(replace(KNOWN, b="c"))
        assert sitting.wave() == {}

    def test_the_morning_after_asks_about_those_they_were_told_of(self) -> None:
        sitting = Sitting(KNOWN, Proposal("a", "c", 0.5, Closeness.LIKELY, Stage.ASKED))
        sitting.wave()
        assert parts(sitting.morning_after()) == {"a": {("follow_up", "b")}, "b": {("follow_up", "a")}}


people = st.sampled_from("abcdefgh")
pairs = st.tuples(people, people).filter(lambda pair: pair[0] < pair[1])


@st.composite
def proposals(draw: st.DrawFn) -> list[Proposal]:
    found = []
    for a, b in sorted(draw(st.sets(pairs, max_size=16))):
        closeness = draw(st.sampled_from(Closeness))
        stage = draw(st.sampled_from([Stage.TOLD, Stage.CONFIRMING])) if closeness is Closeness.KNOWN else Stage.ASKED
        confirmer = a if stage is Stage.CONFIRMING else draw(st.sampled_from([None, b]))
        confirmer = None if stage is Stage.TOLD or closeness is Closeness.NEW else confirmer
        found.append(Proposal(a, b, draw(st.floats(0.01, 1)), closeness, stage, confirmer))
    return found


actions = st.lists(
    st.one_of(
        st.tuples(st.just("wave"), st.none(), st.none()),
        st.tuples(st.just("answer"), pairs, st.tuples(st.booleans(), st.sampled_from(Answer))),
        st.tuples(st.sampled_from(["leave", "return"]), people, st.none()),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(proposals(), actions, st.integers(1, 5), st.booleans())
def test_whatever_happens_every_promise_holds(
    given_proposals: list[Proposal], taken: list[tuple[str, object, object]], most: int, asks_afterwards: bool
) -> None:
    sitting = Sitting(*given_proposals, event=replace(EVENT, people_per_mail=most, follow_up=asks_afterwards))
    sitting.event = replace(sitting.event, ends_at=START + timedelta(days=60))
    told_waves: list[dict[str, tuple[Mention, ...]]] = []
    for what, whom, how in taken:
        if what == "wave":
            told_waves.append(sitting.wave(f"wave-{len(told_waves)}"))
            _symmetric(sitting, told_waves[-1])
        elif what == "answer" and whom in sitting.meetings:
            by_first, answer = how  # type: ignore[misc]
            sitting.answer(*(whom if by_first else reversed(whom)), answer)  # type: ignore[call-overload,misc]
        elif what == "leave":
            sitting.coming.discard(str(whom))
        elif what == "return":
            sitting.coming.add(str(whom))
    for person, history in sitting.history.items():
        assert len(history) <= MOST_MESSAGES
        said = [mention for each in history for mention in each.said]
        for part in (Part.TOLD, Part.ASKED, Part.CONFIRM, Part.GONE):
            named = [mention.person for mention in said if mention.part is part]
            assert len(named) == len(set(named)), (person, part)
        for each in history:
            assert sum(mention.part is not Part.GONE for mention in each.said) <= most
            assert each.said


def _symmetric(sitting: Sitting, told: dict[str, tuple[Mention, ...]]) -> None:
    for person, mentions in told.items():
        for mention in mentions:
            meeting = sitting.meetings.get((min(person, mention.person), max(person, mention.person)))
            if mention.part in (Part.TOLD, Part.ASKED):
                assert Mention(mention.part, person, mention.note) in told[mention.person]
            if mention.part is Part.TOLD:
                assert meeting is not None
                if meeting.closeness is not Closeness.KNOWN:
                    assert meeting.both_want  # nobody is named before both say yes
                assert meeting.confirmer is None or meeting.confirmed_at is not None
            if mention.part is not Part.GONE:
                assert mention.person in sitting.coming
