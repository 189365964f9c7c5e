"""Bad input at `manage.py send`: exit status 2, each path on standard error, and nothing saved."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from outbound.models import Campaign, Integration, Message, Template
from tests.bad_input.conftest import LOCATION, nothing_saved
from tests.builders import a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db

FILE = {"type": "file", "fileUrl": "https://files.example.com/a.pdf"}


@pytest.fixture(autouse=True)
def template() -> Template:
    made = a_template(template_id="t-1")
    made.adopt_placeholders()
    return made


@pytest.fixture(autouse=True)
def integration() -> Integration:
    return an_integration(slug="acme", remote_id="1")


@pytest.fixture
def content(tmp_path: Path) -> Any:
    """Return the name of a file that holds a content, or any text."""

    def written(value: Any) -> str:
        path = tmp_path / "content.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return str(path)

    return written


def send(*arguments: str, to: tuple[str, ...] = ("35988001234",)) -> dict[str, Any]:
    out = StringIO()
    call_command("send", "--integration", "acme", *arguments, "--to", *to, stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: str, to: tuple[str, ...] = ("35988001234",)) -> list[str]:
    """Return the paths of what a call complains about."""
    errors = StringIO()
    with pytest.raises(SystemExit) as raised:
        call_command("send", "--integration", "acme", *arguments, "--to", *to, stderr=errors)
    assert raised.value.code == 2
    return [line.partition(": ")[0] for line in errors.getvalue().splitlines()]


TEMPLATE = ("--template", "t-1")
GOOD = (*TEMPLATE, "--field", "name=Ana")


@pytest.mark.parametrize(
    ("arguments", "to", "path"),
    [
        (GOOD, ("",), "recipients"),
        (GOOD, (" ", ","), "recipients"),
        (GOOD, ("5535abc",), "numbers.0"),
        (GOOD, ("35988001234", "1234567"), "numbers.1"),
        (GOOD, ("1" * 20,), "numbers.0"),
        (GOOD, ("00988001234",), "numbers.0"),
        (GOOD, ("20988001234",), "numbers.0"),
        (("--template", ""), ("35988001234",), "template"),
        (("--template", "t 1"), ("35988001234",), "template"),
        (("--template", "x" * 300), ("35988001234",), "template"),
        (("--template", "t-2"), ("35988001234",), "template"),
        ((), ("35988001234",), "content.type"),
        (TEMPLATE, ("35988001234",), "fields.name"),
        ((*TEMPLATE, "--field", "name"), ("35988001234",), "fields"),
        ((*TEMPLATE, "--field", "name="), ("35988001234",), "fields.name"),
        ((*GOOD, "--field", "x=y"), ("35988001234",), "fields.x"),
        ((*TEMPLATE, "--field", "name={{1}}"), ("35988001234",), "fields.name"),
        ((*TEMPLATE, "--field", "name=" + "x" * 5000), ("35988001234",), "fields.name"),
        ((*TEMPLATE, "--field", "name=a\x00"), ("35988001234",), "fields.name"),
        ((*TEMPLATE, "--field", "name=a\udcff"), ("35988001234",), "fields.name"),
        ((*TEMPLATE, "--field", "name=\u200b"), ("35988001234",), "fields.name"),
        ((*GOOD, "--inactivity-minutes", "-1"), ("35988001234",), "inactivity_minutes"),
        ((*GOOD, "--inactivity-minutes", "1000000000"), ("35988001234",), "inactivity_minutes"),
        ((*GOOD, "--context", "x"), ("35988001234",), "context"),
        ((*GOOD, "--context", "a=" + "x" * 100_000), ("35988001234",), "context"),
        ((*GOOD, "--context", "=x"), ("35988001234",), "context."),
        ((*GOOD, "--external-id-prefix", "a b"), ("35988001234",), "external_id_prefix"),
        ((*GOOD, "--external-id-prefix", "x" * 17), ("35988001234",), "external_id_prefix"),
    ],
)
def test_fault_is_reported_at_its_path_and_nothing_is_saved(
    arguments: tuple[str, ...], to: tuple[str, ...], path: str
) -> None:
    assert refused(*arguments, to=to) == [path]
    assert nothing_saved()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("", "content"),
        ("{", "content"),
        ("[" * 100_000, "content"),
        ("[]", "content.type"),
        ("null", "content.type"),
        ({"type": "carousel"}, "content.type"),
        ({"contents": [LOCATION, LOCATION]}, "content.type"),
        ({"type": "button", "body": "x", "buttons": []}, "content.buttons"),
        ({"type": "list", "body": "x", "button": "y"}, "content.sections"),
        (LOCATION | {"latitude": 91}, "content.latitude"),
        ('{"type": "location", "latitude": NaN, "longitude": 0}', "content.latitude"),
        ('{"type": "location", "latitude": 1e400, "longitude": 0}', "content.latitude"),
        ('{"type": "location", "latitude": 1, "longitude": 2, "latitude": 3}', "content.latitude"),
        ('{"type": "location", "latitude": 1, "type": "location"}', "content.type"),
        (LOCATION | {"latitude": 10**400}, "content.latitude"),
        ({"type": "button", "body": "x", "buttons": [{}] * 2_000}, "content"),
        (LOCATION | {"name": "a\ud800"}, "content.name"),
        (FILE | {"fileUrl": "http://a.com/b"}, "content.fileUrl"),
        (FILE | {"fileUrl": "https://127.1/"}, "content.fileUrl"),
        (FILE | {"fileUrl": "https://a.com:22/"}, "content.fileUrl"),
        (FILE | {"fileMimeType": "image/gif"}, "content.fileMimeType"),
        (FILE | {"fileSize": "101 MB"}, "content.fileSize"),
    ],
)
def test_invalid_content_is_reported_at_its_path_and_nothing_is_saved(
    content: Any, value: Any, path: str
) -> None:
    assert refused("--content", content(value)) == [path]
    assert nothing_saved()


def test_unreadable_file_is_reported_at_content(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    assert refused("--content", str(tmp_path / "missing")) == ["content"]
    assert refused("--content", str(tmp_path / "binary")) == ["content"]


def test_template_and_content_together_are_refused(content: Any) -> None:
    assert refused(*GOOD, "--content", content(LOCATION)) == ["content"]
    assert nothing_saved()


def test_unknown_integration_is_refused() -> None:
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("send", "--integration", "nobody", *GOOD, "--to", "35988001234", stderr=errors)

    assert errors.getvalue().startswith("integration: ")


def test_shared_slug_is_refused() -> None:
    an_integration(slug="acme", remote_id="2")

    assert refused(*GOOD) == ["integration"]


def test_minutes_must_be_a_whole_number() -> None:
    with pytest.raises(CommandError):
        send(*GOOD, "--inactivity-minutes", "1.5")

    assert nothing_saved()


def test_all_problems_are_reported_at_once() -> None:
    assert set(refused(*TEMPLATE, "--context", "=x", to=("1",))) == {"fields.name", "context.", "numbers.0"}


@pytest.mark.parametrize("number", ["35988001234", "(35) 9 8800-1234", "+55 35 98800-1234"])
def test_usual_spellings_are_sent_as_one_number(number: str) -> None:
    send(*GOOD, to=(number,))

    assert json.loads(Message.objects.get().payload)["destination"] == "35988001234"


def test_two_spellings_are_one_message_and_one_duplicate() -> None:
    report = send(*GOOD, to=("3588001234", "35988001234"))

    assert (report["planned"], report["duplicates"]) == (1, ["35988001234"])
    assert Message.objects.count() == 1


def test_landline_is_only_warned_about() -> None:
    report = send(*GOOD, to=("553532215555",))

    assert (report["planned"], len(report["warnings"])) == (1, 1)


def test_send_to_nobody_is_refused() -> None:
    a_recipient(phone="+5535988001234", opted_out_at="2026-11-01T00:00:00Z")

    assert refused(*GOOD) == ["recipients"]
    assert nothing_saved()


def test_dry_run_saves_nothing() -> None:
    report = send(*GOOD, "--dry-run")

    assert (report["campaign"], report["planned"]) == (None, 1)
    assert nothing_saved()


def test_whole_request_body_is_accepted_as_content(content: Any) -> None:
    send("--content", content({"destination": "11999999999", "contents": [LOCATION]}))

    assert Campaign.objects.get().content == LOCATION
