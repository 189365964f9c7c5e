"""The home page: key figures, alerts and first steps."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from outbound.lifecycle import EventState, IntegrationStatus, MessageStatus
from outbound.models import Campaign, Integration, Message, WebhookEvent, WebhookKey
from outbound.reports import daily_counts
from outbound.sending import heartbeat
from tests.builders import a_campaign, a_message, a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(an_operator(is_superuser=True))
    return client


def text(client: Client) -> str:
    """Return the text of the main part of the page."""
    page = client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def messages(count: int, status: MessageStatus, integration: Integration, **values: object) -> None:
    campaign = Campaign.objects.filter(integration=integration).first() or a_campaign(
        integration=integration, status="running", launched_at=timezone.now()
    )
    for _number in range(count):
        a_message(campaign=campaign, integration=integration, status=status, **values)


def an_event(integration: Integration, number: int = 0, **values: object) -> None:
    defaults = {"received_at": timezone.now(), "body": b"{}", "digest": f"digest {number}"}
    WebhookEvent.objects.create(integration=integration, **(defaults | values))


def test_key_figures_count_the_messages(operator: Client) -> None:
    integration = an_integration()
    for count, status in [
        (2, MessageStatus.QUEUED),
        (1, MessageStatus.ACCEPTED),
        (1, MessageStatus.UNDELIVERED),
        (4, MessageStatus.DELIVERED),
        (2, MessageStatus.READ),
        (3, MessageStatus.REFUSED),
    ]:
        messages(count, status, integration)

    said = text(operator)

    assert "Waiting 2 " in said
    assert "Sent today 8 of 13 queued today" in said
    assert "Delivered 75% 6 of 8" in said
    assert "Read 25% 2 of 8" in said
    assert "Did not arrive 4 3 refused 1 not delivered" in said
    assert "In doubt 0" in said
    assert "1 accepted without an event" in said


def test_messages_of_yesterday_count_only_while_open(operator: Client) -> None:
    integration, yesterday = an_integration(), timezone.localtime() - timedelta(days=1)
    for status in (MessageStatus.READ, MessageStatus.QUEUED, MessageStatus.UNCONFIRMED):
        messages(1, status, integration, created_at=yesterday)

    said = text(operator)

    assert "Waiting 1 " in said
    assert "Sent today 0" in said
    assert "In doubt 1 They may have gone out." in said
    assert "No message was queued today." in said


def test_chart_has_a_text_for_each_hour(operator: Client) -> None:
    messages(3, MessageStatus.READ, an_integration())
    hour = timezone.localtime().hour

    page = operator.get("/admin/", headers={"Accept-Language": "en"}).content.decode()

    assert f"<title>{hour}h: 3 messages · Delivered or read: 3</title>" in page
    assert f'<tr><th scope="row">{hour}h</th><td>3</td></tr>' in page


def test_many_messages_are_shown_as_last_counted_by_the_worker(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_counts, "MAX_LIVE", 1)
    messages(3, MessageStatus.READ, an_integration())

    assert "the worker has not counted them yet" in text(operator)

    now = timezone.localtime()
    daily_counts.recount(now.date(), now)

    assert f"As of {now:%H:%M:%S}." in text(operator)
    assert "Sent today 3" in text(operator)


def test_first_steps_include_the_webhook(operator: Client) -> None:
    integration = an_integration()
    a_template()
    a_recipient()

    assert text(operator).count(" done") == 3
    WebhookKey.objects.create(integration=integration, digest="d", hint="abcd", created_at=timezone.now())

    assert text(operator).count(" done") == 4


def test_silent_webhook_is_an_alert_with_advice(operator: Client) -> None:
    now = timezone.now()
    integration = an_integration(name="Acme", last_event_at=now - timedelta(minutes=31))
    messages(20, MessageStatus.ACCEPTED, integration, status_changed_at=now - timedelta(minutes=40))

    assert "Acme: 20 accepted in the last hour and not one event for 30 minutes." in text(operator)


@pytest.mark.parametrize(
    ("count", "accepted_minutes_ago", "heard_minutes_ago"),
    [(19, 40, 31), (20, 40, 29), (20, 61, 90), (20, 10, 300)],
    ids=["too few", "heard lately", "not of the last hour", "accepted a moment ago"],
)
def test_possibly_working_webhook_is_no_alert(
    operator: Client, count: int, accepted_minutes_ago: int, heard_minutes_ago: int
) -> None:
    integration = an_integration(last_event_at=ago(heard_minutes_ago))
    messages(count, MessageStatus.ACCEPTED, integration, status_changed_at=ago(accepted_minutes_ago))

    assert "accepted in the last hour" not in text(operator)


def test_missing_webhook_is_an_alert(operator: Client) -> None:
    messages(20, MessageStatus.ACCEPTED, an_integration(), status_changed_at=ago(40))

    assert "no webhook is connected" in text(operator)


def test_overdue_events_are_an_alert_that_names_the_worker(operator: Client) -> None:
    integration = an_integration()
    an_event(integration, received_at=ago(2), due_at=ago(2))

    assert "1 event waits, since" in text(operator)
    assert "nobody has ever taken events in. Start the worker." in text(operator)

    heartbeat.beat(timezone.now(), heartbeat.INTAKE)

    assert "They are being taken in" in text(operator)


def test_event_waiting_for_its_message_is_not_overdue(operator: Client) -> None:
    later = timezone.now() + timedelta(hours=1)
    an_event(an_integration(), received_at=ago(60), due_at=later, state=EventState.WAITING)

    assert "event waits" not in text(operator)


def test_unknown_and_unreadable_events_are_counted(operator: Client) -> None:
    integration = an_integration()
    for number in range(2):
        an_event(integration, number, state=EventState.UNKNOWN, word="expired")
    an_event(integration, 2, state=EventState.UNREADABLE)
    an_event(integration, 3, state=EventState.UNREADABLE, received_at=ago(25 * 60))

    said = text(operator)

    assert "2 events say a word that the console does not know." in said
    assert "1 event of the last 24 hours could not be read or applied." in said


def test_integration_shows_its_last_event(operator: Client) -> None:
    an_integration(name="Acme", last_event_at=ago(2))

    assert "Last event 2 minutes ago" in text(operator)


def test_stopped_integration_is_an_alert_if_messages_wait_for_it(operator: Client) -> None:
    for name in ("Waited for", "Idle"):
        an_integration(name=name, status=IntegrationStatus.STOPPED)
    messages(1, MessageStatus.QUEUED, Integration.objects.get(name="Waited for"), due_at=timezone.now())

    said = text(operator)

    assert "Messages wait for Waited for, which is stopped." in said
    assert "Messages wait for Idle" not in said


@pytest.mark.parametrize("silence", [30, 90])
@pytest.mark.parametrize("moment", ["2018-02-17T23:00:30-03:00", "2018-11-04T01:00:30-02:00"])
def test_sender_silence_is_measured_across_clock_changes(client: Client, moment: str, silence: int) -> None:
    with time_machine.travel(moment):
        client.force_login(an_operator(is_superuser=True))
        messages(1, MessageStatus.QUEUED, an_integration(), due_at=ago(10))
        heartbeat.beat(ago(silence / 60))

        is_told = "nobody is sending them" in text(client)

    assert is_told == (silence > settings.SENDER_SILENCE_SECONDS)


def test_numbers_need_permission_to_view_messages(client: Client) -> None:
    client.force_login(an_operator("outbound.view_recipient"))
    messages(1, MessageStatus.UNCONFIRMED, an_integration())

    assert "In doubt" not in text(client)
    assert Message.objects.count() == 1


def ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)
