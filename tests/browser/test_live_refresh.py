"""Pages that refresh themselves, and the export of messages, in a browser."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Integration, Message, Template
from outbound.sending.planning.launch import launch
from tests.browser.conftest import send_what_is_due
from tests.tracking.events import a_status, processed

SOON = 12_000  # ms; the page looks every five seconds
FAILURE = {"channelErrorCode": "131026", "reason": "Message undeliverable"}


@pytest.fixture
def message(signed_in: Page, console: Integration) -> Message:
    """A message that was accepted just now."""
    campaign = Campaign.objects.create(
        kind="template",
        integration=console,
        template=Template.objects.get(name="Boas-vindas"),
        numbers="35988000200",
    )
    launch(campaign, by=None, now=timezone.now())
    send_what_is_due()
    return Message.objects.get(status=MessageStatus.ACCEPTED)


def post_event(message: Message, word: str, **values: Any) -> None:
    processed(message.integration, a_status(word, message.external_id, **values))


def test_accepted_message_turns_to_read_without_reload(
    signed_in: Page, live_server: Any, message: Message, violations: Callable[[Page], list[str]]
) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/message/{message.pk}/change/")
    state = signed_in.locator("#state .oc-badge")
    expect(state).to_contain_text("Accepted by Zenvia")

    post_event(message, "SENT"), post_event(message, "READ")

    expect(state).to_contain_text("Read", timeout=SOON)
    expect(signed_in.locator(".oc-timeline")).to_contain_text("Zenvia reported: Sent")
    expect(signed_in.locator("[data-live]")).to_have_count(0)
    assert violations(signed_in) == []


def test_failure_and_advice_appear_without_reload(
    signed_in: Page, live_server: Any, message: Message, violations: Callable[[Page], list[str]]
) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/message/{message.pk}/change/")

    post_event(message, "NOT_DELIVERED", cause=FAILURE)

    expect(signed_in.locator("#state .oc-badge")).to_contain_text("Not delivered", timeout=SOON)
    expect(signed_in.locator("#state .oc-notice")).to_contain_text("Check the number")
    assert violations(signed_in) == []


def test_campaign_page_counts_deliveries_without_reload(
    signed_in: Page, live_server: Any, message: Message, violations: Callable[[Page], list[str]]
) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/campaign/{message.campaign_id}/change/")
    expect(signed_in.locator("#progress")).to_contain_text("Accepted by Zenvia: 1")

    post_event(message, "DELIVERED")

    expect(signed_in.locator("#progress")).to_contain_text("Delivered: 1", timeout=SOON)
    assert violations(signed_in) == []
    signed_in.get_by_role("link", name="Delivered: 1").click()
    expect(signed_in.locator("#result_list")).to_contain_text("+55 35 98800-0200")


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
def test_message_list_is_exported(
    signed_in: Page,
    live_server: Any,
    message: Message,
    tmp_path: Path,
    violations: Callable[[Page], list[str]],
    kind: str,
) -> None:
    signed_in.goto(f"{live_server.url}/admin/outbound/message/?status__exact=accepted")
    assert violations(signed_in) == []
    signed_in.get_by_role("link", name=f"Export {kind}").click()
    expect(signed_in.locator("#content")).to_contain_text("1 message")
    assert violations(signed_in) == []

    with signed_in.expect_download() as saving:
        signed_in.get_by_role("button", name="Export").click()
    path = tmp_path / saving.value.suggested_filename
    saving.value.save_as(path)

    assert "55 35 98800-0200" in _numbers(path)[1]


def _numbers(path: Path) -> list[str]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[3] for row in csv.reader(file, delimiter=";")]
    return [str(row[3].value) for row in openpyxl.load_workbook(path).active.rows]
