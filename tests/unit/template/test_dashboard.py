"""The dashboard shows what is counted, by the prices and sizes that hold."""

import json
import re
from typing import Any

from infra.meter.prices import US_EAST_1
from tests.template import ROOT, written

OF_AWS = ("AWS/SQS", "AWS/ApiGateway", "AWS/Lambda", "AWS/DynamoDB")
MOST_METRICS = 50  # of a dashboard that is free (Amazon CloudWatch pricing)


def body() -> dict[str, Any]:
    text = written()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: dict[str, Any] = json.loads(text)
    return found


def metrics() -> list[list[Any]]:
    return [
        each for widget in body()["widgets"] for each in widget["properties"]["metrics"] if isinstance(each[0], str)
    ]


def test_every_metric_of_ours_that_is_shown_is_counted_by_a_handler_under_the_stacks_name() -> None:
    source = "".join(path.read_text() for path in (ROOT / "functions").glob("*/handler.py"))
    literal = set(re.findall(r'"([A-Z]\w+)", MetricUnit', source)) | set(re.findall(r'"([A-Z]\w+)" if ', source))
    composed = re.findall(r'add_metric\(f"([A-Z]\w+)\{', source)
    ours = [each for each in metrics() if each[0] == "Icebreaker"]
    assert len(ours) >= 10
    for _, name, dimension, value, *_ in ours:
        assert name in literal or name.startswith(tuple(composed)), name
        assert (dimension, value) == ("service", "${AWS::StackName}")
    variables = written()["Globals"]["Function"]["Environment"]["Variables"]
    assert (variables["POWERTOOLS_SERVICE_NAME"], variables["POWERTOOLS_METRICS_NAMESPACE"]) == (
        {"Ref": "AWS::StackName"},
        "Icebreaker",
    )


def test_alarms_about_our_own_metrics_hear_their_own_stage_only() -> None:
    alarms = [r["Properties"] for r in written()["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    ours = [alarm for alarm in alarms if alarm.get("Namespace") == "Icebreaker"]
    assert len(ours) >= 2
    for alarm in ours:
        assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]


def test_everything_else_is_of_a_resource_of_the_template() -> None:
    resources = written()["Resources"]
    for namespace, _, _, value, *_ in metrics():
        if namespace != "Icebreaker":
            assert namespace in OF_AWS
            assert value.removeprefix("${").removesuffix("}").partition(".")[0] in resources


def test_the_dashboard_is_one_of_those_that_are_free() -> None:
    assert len(metrics()) <= MOST_METRICS


def test_what_it_costs_is_reckoned_by_the_documented_prices_and_the_functions_own_memory() -> None:
    [widget] = [each["properties"] for each in body()["widgets"] if "cost" in each["properties"]["title"]]
    expressions = {each[0]["id"]: each[0]["expression"] for each in widget["metrics"] if "expression" in each[0]}
    prices = US_EAST_1.per_million
    assert expressions["written"] == f"w * {prices['DynamoDB write request unit']} / 1000000"
    assert expressions["read"] == f"r * {prices['DynamoDB read request unit']} / 1000000"
    memory = {"h": 512, "f": 1024, "l": 1769, "p": 3008}
    assert "0.5 * SUM([h0" in expressions["ran"]
    assert f"{1769 / 1024:.4f} * SUM([l0" in expressions["ran"]
    assert f"{3008 / 1024:.4f} * SUM([p]" in expressions["ran"]
    assert f"* {prices['Lambda GB-second, arm64']} / 1000000000" in expressions["ran"]
    functions = {each[3]: memory[each[4]["id"][0]] for each in widget["metrics"] if each[0] == "AWS/Lambda"}
    of_template = {
        f"${{{name}}}": resource["Properties"]["MemorySize"]
        for name, resource in written()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function" and "Condition" not in resource
    }
    assert functions == of_template


def test_the_outputs_say_what_to_do_next() -> None:
    outputs = written()["Outputs"]
    steps = [outputs[name] for name in sorted(outputs) if name.startswith("Next")]
    said = " ".join(str(step) for step in steps)
    for word in ("DKIM", "SPF", "sandbox", "text-messaging", "event create", "event link", "doctor"):
        assert word in said
    assert all(step["Description"] for step in steps)
