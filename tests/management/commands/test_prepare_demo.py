"""`manage.py prepare_demo`: repeatable, with a new password each time, never in production."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from outbound.management import demo
from outbound.models import Integration, Recipient, Template, TemplateField, WebhookEvent, WebhookKey
from outbound.webhooks import secrets

pytestmark = pytest.mark.django_db


def prepare(*arguments: str) -> str:
    """Run the command and return the password it prints."""
    out = io.StringIO()
    call_command("prepare_demo", *arguments, stdout=out)
    found = re.search(r"Password +(\S+)", out.getvalue())
    assert found
    return found[1]


def counts() -> list[int]:
    return [model.objects.count() for model in (Integration, Template, TemplateField, Recipient, User)]


def test_second_run_adds_nothing() -> None:
    prepare()
    before = counts()

    prepare()

    assert counts() == before
    assert all(before)


def test_each_run_sets_a_new_password() -> None:
    first, second = prepare(), prepare()

    assert first != second
    assert authenticate(username=demo.USERNAME, password=first) is None
    assert authenticate(username=demo.USERNAME, password=second) is not None


def test_changes_by_people_are_kept() -> None:
    prepare()
    Template.objects.filter(template_id="boas-vindas").update(name="Minha")
    token = Integration.objects.get().token.reveal()

    prepare()

    assert Template.objects.get(template_id="boas-vindas").name == "Minha"
    assert Integration.objects.get().token.reveal() == token


def test_integration_follows_the_sandbox_port() -> None:
    prepare("--sandbox-port", "8001")

    prepare("--sandbox-port", "8002")

    assert Integration.objects.get().base_url == "http://127.0.0.1:8002/zenvia"


def test_integration_with_another_address_is_unchanged() -> None:
    prepare()
    Integration.objects.update(base_url="https://gateway.example/zenvia")

    prepare("--sandbox-port", "8002")

    assert Integration.objects.get().base_url == "https://gateway.example/zenvia"


def test_it_refuses_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        prepare()

    assert counts() == [0, 0, 0, 0, 0]


@pytest.fixture
def callback_file(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "sandbox" / "callback.json"


def secret_in(path: Path) -> str:
    return json.loads(path.read_text())["url"].rstrip("/").rpartition("/")[2]


def test_webhook_address_is_written_for_the_sandbox(callback_file: Path, client: Client) -> None:
    prepare("--port", "8123")

    integration = Integration.objects.get()
    url = urlsplit(json.loads(callback_file.read_text())["url"])
    assert url.netloc == "127.0.0.1:8123"
    assert callback_file.stat().st_mode & 0o777 == 0o600
    assert client.post(url.path, b"{}", content_type="application/json").status_code == 200
    assert WebhookEvent.objects.get().integration == integration


def test_events_of_the_demo_are_accepted_from_this_machine(callback_file: Path, client: Client) -> None:
    prepare()

    client.post(urlsplit(json.loads(callback_file.read_text())["url"]).path, b"{}", content_type="text/plain")

    assert not WebhookEvent.objects.get().is_foreign


def test_changed_port_keeps_the_secret(callback_file: Path) -> None:
    prepare("--port", "8000")
    secret = secret_in(callback_file)

    prepare("--port", "9000")

    assert secret_in(callback_file) == secret
    assert ":9000/" in callback_file.read_text()
    assert WebhookKey.objects.count() == 1


def test_header_in_the_file_is_kept(callback_file: Path) -> None:
    prepare()
    said = json.loads(callback_file.read_text())
    callback_file.write_text(json.dumps({**said, "header": "mine"}))

    prepare()

    assert json.loads(callback_file.read_text()) == {**said, "header": "mine"}


@pytest.mark.parametrize("spoiled", ["", "[]", '{"url": "http://127.0.0.1:8000/hooks/zenvia/1/other/"}'])
def test_invalid_file_gets_a_new_secret(callback_file: Path, spoiled: str) -> None:
    prepare()
    old = secret_in(callback_file)
    callback_file.write_text(spoiled)

    prepare()

    new = secret_in(callback_file)
    assert new not in (old, "other")
    assert secrets.is_valid(Integration.objects.get(), new)


def test_expired_secret_is_replaced(callback_file: Path) -> None:
    prepare()
    old = secret_in(callback_file)
    WebhookKey.objects.update(expires_at=timezone.now())

    prepare()

    assert secret_in(callback_file) != old


def test_integration_with_another_address_keeps_its_webhook(callback_file: Path) -> None:
    prepare()
    callback_file.unlink()
    Integration.objects.update(base_url="https://gateway.example/zenvia")

    prepare()

    assert not callback_file.exists()
    assert WebhookKey.objects.count() == 1
