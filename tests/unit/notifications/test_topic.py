"""What stands on the topic: described, readable, and naming nobody."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.notifications import TopicMessage, UnreadableMessage, WaveMessage, slack_text, wave_line
from shared.notifications.topic_message import FIELDS, Form, MessageKind
from shared.notifications.topic_schema import schema
from tests.democon import EVENT

SCHEMA = Path(__file__).parents[3] / "shared" / "notifications" / "topic_message.schema.json"
DOCUMENTED = (Path(__file__).parents[3] / "docs" / "subscribing.md").read_text()
DESCRIBED = Draft202012Validator(json.loads(SCHEMA.read_text()))
PARIS = WaveMessage("paris-1832", "Paris 1832", "first-wave", 53, {"email": 50, "text_message": 3}, 41, 75, 12, 0, 0)

texts, counts = st.text(min_size=1, max_size=20), st.integers(0, 10**9)
messages = st.one_of(
    st.builds(TopicMessage, texts, texts, texts, texts, texts),
    st.builds(
        WaveMessage,
        *(texts, texts, texts, counts, st.dictionaries(texts, counts, max_size=3)),
        *(counts, counts, counts, counts, counts),
    ),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def introduction(*parts: Part, channel: Channel = Channel.EMAIL, to: str = "a") -> Introduction:
    mentions = tuple(Mention(part, f"p{position}") for position, part in enumerate(parts))
    return Introduction("democon", to, "w", channel, mentions, State.PUBLISHED, datetime(2026, 5, 1, tzinfo=UTC))


def read(text: str) -> TopicMessage | WaveMessage:
    """A message of either kind.

    :raises UnreadableMessage: where it is of neither; what the kind that it says it is has against it
    """
    content = json.loads(text)
    wave = isinstance(content, dict) and content.get("kind") == "wave"
    return WaveMessage.from_json(text) if wave else TopicMessage.from_json(text)


def test_the_schema_in_the_repository_is_what_the_code_says() -> None:
    assert json.loads(SCHEMA.read_text()) == schema()
    Draft202012Validator.check_schema(schema())


@given(messages)
def test_whatever_is_published_is_described_and_read_back_as_it_was(message: TopicMessage | WaveMessage) -> None:
    content = json.loads(message.to_json())
    DESCRIBED.validate(content)
    assert set(content) == {"version", "kind", *FIELDS[MessageKind(content["kind"])]}
    assert read(message.to_json()) == message


@given(messages, st.data())
def test_what_is_not_described_is_refused_by_the_name_of_its_field(
    message: TopicMessage | WaveMessage, data: st.DataObject
) -> None:
    content = json.loads(message.to_json())
    name = data.draw(st.sampled_from(sorted(content)))
    broken: dict[str, Any] = {**content, name: data.draw(anything)}
    if data.draw(st.booleans()):
        del broken[name]
    if DESCRIBED.is_valid(broken):
        read(json.dumps(broken))
        return
    with pytest.raises(UnreadableMessage, match=f"^{name} must be "):
        type(message).from_json(json.dumps(broken))


@given(anything)
def test_any_other_json_is_refused(content: Any) -> None:
    assume(not DESCRIBED.is_valid(content))
    for kind in (TopicMessage, WaveMessage):
        with pytest.raises(UnreadableMessage, match=r".+"):
            kind.from_json(json.dumps(content))


@given(st.text(max_size=60))
@pytest.mark.parametrize("kind", [TopicMessage, WaveMessage])
def test_any_other_text_is_refused_in_a_sentence(kind: type[TopicMessage | WaveMessage], text: str) -> None:
    with pytest.raises(UnreadableMessage, match=r".+"):
        kind.from_json(text)


def test_a_text_that_nests_without_end_is_refused() -> None:
    with pytest.raises(UnreadableMessage, match="not JSON"):
        TopicMessage.from_json("[" * 200_000)


def test_what_waited_in_the_queue_since_the_first_release_is_still_read() -> None:
    text = (
        '{"version": 1, "kind": "introduction", "event_id": "democon", "attendee_id": "abcdefgh", '
        '"wave": "3-days-before", "channel": "email", "locale": "en"}'
    )
    assert TopicMessage.from_json(text) == TopicMessage("democon", "abcdefgh", "3-days-before", "email", "en")


@given(messages, st.dictionaries(st.text().map("new ".__add__), anything, max_size=3))
def test_a_field_that_a_later_release_adds_disturbs_nobody(
    message: TopicMessage | WaveMessage, added: dict[str, Any]
) -> None:
    content = {**json.loads(message.to_json()), **added}
    DESCRIBED.validate(content)
    assert read(json.dumps(content)) == message


def test_the_documentations_examples_are_messages_and_its_filters_can_be_read() -> None:
    examples = re.findall(r"```json\n(.*?)```", DOCUMENTED, flags=re.DOTALL)
    assert [read(example).attributes["kind"] for example in examples] == list(MessageKind)
    for example in examples:
        DESCRIBED.validate(json.loads(example))
    filters = [json.loads(text) for text in re.findall(r"`(\{.*?\})` \|", DOCUMENTED)]
    assert len(filters) == 3
    names = {name for example in examples for name in read(example).attributes}
    assert {name for policy in filters for name in policy} <= names


def test_the_attributes_say_what_subscribers_filter_on() -> None:
    message = TopicMessage("democon", "abcdefgh", "3-days-before", "email", "en")
    assert message.attributes == {"event": "democon", "kind": "introduction", "channel": "email", "locale": "en"}
    assert PARIS.attributes == {"event": "paris-1832", "kind": "wave", "channel": "organizer"}


def test_no_channel_of_an_attendee_is_the_organizers() -> None:
    assert PARIS.attributes["channel"] not in set(Channel)


def test_every_field_of_a_message_is_a_field_of_its_class() -> None:
    for kind, of_class in ((MessageKind.INTRODUCTION, TopicMessage), (MessageKind.WAVE, WaveMessage)):
        assert tuple(FIELDS[kind]) == tuple(of_class.__dataclass_fields__)


def test_a_wave_is_counted_by_people_and_names_none() -> None:
    wave = [
        introduction(Part.TOLD, Part.CONFIRM, Part.ASKED, to="ann"),
        introduction(Part.ASKED, Part.ASKED, to="bob"),
        introduction(Part.TOLD, Part.AGREED, Part.GONE, channel=Channel.TEXT_MESSAGE, to="cyd"),
    ]
    message = WaveMessage.of(EVENT, "w", wave)
    assert message == WaveMessage("democon", "DemoCon", "w", 3, {"email": 2, "text_message": 1}, 2, 3, 2, 1, 1)
    for person in ("ann", "bob", "cyd", "p0", "p1", "p2"):
        assert f'"{person}"' not in message.to_json()
    assert {field.form for field in FIELDS[MessageKind.WAVE].values()} == {Form.TEXT, Form.COUNT, Form.COUNTS}


def test_a_wave_is_one_line() -> None:
    assert wave_line(PARIS) == (
        "Paris 1832: the wave first-wave goes out: 41 people hear of 75 acquaintances, 12 are asked"
    )


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((0, 0, 0, 0, 0, 0), "nobody has any news"),
        ((7, 0, 0, 0, 0, 0), "7 people are written to"),
        ((1, 1, 1, 1, 1, 1), "1 person hears of 1 acquaintance, 1 is asked, 1 hears that somebody would like to meet"),
        ((1500, 0, 0, 1500, 0, 0), "1,500 are asked"),
        ((3, 0, 0, 0, 1, 2), "1 hears that somebody would like to meet them too, 2 hear that somebody is not coming"),
    ],
)
def test_the_line_says_only_what_there_is_to_say(numbers: tuple[int, ...], said: str) -> None:
    planned, *others = numbers
    line = wave_line(WaveMessage("e", "E", "w", planned, {}, *others))
    assert line.startswith(f"E: the wave w goes out: {said}")


@given(st.text(max_size=80))
def test_no_name_of_an_event_commands_a_chat(name: str) -> None:
    line = wave_line(WaveMessage("e", name, "w", 1, {}, 1, 1, 0, 0, 0))
    assert len(line.splitlines()) == 1
    text = slack_text(line)
    assert not set(text) & {"<", ">"}
    assert "@" not in text.replace("@\u200b", "")


def test_ampersands_and_angle_brackets_are_shown_as_they_are() -> None:
    assert slack_text("A & B <!channel> @everyone") == "A &amp; B &lt;!channel&gt; @\u200beveryone"
