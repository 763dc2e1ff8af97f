"""Nothing is allowed that no call needs; that nothing is done which is not allowed, every test of a handler proves.

What is needed is seen in stories chosen for it, which are run here, each time the same ones and in a process of their
own: so it holds whichever other tests run, in whatever order and beside whatever else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.handlers import privileges, privileges_seen
from tests.template import ROOT

# Few and short tests that together need everything that is allowed; none of them could be left out. Where a function is
# given a further right, name one here that needs it.
STORIES = (
    "handlers/test_answers.py::TestAnswers::test_when_both_said_yes_after_the_last_wave_one_more_is_called_for",
    "handlers/test_asking_first.py::TestBeforeItIsSent::test_at_night_a_text_message_waits_for_the_morning",
    "handlers/test_asking_first.py::TestBeforeItIsSent::test_who_told_their_carrier_to_stop_text_messages_gets_this_and_every_later_one_by_mail",
    "handlers/test_attendee_page.py::TestAgreement::test_a_profile_that_shows_the_code_is_proven_by_one_press",
    "handlers/test_attendee_page.py::TestConnections::test_rows_that_could_not_be_read_can_be_fetched",
    "handlers/test_attendee_page.py::TestData::test_erasing_takes_a_second_step_and_leaves_nothing",
    "handlers/test_fetch_connections.py::TestHandler::test_from_the_stream_by_the_queue_to_the_sets",
    "handlers/test_fetch_connections.py::TestHandler::test_who_withdraws_at_the_last_moment_has_nothing_kept",
    "handlers/test_fetch_registrations.py::test_an_anonymized_customer_is_forgotten_and_does_not_come_back",
    "handlers/test_found_by_simulation.py::test_connections_of_who_is_forgotten_while_they_are_imported_are_not_kept[True]",
    "handlers/test_large_events.py::test_an_arrival_is_matched_by_night_and_nothing_is_read_for_it_before",
    "handlers/test_large_wave.py::test_a_wave_of_a_large_event_goes_through_the_state_machine_where_nobody_is_named",
    "handlers/test_long_list.py::test_a_long_list_goes_through_the_state_machine_and_nothing_of_it_but_its_key_passes_there",
    "handlers/test_organizer_create.py::test_an_event_whose_waves_cannot_be_scheduled_is_not_made",
    "handlers/test_organizer_page.py::TestOverview::test_pausing_holds_back_and_going_on_publishes_what_waited",
    "handlers/test_organizer_problems.py::test_a_list_s_rejects_can_be_fetched_and_nobody_s_own",
    "handlers/test_organizer_problems.py::test_for_changes_of_which_the_event_is_not_known_the_whole_of_this_one_is_done_anew",
    "handlers/test_organizer_problems.py::test_functions_are_called_again_with_what_they_failed_at_for_this_event_alone",
    "handlers/test_organizer_problems.py::test_what_was_given_up_goes_back_to_the_queue_that_it_came_from",
    "handlers/test_organizer_settings.py::test_a_token_is_kept_and_never_shown",
    "handlers/test_organizer_waves.py::TestAttendees::test_whoever_is_forgotten_has_their_uploads_forgotten_too",
    "handlers/test_organizer_waves.py::TestWaves::test_sending_now_is_asked_first_and_moves_the_schedule",
    "handlers/test_pipeline_steps.py::TestImport::test_a_list_is_stored_and_its_bad_rows_come_back_beside_it_with_line_and_reason",
    "handlers/test_post_to_slack.py::test_an_event_that_wants_it_nowhere_is_told_nowhere",
    "handlers/test_receive_receipts.py::TestPausing::test_the_two_hundredth_mail_may_come_after_the_last_bounce",
    "simulation/test_simulation.py::test_no_function_does_in_any_world_what_its_role_does_not_allow",
)

# What no story needs, each with its reason. What is needed after all fails: then it has to go.
UNSEEN = {
    ("import_upload", "NoSuchKeyInsteadOfAccessDenied"): "S3 asks for it before it says NoSuchKey",
    ("import_list", "NoSuchKeyInsteadOfAccessDenied"): "the same",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One permission that a function needed, and the statement of its role that gave it."""

    function: str
    sid: str
    action: str
    resource: str
    keys: tuple[str, ...]


def seen_in_the_stories(folder: Path) -> list[Seen]:
    file = folder / "seen.json"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"),
            *("-p", privileges_seen.__name__, "--rootdir", str(ROOT)),
            *(f"{ROOT}/tests/{story}" for story in STORIES),
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        | {privileges_seen.FILE: str(file), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    return [Seen(*each[:4], tuple(each[4])) for each in json.loads(file.read_text())]


def idle(statement: privileges.Statement, needed: list[Seen]) -> list[str]:
    """What a statement allows and nobody needed: actions, partitions, resources."""
    keys = {key for need in needed for key in need.keys}
    resources = {need.resource for need in needed}
    return [
        *(action for action in statement.actions if action not in {need.action for need in needed}),
        *(each for each in statement.leading_keys if not any(privileges.matches(key, each) for key in keys)),
        *(each for each in statement.resources if not any(privileges.matches(found, each) for found in resources)),
    ]


def test_a_function_is_allowed_no_action_partition_or_resource_that_it_never_needs(tmp_path: Path) -> None:
    seen = seen_in_the_stories(tmp_path)
    assert {each.function for each in seen} == set(privileges.functions())
    problems = []
    for function in privileges.functions():
        for statement in privileges.role_of(function):
            found = idle(statement, [each for each in seen if (each.function, each.sid) == (function, statement.sid)])
            if (function, statement.sid) not in UNSEEN:
                problems += [f"{function} {statement.sid}: {each} is never needed" for each in found]
            elif not found:
                problems.append(f"{function} {statement.sid} is needed after all")
    assert not problems, "\n".join(problems)


def test_matching_may_read_nothing_that_holds_a_name() -> None:
    (statement,) = [s for s in privileges.role_of("match_attendees") if s.sid == "DirectorySetsAndMatches"]
    for kind in ("ATTENDEE", "TICKET", "INTRODUCTION", "MEETING"):
        for action in statement.actions:
            need = privileges.Need(action, statement.resources[0], frozenset({f"EVENT#democon#{kind}#0"}))
            assert not statement.allows(need)


def test_what_a_role_does_not_allow_is_refused_as_aws_refuses_it() -> None:
    """The judge itself: a statement's action, resource, partitions and conditions all count."""
    of = privileges.Statement("s", ("dynamodb:GetItem",), ("arn:t",), leading_keys=("EVENT#*#SET#*",))
    right = privileges.Need("dynamodb:GetItem", "arn:t", frozenset({"EVENT#a#SET#0"}))
    assert of.allows(right)
    for wrong in (
        privileges.Need("dynamodb:PutItem", "arn:t", right.keys),
        privileges.Need("dynamodb:GetItem", "arn:u", right.keys),
        privileges.Need("dynamodb:GetItem", "arn:t", frozenset({"EVENT#a#SET#0", "EVENT#a#TICKET#0"})),
    ):
        assert not of.allows(wrong)
