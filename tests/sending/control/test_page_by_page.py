"""Cancelling and resolving many messages page by page, with kills between two pages."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound import failpoints
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.reports import campaign_counts
from outbound.sending.control import campaigns, unconfirmed
from outbound.sending.control.unconfirmed import resolve
from outbound.sending.engine import recover
from tests.builders import an_integration, an_operator
from tests.sending.control.test_unconfirmed import unconfirmed_messages
from tests.sending.planning.launches import killed_at
from tests.sending.steps import a_launched, claimed, later, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recover, "QUEUED_BATCH_SIZE", 2)
    monkeypatch.setattr(unconfirmed, "BATCH_SIZE", 2)


def cancelled(campaign: Campaign) -> int | None:
    return campaigns.cancel(campaign, reason="Wrong price", by=None, now=timezone.now())


def test_cancel_ends_all_waiting_messages_and_returns_their_count() -> None:
    campaign = a_launched(5)

    assert cancelled(campaign) == 5

    assert statuses() == {MessageStatus.CANCELLED: 5}


def test_cancel_updates_page_by_page() -> None:
    campaign = a_launched(5)

    with CaptureQueriesContext(connection) as asked:
        cancelled(campaign)

    asked_for = [one["sql"] for one in asked.captured_queries]
    assert sum(sql.startswith('UPDATE "outbound_message"') for sql in asked_for) == 3


@pytest.mark.parametrize("pages", [1, 2])
def test_killed_cancel_is_finished_by_a_sender(pages: int) -> None:
    campaign = a_launched(5)
    with killed_at(failpoints.QUEUED_SETTLED, pages):
        cancelled(campaign)

    rows = campaign_counts.count_statuses(campaign.messages.all())
    assert (rows.planned, rows.cancelled, rows.waiting) == (5, 2 * pages, 5 - 2 * pages)
    assert claimed() == []

    assert recover.tidy(timezone.now()) == 5 - 2 * pages
    assert statuses() == {MessageStatus.CANCELLED: 5}


def test_all_sends_of_an_integration_stop_before_their_first_message_is_cancelled() -> None:
    integration = an_integration()
    sends = [a_launched(3, integration=integration) for _number in range(2)]
    with killed_at(failpoints.QUEUED_SETTLED):
        campaigns.cancel_waiting(integration, reason="", by=None, now=timezone.now())

    assert set(Campaign.objects.values_list("status", flat=True)) == {CampaignStatus.CANCELLED}
    assert claimed() == []
    assert recover.tidy(timezone.now()) == 3 * len(sends) - 2


def test_sender_stops_tidying_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    a_launched(5, not_after=later(minutes=1))
    monkeypatch.setattr(recover, "TIDY_SECONDS", 0)

    assert recover.tidy(later(minutes=2)) == 0

    monkeypatch.setattr(recover, "TIDY_SECONDS", 60)
    assert recover.tidy(later(minutes=2)) == 5


def test_resolving_many_messages_is_one_log_entry() -> None:
    pks = unconfirmed_messages(5)

    assert resolve(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now()) == 5

    entry = LogEntry.objects.get_for_model(Message).get()
    assert entry.additional_data["ids"] == pks


def test_interrupted_resolving_logs_the_resolved_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    pks, real = unconfirmed_messages(5), unconfirmed._resolve_batch
    pages = iter([real, real])
    monkeypatch.setattr(unconfirmed, "_resolve_batch", lambda *arguments: next(pages)(*arguments))

    with pytest.raises(StopIteration):
        resolve(pks, as_sent=True, reason="Seen", by=an_operator(), now=timezone.now())

    decided = Message.objects.filter(status=MessageStatus.ASSUMED_SENT).order_by("pk")
    entry = LogEntry.objects.get_for_model(Message).get()
    assert entry.additional_data["ids"] == list(decided.values_list("pk", flat=True)) == pks[:4]
