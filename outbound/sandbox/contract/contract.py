"""The contract of the outbound endpoint: checks one request and returns a verdict."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from outbound.sandbox.contract import strict_json
from outbound.sandbox.contract.envelope import BODY
from outbound.sandbox.contract.rules import Problem

MAX_BODY_BYTES = 256 * 1024

PATH = re.compile(r"/zenvia/[A-Za-z0-9._~%-]+/[A-Za-z0-9._~%-]+")
TOKEN = re.compile(r"[\x21-\x7e]+")
SCHEMES = frozenset({"basic", "bearer", "digest", "token"})
CONTENT_TYPE = re.compile(r"application/json(\s*;\s*charset=\"?utf-8\"?)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for one request: status 200 when it keeps the contract, else Zenvia's code and reasons."""

    status: int
    code: str = ""
    message: str = ""
    problems: tuple[Problem, ...] = ()
    body: object = None

    @property
    def kept(self) -> bool:
        """Whether the request keeps the contract."""
        return self.status == 200

    @property
    def destination(self) -> str | None:
        """The recipient in the body, also when the body is refused for another reason."""
        return self._text("destination")

    @property
    def external_id(self) -> str | None:
        """The sender's own id, if the body has one."""
        return self._text("externalId")

    def _text(self, name: str) -> str | None:
        value = self.body.get(name) if isinstance(self.body, dict) else None
        return value if isinstance(value, str) else None


def check(
    method: str, path: str, headers: Mapping[str, str], raw_body: bytes, *, token: str | None = None
) -> Verdict:
    """Return the verdict on one request; `token`, when given, is the only one accepted.

    Checked in this order: the address (404, 405), the caller (401), the size (413) and the content
    (400). Sources: FACTS.md, "Request" and "Responses".
    """
    given = {name.lower(): value for name, value in headers.items()}
    body, unreadable = _read(raw_body)
    if not PATH.fullmatch(path):
        return Verdict(404, "NOT_FOUND", "There is no such address", body=body)
    if method != "POST":
        return Verdict(405, "METHOD_NOT_ALLOWED", "Only POST is allowed here", body=body)
    if not _is_authorized(given.get("authorization", ""), token):
        return Verdict(401, "AUTHENTICATION_ERROR", "Authorization must be the bare token", body=body)
    if len(raw_body) > MAX_BODY_BYTES:
        return Verdict(413, "PAYLOAD_TOO_LARGE", f"The body may have {MAX_BODY_BYTES} bytes", body=body)
    problems = _content_type(given.get("content-type", "")) + (unreadable or tuple(BODY(body, "")))
    if problems:
        return Verdict(400, "VALIDATION_ERROR", "Validation error", problems, body)
    return Verdict(200, body=body)


def _read(raw_body: bytes) -> tuple[object, tuple[Problem, ...]]:
    if len(raw_body) > MAX_BODY_BYTES:
        return None, ()
    try:
        return strict_json.loads(raw_body), ()
    except ValueError as error:
        return None, (Problem("invalid_json", "", f"must be JSON: {error}"),)


def _is_authorized(authorization: str, token: str | None) -> bool:
    """Whether `Authorization` is the bare token, without a scheme word (FACTS.md, "Request")."""
    given = authorization.strip()
    if not TOKEN.fullmatch(given) or given.lower() in SCHEMES:
        return False
    return token is None or hmac.compare_digest(given.encode(), token.encode())


def _content_type(value: str) -> tuple[Problem, ...]:
    if CONTENT_TYPE.fullmatch(value.strip()):
        return ()
    return (Problem("unsupported", "Content-Type", "must be application/json"),)
