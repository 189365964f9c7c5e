"""`manage.py send_due`: the loop of the worker, once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import override

from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Message
from outbound.sandbox.http import server
from tests.builders import an_integration
from tests.sending.steps import a_launched

pytestmark = pytest.mark.django_db


def send_due(*arguments: str) -> str:
    out = io.StringIO()
    with override("en"):
        call_command("send_due", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_sends_due_messages_and_prints_the_count(tmp_path: Path) -> None:
    gateway = server.start(ledger_path=tmp_path / "ledger.jsonl")
    a_launched(people=3, integration=an_integration(base_url=f"http://127.0.0.1:{gateway.port}/zenvia"))

    said = send_due()

    gateway.stop()
    assert said == "3 requests made."
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.ACCEPTED}


def test_it_returns_when_nothing_is_due() -> None:
    a_launched()
    Campaign.objects.update(status="paused")

    assert send_due() == "0 requests made."


def test_without_time_it_claims_nothing() -> None:
    a_launched()

    assert send_due("--seconds", "0") == "0 requests made."
    assert Message.objects.get().status == MessageStatus.QUEUED
