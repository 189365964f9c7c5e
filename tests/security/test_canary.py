"""A token appears in no table, page, log, audit entry, fixture or error page."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from outbound.lifecycle import CampaignKind
from outbound.models import Campaign, Integration
from outbound.sandbox.http.server import start
from outbound.sending.engine.sender import Sender
from outbound.sending.planning.launch import launch
from tests.builders import a_recipient, a_template, an_operator
from tests.security.pages import every_page

CANARY = "canary-7f3e9b1c5d2a4e6f8b0c-9z8y"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any library says at DEBUG."""
    heard = io.StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield heard
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def integration(transactional_db: None, client: Client, tmp_path: Path) -> Iterator[Integration]:
    """An integration whose token came in through the page, and that has sent, been refused and stopped."""
    gateway = start(port=0, ledger_path=tmp_path / "ledger.jsonl")
    client.force_login(an_operator(is_superuser=True))
    form = {"name": "Canary", "slug": "canary", "remote_id": "1", "number_format": "national"}
    form |= {"webhook_addresses": "log", "window_policy": "ask"}
    address = {"base_url": f"http://127.0.0.1:{gateway.port}/zenvia", "token": "another-token-0123456789"}
    client.post("/admin/outbound/integration/add/", form | address)
    integration = Integration.objects.get()
    client.post(f"/admin/outbound/integration/{integration.pk}/token/", {"token": CANARY})
    send(integration, "35988001234\n35988000400\n35988000602\n35988000401")
    yield Integration.objects.get()
    gateway.stop()


def send(integration: Integration, numbers: str) -> None:
    campaign = Campaign.objects.create(
        kind=CampaignKind.TEMPLATE, integration=integration, template=a_template(body="Hi"), numbers=numbers
    )
    launch(campaign, by=None, now=timezone.now())
    Sender(seconds=20, slots=4, linger=False).run()


def test_no_page_shows_the_token(integration: Integration, client: Client) -> None:
    a_recipient()

    shown = {address: client.get(address, follow=True).content.decode() for address in every_page()}

    assert len(shown) > 40
    assert [address for address, html in shown.items() if CANARY in html] == []


def test_no_log_line_holds_the_token(log: io.StringIO, integration: Integration, client: Client) -> None:
    client.get(f"/admin/outbound/integration/{integration.pk}/change/")

    assert "urllib3" in log.getvalue() or len(log.getvalue()) > 100
    assert CANARY not in log.getvalue()


def test_audit_log_says_that_the_token_was_replaced_without_showing_it(integration: Integration) -> None:
    entries = [f"{one.changes} {one.additional_data} {one.object_repr}" for one in LogEntry.objects.all()]

    assert any("Token replaced" in entry for entry in entries)
    assert not any(CANARY in entry for entry in entries)


def test_no_table_holds_the_token(integration: Integration) -> None:
    tables = connection.introspection.table_names()

    with connection.cursor() as cursor:
        rows = [repr(cursor.execute(f'SELECT * FROM "{table}"') or cursor.fetchall()) for table in tables]

    assert not any(CANARY in row for row in rows)
    assert Integration.objects.get().token.reveal() == CANARY


def test_no_fixture_holds_the_token(integration: Integration) -> None:
    out = io.StringIO()

    call_command("dumpdata", "outbound", stdout=out)

    assert "Canary" in out.getvalue()
    assert CANARY not in out.getvalue()
    assert Integration.objects.get().token.stored not in out.getvalue()


def test_ledger_holds_no_token(integration: Integration, tmp_path: Path) -> None:
    ledger = (tmp_path / "ledger.jsonl").read_text()

    assert "35988001234" in ledger
    assert CANARY not in ledger


@pytest.mark.parametrize("debug", [True, False])
def test_error_page_does_not_show_the_token(
    integration: Integration, client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, debug: bool
) -> None:
    settings.DEBUG = debug
    client.raise_request_exception = False
    monkeypatch.setattr(Integration, "save", _fail)

    response = client.post(f"/admin/outbound/integration/{integration.pk}/token/", {"token": f"{CANARY}-new"})

    assert response.status_code == 500
    assert CANARY not in response.content.decode()


def _fail(*_args: Any, **_kwargs: Any) -> None:
    raise RuntimeError("provoked")
