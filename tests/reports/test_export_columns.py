"""An export has the right columns and reads its rows in batches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Message
from outbound.phones import Phone
from outbound.reports import export_columns
from tests.builders import a_campaign, a_message, a_recipient, a_template, an_integration

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 15, tzinfo=UTC)


def exported(language: str = "en") -> list[list[Any]]:
    return list(export_columns.rows(Message.objects.all(), language))


def test_columns_match_their_headings() -> None:
    integration = an_integration(name="Main")
    campaign = a_campaign(title="Spring", integration=integration, template=a_template(name="Welcome"))
    old = a_message(integration=integration, external_id="old-1")
    a_message(
        campaign=campaign,
        integration=integration,
        recipient=a_recipient(phone="+5535988001234", name="Ana"),
        status=MessageStatus.UNDELIVERED,
        reason=Reason.NOT_DELIVERED,
        failure_code="131026",
        created_at=NOON,
        status_changed_at=NOON,
        attempt_count=2,
        external_id="new-1",
        gateway_message_id="17",
        gateway_contact_id="18",
        resend_of=old,
    )

    newest, _old = exported()

    assert newest == [
        "Spring",
        "Welcome",
        "Main",
        Phone("+5535988001234", "+5535988001234"),
        "Ana",
        "Not delivered",
        "The number cannot be reached on WhatsApp",
        "131026",
        NOON,
        NOON,
        2,
        "new-1",
        "17",
        "18",
        "old-1",
    ]
    assert len(newest) == len(export_columns.HEADERS)


def test_unknown_value_is_empty() -> None:
    message = a_message(status=MessageStatus.SKIPPED, reason=Reason.OPTED_OUT)
    Message.objects.update(recipient=None)

    [row] = exported()

    assert row[0] == f"Send {message.campaign_id}"
    assert [row[1], row[4], row[11], row[14]] == ["", "", "", ""]


def test_text_is_in_the_readers_language() -> None:
    a_message(status=MessageStatus.QUEUED)

    assert (exported("en")[0][5], exported("pt-br")[0][5]) == ("Queued", "Na fila")


def test_each_row_is_read_once_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_columns, "BATCH_SIZE", 3)
    integration = an_integration()
    campaign = a_campaign(integration=integration)
    phones = [a_message(campaign=campaign, integration=integration).phone for _number in range(8)]

    with CaptureQueriesContext(connection) as asked:
        rows = exported()

    assert [row[3].e164 for row in rows] == phones[::-1]
    assert len(asked) == 4
    assert "OFFSET" not in " ".join(query["sql"] for query in asked)


def test_message_queued_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_columns, "BATCH_SIZE", 1)
    a_message(), a_message()
    rows = export_columns.rows(Message.objects.all(), "en")

    read = [next(rows)]
    a_message()

    assert len([*read, *rows]) == 2
