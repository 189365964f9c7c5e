"""An audit entry names its author (a person, a command or the console) and a trusted address."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client

from console.accounts import audit as account_audit
from outbound import audit
from outbound.audit import Kind, Verb
from outbound.models import Campaign, Integration, Recipient
from tests.builders import a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db

COMMANDS = Path(__file__).parents[2] / "outbound" / "management" / "commands"
# What these do is the console's own, or no action at all.
NOT_LOGGED = {"sandbox", "send_due", "worker"}
ODD_HEADERS = [
    {"X-Forwarded-For": "not-an-ip"},
    {"X-Forwarded-For": "1.2.3.4, not-an-ip"},
    {"X-Forwarded-For": "1" * 300},
    {"X-Forwarded-For": "[::1"},
    {"X-Forwarded-Port": "99999999999999"},
    {"X-Forwarded-Port": "-5"},
    {"X-Correlation-Id": "x" * 4000},
]


def archived(client: Client, **headers: str) -> LogEntry:
    """Do something, and return its entry."""
    template = a_template()
    response = client.post(f"/admin/outbound/template/{template.pk}/archive/", headers=headers)
    assert response.status_code == 302
    return LogEntry.objects.get(object_id=template.pk, additional_data__text=Verb.TEMPLATE_ARCHIVED)


def send() -> None:
    an_integration(slug="acme")
    a_template(template_id="billing", body="Hi.")
    arguments = ["--integration", "acme", "--template", "billing", "--to", "35988001234", "35988001235"]
    call_command("send", *arguments, stdout=io.StringIO())


def rotate_token_keys() -> None:
    an_integration()
    an_integration()
    call_command("rotate_token_keys", stdout=io.StringIO())


def prepare_demo() -> None:
    call_command("prepare_demo", stdout=io.StringIO())


BY_COMMAND = {
    "send": (send, Verb.SEND_LAUNCHED, 2),
    "rotate_token_keys": (rotate_token_keys, Verb.TOKENS_REENCRYPTED, None),
    "prepare_demo": (prepare_demo, Verb.DEMO_PREPARED, None),
}


@pytest.mark.parametrize("headers", ODD_HEADERS, ids=str)
@pytest.mark.parametrize("behind_a_proxy", [False, True])
def test_odd_headers_neither_break_the_log_nor_forge_an_address(
    admin_client: Client, settings: LazySettings, headers: dict[str, str], behind_a_proxy: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind_a_proxy else None

    entry = archived(admin_client, **headers)

    is_read = behind_a_proxy and "X-Forwarded-For" in headers
    assert entry.remote_addr == (None if is_read else "127.0.0.1")


def test_address_behind_a_proxy_is_the_one_the_proxy_wrote(
    admin_client: Client, settings: LazySettings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    entry = archived(admin_client, **{"X-Forwarded-For": "6.6.6.6, 203.0.113.9:5678"})

    assert entry.remote_addr == "203.0.113.9"


def test_forwarded_address_is_ignored_without_a_proxy(admin_client: Client) -> None:
    assert archived(admin_client, **{"X-Forwarded-For": "6.6.6.6"}).remote_addr == "127.0.0.1"


def test_every_command_is_tried_or_listed_as_not_logged() -> None:
    there = {path.stem for path in COMMANDS.glob("*.py")} - {"__init__"}

    assert there == BY_COMMAND.keys() | NOT_LOGGED


@pytest.mark.parametrize("name", BY_COMMAND)
def test_command_leaves_one_entry_by_the_command_line(name: str) -> None:
    run, verb, people = BY_COMMAND[name]

    run()

    entry = LogEntry.objects.get()
    data = entry.additional_data
    assert (data["text"], data["by"], data["people"]) == (verb, Kind.COMMAND_LINE, people)
    assert (entry.actor, entry.remote_addr) == (None, None)
    assert data["author"]


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> Any:
    yield account_audit.record_account_commands
    account_audit.post_save.disconnect(sender=User, dispatch_uid="console.accounts.audit")


def test_account_created_on_the_command_line_is_logged(hearing: Any) -> None:
    hearing(["manage.py", "createsuperuser"])

    call_command("createsuperuser", username="ana", email="", interactive=False, stdout=io.StringIO())

    entry = LogEntry.objects.get()
    assert entry.additional_data["text"] == Verb.USER_CREATED
    assert entry.additional_data["by"] == Kind.COMMAND_LINE


@pytest.mark.parametrize("arguments", [["manage.py"], ["manage.py", "worker"], ["gunicorn"]])
def test_account_saved_by_another_process_is_not_logged(hearing: Any, arguments: list[str]) -> None:
    hearing(arguments)

    User.objects.create_user("ana")

    assert not LogEntry.objects.exists()


def test_entries_after_a_command_are_by_the_console() -> None:
    with audit.command_line():
        audit.record(a_recipient(), Verb.OPTED_OUT, None)

    audit.record(a_recipient(), Verb.OPTED_OUT_BY_WORD, None)

    assert LogEntry.objects.latest("pk").additional_data["by"] == Kind.CONSOLE


def test_secrets_are_left_out_of_changes() -> None:
    changes = {"token": ["a", "b"], "password": ["a", "b"], "webhook_header": ["a", "b"], "name": ["a", "b"]}

    audit.record(an_integration(), Verb.INTEGRATION_CHANGED, None, changes)

    assert LogEntry.objects.get().changes == {"name": ["a", "b"]}


@pytest.mark.parametrize(
    ("model", "action", "data", "told"),
    [
        (Recipient, 0, None, {"text": "Recipient created", "by": "person", "author": "Ana Souza (ana)"}),
        (Campaign, 2, None, {"text": "Draft discarded", "by": "person", "author": "Ana Souza (ana)"}),
        (
            Integration,
            1,
            {"text": "Token replaced"},
            {"text": "Token replaced", "by": "person", "author": "Ana Souza (ana)"},
        ),
    ],
)
def test_migration_adds_verb_and_author_to_older_entries(
    model: type, action: int, data: dict[str, str] | None, told: dict[str, str]
) -> None:
    ana = User.objects.create_user("ana", first_name="Ana", last_name="Souza")
    kind = ContentType.objects.get_for_model(model)
    old = {"object_pk": "1", "object_id": 1, "object_repr": "x", "action": action, "additional_data": data}
    entry = LogEntry.objects.create(content_type=kind, actor=ana, **old)
    migration = importlib.import_module("outbound.migrations.0009_audit_authors")

    migration.name_authors(apps, connection.schema_editor())

    entry.refresh_from_db()
    assert entry.additional_data == told


def test_migration_names_no_author_without_an_account() -> None:
    kind = ContentType.objects.get_for_model(Recipient)
    entry = LogEntry.objects.create(content_type=kind, object_pk="1", object_repr="x", action=1)
    migration = importlib.import_module("outbound.migrations.0009_audit_authors")

    migration.name_authors(apps, connection.schema_editor())

    entry.refresh_from_db()
    assert entry.additional_data == {"text": "Recipient changed"}
