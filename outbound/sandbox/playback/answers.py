"""Builds whole HTTP/1.1 responses and the JSON bodies in them, as bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from outbound.sandbox.contract.rules import Problem

Headers = tuple[tuple[str, str], ...]

JSON_TYPE = ("Content-Type", "application/json")
HTML_TYPE = ("Content-Type", "text/html; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The three ids of a success: the sender's own, and two of the gateway."""

    external_id: str | None
    message_id: int
    contact_id: int


def http(status: int, body: bytes, headers: Headers = (JSON_TYPE,), length: int | None = None) -> bytes:
    """Return one whole response, for a single send; `length` overrides its Content-Length."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {length or len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def without_body(answer: bytes) -> bytes:
    """Return a response without its body, for HEAD."""
    return answer[: answer.index(b"\r\n\r\n") + 4]


def receipt(receipt: Receipt, *, status: str = "pending") -> bytes:
    """Return the body of a success (FACTS.md, "Responses")."""
    return _dumps(
        {
            "status": status,
            "external_id": receipt.external_id,
            "message_id": receipt.message_id,
            "contact_id": receipt.contact_id,
        }
    )


def error(code: str, message: str, problems: Iterable[Problem] = ()) -> bytes:
    """Return Zenvia's error object (FACTS.md, "Responses"); `details` is left out when there are none."""
    details = [{"code": p.code, "path": p.path, "message": p.message} for p in problems]
    body: dict[str, object] = {"code": code, "message": message}
    return _dumps({**body, "details": details} if details else body)


def _dumps(value: object) -> bytes:
    return json.dumps(value).encode()
