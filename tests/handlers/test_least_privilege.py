"""Nothing is allowed that no call needs; that nothing is done which is not allowed, every test here proves.

What functions do is noted in every test of this folder (see privileges.py), so this runs last, and only where all did.
"""

from __future__ import annotations

import pytest

from tests.handlers import privileges

# Allowed, and seen in no test, each with its reason. An entry that a test does use fails: then it has to go.
UNSEEN = {
    ("import_upload", "NoSuchKeyInsteadOfAccessDenied", "s3:ListBucket"): "S3 asks for it before it says NoSuchKey",
}


def needed(function: str) -> set[tuple[str, str, str]]:
    return {(function, statement.sid, need.action) for statement, need in privileges.WATCH.used.get(function, ())}


def allowed(function: str) -> set[tuple[str, str, str]]:
    return {(function, s.sid, action) for s in privileges.role_of(function) for action in s.actions}


@pytest.mark.runs_last
@pytest.mark.parametrize("function", privileges.functions())
def test_a_function_is_allowed_no_action_that_it_never_takes(function: str, everything_ran: bool) -> None:
    if not everything_ran:
        pytest.skip("says something only after all tests of this folder")
    idle = allowed(function) - needed(function)
    assert idle == {entry for entry in UNSEEN if entry[0] == function}


@pytest.mark.runs_last
@pytest.mark.parametrize("function", privileges.functions())
def test_a_function_may_reach_no_partition_or_resource_that_it_never_touches(
    function: str, everything_ran: bool
) -> None:
    if not everything_ran:
        pytest.skip("says something only after all tests of this folder")
    used = privileges.WATCH.used.get(function, set())
    keys = {key for _, need in used for key in need.keys}
    resources = {need.resource for _, need in used}
    for statement in privileges.role_of(function):
        if any(entry[:2] == (function, statement.sid) for entry in UNSEEN):
            continue
        for pattern in statement.leading_keys:
            assert any(privileges.matches(key, pattern) for key in keys), f"{statement.sid}: {pattern}"
        for pattern in statement.resources:
            assert any(privileges.matches(resource, pattern) for resource in resources), f"{statement.sid}: {pattern}"


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
