"""The sandbox's rules of a whole request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outbound.sandbox.contract.contract import MAX_BODY_BYTES, Verdict, check

PATH = "/zenvia/acme/42"
HEADERS = {"Content-Type": "application/json", "Authorization": "altu-token"}
NAMES = ["template", "file", "button", "list", "location"]
REMOVED = object()


def judge(body: object) -> Verdict:
    return check("POST", PATH, HEADERS, json.dumps(body).encode())


def refusals(body: object) -> set[tuple[str, str]]:
    verdict = judge(body)
    assert verdict.status == (400 if verdict.problems else 200)
    return {(problem.code, problem.path) for problem in verdict.problems}


def change(body: Any, path: list[str | int], value: object) -> Any:
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    if value is REMOVED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return body


def spelled(path: list[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


@pytest.mark.parametrize("name", NAMES)
def test_documented_examples_are_accepted(golden, name):
    verdict = judge(golden(name))

    assert verdict == Verdict(200, body=golden(name))


@pytest.mark.parametrize("name", NAMES)
def test_unknown_attribute_of_the_root_is_refused(golden, name):
    body = change(golden(name), ["surprise"], 1)

    assert refusals(body) == {("unknown_attribute", "surprise")}


ROOT_REFUSALS = [
    (["destination"], REMOVED, "required"),
    (["destination"], 11999999999, "invalid_type"),
    (["destination"], "+5511999999999", "invalid_format"),
    (["destination"], "119999999", "invalid_format"),
    (["destination"], "1" * 16, "invalid_format"),
    (["destination"], "55119999999990", "invalid_format"),
    (["destination"], "١١٩٩٩٩٩٩٩٩٩", "invalid_format"),
    (["templateId"], REMOVED, "required"),
    (["templateId"], " ", "empty"),
    (["templateId"], 7, "invalid_type"),
    (["fields"], [], "invalid_type"),
    (["fields", "name"], "", "empty"),
    (["fields", "name"], None, "invalid_type"),
    (["fields", "name"], ["Maria"], "invalid_type"),
    (["context"], "aprovado", "invalid_type"),
    (["externalId"], "", "empty"),
    (["externalId"], "x" * 65, "too_long"),
    (["externalId"], "meu id", "invalid_format"),
    (["externalId"], "id\n", "invalid_format"),
    (["restartContact"], 0, "invalid_type"),
    (["inactivityTime"], True, "invalid_type"),
    (["inactivityTime"], 1.5, "invalid_type"),
    (["inactivityTime"], -1, "out_of_range"),
]


@pytest.mark.parametrize(("path", "value", "code"), ROOT_REFUSALS)
def test_a_bad_attribute_of_the_root_is_refused_at_its_path(golden, path, value, code):
    body = change(golden("template"), path, value)

    found = refusals(body)

    expected = "templateId" if path == ["templateId"] else spelled(path)
    assert (code, expected) in found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["destination"], "1133334444"),
        (["destination"], "5511999999999"),
        (["destination"], "351912345678"),
        (["destination"], "1" * 15),
        (["fields"], {"name": "Maria", "total": 3.5, "vip": True}),
        (["context"], {"nested": {"list": [1, None, "x"]}}),
        (["context"], {"wide": [[] for _ in range(100)]}),
        (["externalId"], "Az09_-" + "x" * 58),
        (["restartContact"], True),
        (["inactivityTime"], 0),
    ],
)
def test_a_good_attribute_of_the_root_is_accepted(golden, path, value):
    assert refusals(change(golden("template"), path, value)) == set()


def test_template_and_contents_together_are_refused(golden):
    body = {**golden("location"), "templateId": "abc"}

    assert refusals(body) == {("conflict", "contents")}


def test_fields_need_a_template(golden):
    body = {**golden("location"), "fields": {"name": "Maria"}}

    assert refusals(body) == {("conflict", "fields")}


def test_optional_attributes_may_stand_beside_contents(golden):
    body = {
        **golden("file"),
        "externalId": "c-1",
        "context": {},
        "restartContact": False,
        "inactivityTime": 2,
    }

    assert refusals(body) == set()


@pytest.mark.parametrize(("count", "code"), [(0, "too_few"), (2, "too_many")])
def test_contents_must_be_exactly_one(golden, count, code):
    body = golden("location")
    body["contents"] *= count

    assert refusals(body) == {(code, "contents")}


@pytest.mark.parametrize("content", [{"type": "text", "text": "Oi"}, {"type": ["file"]}, {"type": None}])
def test_unknown_content_type_is_refused(content):
    found = refusals({"destination": "11999999999", "contents": [content]})

    assert found == {("unsupported", "contents[0].type")}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "Expecting value"),
        (b"{'destination': 1}", "double quotes"),
        (b'{"destination": "11999999999", "destination": "11999999990"}', "twice"),
        (b'{"inactivityTime": NaN}', "NaN"),
        (b'{"inactivityTime": -Infinity}', "Infinity"),
        (b'{"inactivityTime": 1e999}', "too large"),
        (b'{"templateId": "\xff"}', "utf-8"),
        (b"[" * 100_000, "deeply"),
        (b"[" * 65 + b"]" * 65, "deeply"),
        (b"9" * 5000, "digits"),
    ],
)
def test_invalid_json_is_refused(raw, why):
    verdict = check("POST", PATH, HEADERS, raw)

    assert (verdict.status, verdict.code, verdict.body) == (400, "VALIDATION_ERROR", None)
    assert why in verdict.problems[0].message


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_json_other_than_an_object_is_refused(body):
    assert refusals(body) == {("invalid_type", "")}


@pytest.mark.parametrize(
    "authorization",
    [None, "", "   ", "Bearer altu-token", "Token x", "Bearer", "two words", "tóken", "a\x00b"],
)
def test_only_a_bare_token_is_authenticated(golden, authorization):
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization

    verdict = check("POST", PATH, headers, json.dumps(golden("file")).encode())

    assert (verdict.status, verdict.code) == (401, "AUTHENTICATION_ERROR")


@pytest.mark.parametrize(("token", "status"), [("altu-token", 200), ("another", 401)])
def test_only_the_configured_token_passes(golden, token, status):
    verdict = check("POST", PATH, HEADERS, json.dumps(golden("file")).encode(), token=token)

    assert verdict.status == status


@pytest.mark.parametrize("path", ["/", "/zenvia/acme", "/zenvia/acme/", "/zenvia/acme/42/", "/zenvia/a b/4"])
def test_another_address_is_not_found(path):
    assert check("POST", path, HEADERS, b"{}").status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "post"])
def test_another_method_is_not_allowed(method):
    assert check(method, PATH, HEADERS, b"{}").status == 405


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/json; charset=latin-1"]
)
def test_another_content_type_is_refused(golden, content_type):
    headers = {**HEADERS, "Content-Type": content_type}

    verdict = check("POST", PATH, headers, json.dumps(golden("file")).encode())

    assert [problem.path for problem in verdict.problems] == ["Content-Type"]


def test_headers_are_found_in_any_case_and_utf_8_may_be_named(golden):
    headers = {"content-type": "Application/JSON; charset=UTF-8", "AUTHORIZATION": "altu-token"}

    assert check("POST", PATH, headers, json.dumps(golden("file")).encode()).kept


def test_a_body_over_the_limit_is_too_large():
    assert check("POST", PATH, HEADERS, b" " * (MAX_BODY_BYTES + 1)).status == 413


def test_the_destination_is_known_even_when_the_body_is_refused():
    verdict = judge({"destination": "11999990401", "externalId": 7})

    assert (verdict.kept, verdict.destination, verdict.external_id) == (False, "11999990401", None)
