"""`manage.py send`: one JSON object, or exit status 2 and nothing saved."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from outbound import failpoints
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Integration, Message
from outbound.sending.planning import launch, launch_lease, launcher, message_rows
from tests.builders import a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parents[2] / "fixtures" / "zenvia"
NUMBER = "35988001234"


@pytest.fixture
def integration() -> Integration:
    template = a_template(template_id="billing", body="Hello {{name}}.")
    template.adopt_placeholders()
    return an_integration(slug="acme", remote_id="1")


def send(*arguments: str, to: str | None = NUMBER) -> dict[str, Any]:
    out = io.StringIO()
    call_command("send", "--integration", "acme", *_to(to), *arguments, stdout=out)
    return json.loads(out.getvalue())


def refused(*arguments: str, to: str | None = NUMBER) -> list[str]:
    """Return the standard error of a call that must end with status 2 and save nothing."""
    errors = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("send", "--integration", "acme", *_to(to), *arguments, stderr=errors)
    assert ended.value.code == 2
    assert (Campaign.objects.count(), Message.objects.count()) == (0, 0)
    return errors.getvalue().splitlines()


def _to(number: str | None) -> tuple[str, ...]:
    return ("--to", number) if number else ()


TEMPLATE = ("--template", "billing", "--field", "name=Maria")


def test_it_prints_the_plan(integration: Integration) -> None:
    report = send(*TEMPLATE)

    assert report == {
        "campaign": Campaign.objects.get().pk,
        "planned": 1,
        "skipped": [],
        "duplicates": [],
        "warnings": [],
    }


def test_it_queues_the_documented_body(integration: Integration) -> None:
    send(
        *TEMPLATE, "--external-id-prefix", "meu_id", "--inactivity-minutes", "5", "--context", "city=Itajubá"
    )

    message = Message.objects.get()
    assert message.status == MessageStatus.QUEUED
    assert json.loads(message.payload) == {
        "destination": NUMBER,
        "templateId": "billing",
        "fields": {"name": "Maria"},
        "context": {"city": "Itajubá"},
        "inactivityTime": 5,
        "externalId": message.external_id,
    }


def test_skipped_person_is_listed_with_the_reason(integration: Integration) -> None:
    person = a_recipient(opted_out_at=timezone.now())

    report = send(*TEMPLATE, to=f"{NUMBER},{person.phone}")

    assert report["planned"] == 1
    assert report["skipped"] == [{"number": person.phone, "reason": "opted_out", "detail": ""}]


def test_repeated_number_is_listed(integration: Integration) -> None:
    report = send(*TEMPLATE, to=f"{NUMBER},(35) 98800-1234")

    assert report["duplicates"] == ["(35) 98800-1234"]
    assert Message.objects.count() == 1


def test_dry_run_prints_the_plan_and_saves_nothing(integration: Integration) -> None:
    report = send(*TEMPLATE, "--dry-run")

    assert (report["campaign"], report["planned"]) == (None, 1)
    assert (Campaign.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "to", "path"),
    [
        (TEMPLATE, "5535abc", "numbers.0"),
        ((), NUMBER, "content.type"),
        (("--template", "unknown"), NUMBER, "template"),
        (("--template", "billing"), NUMBER, "fields.name"),
        ((*TEMPLATE, "--field", "other=1"), NUMBER, "fields.other"),
        ((*TEMPLATE, "--field", "broken"), NUMBER, "fields"),
        ((*TEMPLATE, "--context", "broken"), NUMBER, "context"),
        ((*TEMPLATE, "--inactivity-minutes", "-1"), NUMBER, "inactivity_minutes"),
        ((*TEMPLATE, "--external-id-prefix", "a b"), NUMBER, "external_id_prefix"),
        (("--content", "/no/such/file"), NUMBER, "content"),
        ((*TEMPLATE, "--content", str(GOLDEN / "location.json")), NUMBER, "content"),
    ],
)
def test_invalid_input_is_refused_with_its_path(
    integration: Integration, arguments: tuple[str, ...], to: str, path: str
) -> None:
    lines = refused(*arguments, to=to)

    assert path in [line.split(": ")[0] for line in lines]


def test_all_problems_are_reported_at_once(integration: Integration) -> None:
    lines = refused("--template", "billing", "--inactivity-minutes", "-1", to="12")

    assert {line.split(": ")[0] for line in lines} == {"fields.name", "inactivity_minutes", "numbers.0"}


def test_nothing_is_saved_when_nobody_can_get_it(integration: Integration) -> None:
    person = a_recipient(opted_out_at=timezone.now())

    lines = refused(*TEMPLATE, to=person.phone)

    assert [line.split(": ")[0] for line in lines] == ["recipients"]


@pytest.mark.parametrize("name", ["button", "file", "list", "location"])
def test_whole_request_body_is_accepted_as_content(integration: Integration, name: str) -> None:
    example = json.loads((GOLDEN / f"{name}.json").read_text())

    report = send("--content", str(GOLDEN / f"{name}.json"))

    assert report["planned"] == 1
    assert len(report["warnings"]) >= 1
    assert json.loads(Message.objects.get().payload)["contents"] == example["contents"]


def test_content_is_read_from_standard_input(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"type": "location", "latitude": -22.4, "longitude": -45.4}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(content)))

    send("--content", "-")

    assert json.loads(Message.objects.get().payload)["contents"] == [content]


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", '"text"', "null", "1"])
def test_invalid_content_is_refused(
    integration: Integration, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    lines = refused("--content", "-")

    assert lines[0].startswith("content")


def test_unknown_integration_is_refused() -> None:
    assert refused(*TEMPLATE)[0].startswith("integration: ")


def test_shared_slug_requires_the_id(integration: Integration) -> None:
    an_integration(slug="acme", remote_id="2")

    (line,) = refused(*TEMPLATE)

    assert line.startswith("integration: ")
    assert "acme/1, acme/2" in line


def test_slug_and_id_name_one_of_several(integration: Integration) -> None:
    an_integration(slug="acme", remote_id="2")
    out = io.StringIO()

    call_command("send", "--integration", "acme/1", "--to", NUMBER, *TEMPLATE, stdout=out)

    assert Message.objects.get().integration == integration


def many(count: int) -> list[str]:
    return [f"119{number:04}5{number:03}" for number in range(count)]


def test_large_send_is_launched_before_the_command_ends(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LARGE", 2)

    report = send(*TEMPLATE, "--to", *many(3), to=None)

    assert report["planned"] == 3
    assert Campaign.objects.get().status == CampaignStatus.RUNNING
    assert Message.objects.count() == 3


def test_failed_large_send_leaves_nothing(integration: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LARGE", 2)
    monkeypatch.setattr(message_rows.gateway, "add_external_id", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        send(*TEMPLATE, "--to", *many(3), to=None)

    assert (Campaign.objects.count(), Message.objects.count()) == (0, 0)


def test_stopped_large_send_becomes_a_draft(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LARGE", 2)
    monkeypatch.setattr(failpoints, "reach", lambda _name: stop_it())

    with translation.override("en"), pytest.raises(CommandError, match="stopped"):
        send(*TEMPLATE, "--to", *many(3), to=None)
    monkeypatch.undo()
    launcher.carry_out_next()

    assert Campaign.objects.get().is_draft
    assert not Message.objects.exists()


def stop_it() -> None:
    launch_lease.stop(Campaign.objects.get(), reason="Stopped", by=None, now=timezone.now())
