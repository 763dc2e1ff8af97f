"""The pages behind the real routes: through the HTTP API of the local stack."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urljoin

from infra.local import LocalStack
from shared import storage
from shared.attendees import attendee_id_of
from shared.links import Links
from shared.services import Secrets
from tests.pipeline.test_end_to_end import HEADER, icebreaker, make_event, wait_for


def ask(address: str, body: bytes | None = None) -> tuple[int, str, str, str]:
    """Status, policy, body, and the address that answered in the end."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=30) as answer:
            return answer.status, answer.headers["Content-Security-Policy"], answer.read().decode(), answer.url
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Security-Policy"], error.read().decode(), address


def test_a_link_leads_to_its_page_and_a_button_acts(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "pagecon")
    assert webhook.post("ann") == 200
    storage.connect(stack.outputs["TableName"])
    event = storage.events.load("pagecon")
    assert event is not None
    secrets = Secrets(stack.outputs["SecretsPath"])
    ann = attendee_id_of("pagecon", "ann@example.org", secrets.id_key(event))
    links = Links(stack.api_url, secrets.link_keys(), "pagecon", ann, event.expires_at.date())
    printed = icebreaker("attendees", "link", "ann@example.org", "--event", "pagecon")
    assert "".join(printed.split()) == links.page()

    status, policy, page, _ = ask(links.page())
    assert status == 200
    assert "frame-ancestors 'none'" in policy
    assert "Hello Ann" in page
    style = re.search(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert style
    assert ask(urljoin(links.page(), style[1]))[0] == 200
    assert ask(f"{links.page()}/stop")[0] == 200

    _, _, asked, _ = ask(links.stop())
    form = re.search(r'name="form" value="([^"]+)"', asked)
    assert form
    status, _, ended, _ = ask(links.stop(), urlencode({"form": form[1]}).encode())
    assert status == 200
    assert "The messages have ended" in ended
    stopped = storage.attendees.load(event, ann)
    assert stopped is not None
    assert not stopped.may_be_named

    status, policy, page, _ = ask(links.page()[:-2] + "AA")
    assert status == 404
    assert "frame-ancestors 'none'" in policy


def test_functions_know_where_the_api_answers(stack: LocalStack) -> None:
    cloudformation, functions = stack.client("cloudformation"), stack.client("lambda")
    for name, variable in (("SendNotificationFunction", "API_URL"), ("ServePagesFunction", "PUBLIC_URL")):
        found = cloudformation.describe_stack_resource(StackName=stack.stack_name, LogicalResourceId=name)
        function = found["StackResourceDetail"]["PhysicalResourceId"]
        variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        assert variables[variable] == stack.api_url
        assert variables["SECRETS_PATH"]


def test_a_file_sent_from_the_page_is_imported_and_reported(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "filecon")
    assert webhook.post("ann") == 200
    storage.connect(stack.outputs["TableName"])
    event = storage.events.load("filecon")
    assert event is not None
    secrets = Secrets(stack.outputs["SecretsPath"])
    ann = attendee_id_of("filecon", "ann@example.org", secrets.id_key(event))
    page = Links(stack.api_url, secrets.link_keys(), "filecon", ann, event.expires_at.date()).page()

    shown = ask(f"{page}/connections")[2]
    action = re.search(r'action="([^"]+)" enctype', shown)
    fields = re.search(r'data-fields="([^"]+)"', shown)
    assert action
    assert fields
    content = f"{HEADER}Mack,,https://www.linkedin.com/in/mack,,,,12 Mar 2024\n"
    form = json.loads(unescape(fields[1]))
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form.items()]
    parts.append(
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="Connections.csv"\r\n\r\n{content}\r\n--b--\r\n'
    )
    sent = urllib.request.Request(
        unescape(action[1]), data="".join(parts).encode(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    with urllib.request.urlopen(sent, timeout=30) as answer:
        assert answer.status in (200, 201, 204)
    key = form["key"].replace("${filename}", "Connections.csv")
    address = f"{page}/upload.json?{urlencode({'key': key})}"
    wait_for(lambda: json.loads(ask(address)[2])["state"] == "done", "the import")
    assert "One connection was read" in json.loads(ask(address)[2])["text"]
