"""What API Gateway's HTTP API hands a function (payload format 2.0) as a Request, and a Reply as it wants it back.

Source: "Working with AWS Lambda proxy integrations for HTTP APIs": certain. Cookies come and go in a list of their own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from shared.pages.exchange import MOST_BODY, MOST_FIELDS, Reply, Request
from shared.pages.security import headers_of


def request_of(
    event: Mapping[str, Any], *, base_url: str = "", most_body: int = MOST_BODY, most_fields: int = MOST_FIELDS
) -> Request:
    """The request.

    :param base_url: by which browsers reach us, where that is not the API's own address
    :param most_body: how many bytes a form may have
    :param most_fields: how many fields a form may have
    """
    http = event["requestContext"]["http"]
    body = event.get("body") or ""
    domain = event["requestContext"].get("domainName", "")
    headers: Mapping[str, str] = event.get("headers") or {}
    # Not every server that stands in for AWS's takes them out of the headers.
    cookies = event.get("cookies") or headers.get("cookie", "").split(";")
    return Request(
        method=http["method"],
        path=event.get("rawPath") or "/",
        query=event.get("queryStringParameters") or {},
        headers=headers,
        body=_decoded(body) if event.get("isBase64Encoded") else body.encode("utf-8", "replace"),
        base_url=base_url or f"https://{domain}",
        cookies=tuple(part for cookie in cookies for part in cookie.split("; ")),
        most_body=most_body,
        most_fields=most_fields,
    )


def answer_of(reply: Reply) -> dict[str, Any]:
    """The answer, with the headers that every answer has."""
    answer = {"statusCode": reply.status, "headers": headers_of(reply), "body": reply.body, "isBase64Encoded": False}
    return answer | ({"cookies": [reply.cookie]} if reply.cookie else {})


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body)
    except (binascii.Error, ValueError):
        return b""
