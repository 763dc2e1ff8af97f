"""Package the checkout and deploy ``template.yaml``, as it is, through CloudFormation."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS_BUCKET = "artifacts"
# These ask networks and ticketing platforms, and do nothing else.
ASK_OTHERS = ("FetchConnectionsFunction", "FetchRegistrationsFunction")
ClientFactory = Callable[[str], Any]


def deploy(
    clients: ClientFactory,
    *,
    stack_name: str,
    workspace: Path,
    api_url_of: Callable[[str], str],
    cut_off: bool = False,
) -> dict[str, str]:
    """Deploy the template; its outputs.

    :param api_url_of: of the API's id, where that API answers here
    :param cut_off: whether the functions that ask others stay without work
    :raises RuntimeError: where a resource cannot be made, naming it
    """
    template = yaml_parse((ROOT / "template.yaml").read_text())
    _leave_out_sums(template)
    for name in ASK_OTHERS if cut_off else ():
        for source in template["Resources"][name]["Properties"]["Events"].values():
            source["Properties"]["Enabled"] = False
    _upload_code(template, clients("s3"))
    cloudformation = clients("cloudformation")
    (workspace / "deployed.json").write_text(json.dumps(template, indent=1))
    cloudformation.create_stack(
        StackName=stack_name,
        # From the bucket, as `sam deploy` does: in the call itself CloudFormation takes 51,200 bytes.
        TemplateURL=_upload_template(template, clients("s3")),
        Parameters=[
            {"ParameterKey": "SenderAddress", "ParameterValue": "hello@icebreaker.example"},
            # Nobody waits here for a batch to fill.
            {"ParameterKey": "MatchingWindowSeconds", "ParameterValue": "1"},
            {"ParameterKey": "AtOnceSeconds", "ParameterValue": "20"},
            {"ParameterKey": "EventsRememberedSeconds", "ParameterValue": "2"},
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=stack_name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
    except Exception as error:
        raise RuntimeError(
            "\n".join(["the template does not deploy:", *_failures(cloudformation, stack_name)])
        ) from error
    stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    _add_routes(clients, stack_name, outputs)
    _tell_functions_where_the_api_is(clients, stack_name, api_url_of(api_id_of(outputs)))
    clients("sesv2").create_email_identity(EmailIdentity="hello@icebreaker.example")
    return outputs


def api_id_of(outputs: Mapping[str, str]) -> str:
    return outputs["ApiUrl"].partition("://")[2].partition(".")[0]


def _tell_functions_where_the_api_is(clients: ClientFactory, stack_name: str, api_url: str) -> None:
    """Set what the template makes of the API's address on AWS, where it answers elsewhere; nobody has started yet."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for name, resource in template["Resources"].items():
        own = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        told = {variable: api_url for variable in ("API_URL", "PUBLIC_URL") if variable in own}
        if told:
            found = clients("cloudformation").describe_stack_resource(StackName=stack_name, LogicalResourceId=name)
            function = found["StackResourceDetail"]["PhysicalResourceId"]
            known = clients("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            clients("lambda").update_function_configuration(
                FunctionName=function, Environment={"Variables": known | told}
            )


def _upload_code(template: dict[str, Any], s3: Any) -> None:
    """Put what CodeUri and ContentUri name into S3 and name that instead, as ``sam package`` does."""
    s3.create_bucket(Bucket=ARTIFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            properties["CodeUri"] = _upload(s3, _zip_of({"": ROOT / properties["CodeUri"]}))
        if "ContentUri" in properties:
            # Only our own code: the embedded stack runs functions with this interpreter, whose site-packages hold
            # the same locked libraries that the real layer carries.
            properties["ContentUri"] = _upload(
                s3, _zip_of({"python/shared/": ROOT / "shared", "python/templates/": ROOT / "templates"})
            )


def _leave_out_sums(template: dict[str, Any]) -> None:
    """Alarms on what is made of several metrics: the embedded CloudWatch has none, and refuses them."""
    resources = template["Resources"]
    for name in [name for name, each in resources.items() if "Metrics" in each.get("Properties", {})]:
        assert resources[name]["Type"] == "AWS::CloudWatch::Alarm", name
        del resources[name]


def _upload_template(template: Mapping[str, Any], s3: Any) -> str:
    s3.put_object(Bucket=ARTIFACTS_BUCKET, Key="template.json", Body=json.dumps(template).encode())
    return f"https://s3.{s3.meta.region_name}.amazonaws.com/{ARTIFACTS_BUCKET}/template.json"


def _upload(s3: Any, archive: bytes) -> str:
    key = f"{hashlib.sha256(archive).hexdigest()}.zip"
    s3.put_object(Bucket=ARTIFACTS_BUCKET, Key=key, Body=archive)
    return f"s3://{ARTIFACTS_BUCKET}/{key}"


def _zip_of(folders: Mapping[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for prefix, folder in folders.items():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, prefix + path.relative_to(folder).as_posix())
    return buffer.getvalue()


def _failures(cloudformation: Any, stack_name: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _add_routes(clients: ClientFactory, stack_name: str, outputs: Mapping[str, str]) -> None:
    """Make the API's routes from the OpenAPI body that SAM writes, which the embedded API Gateway passes over."""
    api_id = api_id_of(outputs)
    gateway = clients("apigatewayv2")
    if gateway.get_routes(ApiId=api_id)["Items"]:
        return
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for name, resource in template["Resources"].items():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] != "HttpApi":
                continue
            function = clients("cloudformation").describe_stack_resource(StackName=stack_name, LogicalResourceId=name)
            arn = clients("lambda").get_function_configuration(
                FunctionName=function["StackResourceDetail"]["PhysicalResourceId"]
            )["FunctionArn"]
            integration = gateway.create_integration(
                ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
            )
            properties = event["Properties"]
            gateway.create_route(
                ApiId=api_id,
                RouteKey=f"{properties['Method']} {properties['Path']}",
                Target=f"integrations/{integration['IntegrationId']}",
            )
