"""The sign of life: the alarm speaks when work is due and nobody is at it, and at no other time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from outbound.lifecycle import CampaignStatus, IntegrationStatus
from outbound.models import Campaign, Heartbeat, Integration, Throttle, WebhookEvent
from outbound.sending import heartbeat
from tests.builders import a_campaign, a_message, an_integration
from tests.sending.steps import later
from tests.tracking.events import an_answer, arrived

pytestmark = pytest.mark.django_db

A_MINUTE = 61.0


def due_for(seconds: float = A_MINUTE) -> Campaign:
    """A running send, whose one message has been due for so long."""
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration())
    a_message(campaign=campaign, integration=campaign.integration, due_at=later(seconds=-seconds))
    return campaign


def test_nobody_has_ever_been_at_work() -> None:
    assert heartbeat.last_beat() is None


def test_a_beat_takes_the_place_of_the_one_before() -> None:
    first, second = later(seconds=-5), timezone.now()

    heartbeat.beat(first)
    heartbeat.beat(second)

    assert heartbeat.last_beat() == second
    assert Heartbeat.objects.count() == 1


def test_the_alarm_speaks_when_work_is_due_and_nobody_is_at_it() -> None:
    due_for()
    heartbeat.beat(later(seconds=-A_MINUTE))

    assert heartbeat.alarm(timezone.now())


def test_the_alarm_speaks_when_there_never_was_a_sender() -> None:
    due_for()

    assert heartbeat.alarm(timezone.now())


def test_a_sender_at_work_is_no_alarm_however_much_waits() -> None:
    due_for(seconds=3600)
    heartbeat.beat(later(seconds=-50))

    assert not heartbeat.alarm(timezone.now())


def test_a_sender_with_nothing_to_do_may_be_silent() -> None:
    heartbeat.beat(later(hours=-1))

    assert not heartbeat.alarm(timezone.now())


def test_a_sender_that_was_just_given_work_has_its_time() -> None:
    due_for(seconds=50)

    assert not heartbeat.alarm(timezone.now())


@pytest.mark.parametrize("seconds", [3, 300])
def test_how_long_it_may_be_silent_is_a_setting(settings: LazySettings, seconds: int) -> None:
    settings.SENDER_SILENCE_SECONDS = seconds
    due_for(seconds=100)

    assert bool(heartbeat.alarm(timezone.now())) == (seconds < 100)


@pytest.mark.parametrize("status", [IntegrationStatus.PAUSED, IntegrationStatus.STOPPED])
def test_what_an_integration_holds_back_is_not_due(status: IntegrationStatus) -> None:
    due_for()
    Integration.objects.update(status=status)

    assert not heartbeat.alarm(timezone.now())


def test_what_a_paused_send_holds_back_is_not_due() -> None:
    due_for()
    Campaign.objects.update(status=CampaignStatus.PAUSED)

    assert not heartbeat.alarm(timezone.now())


def test_what_waits_by_itself_is_not_due() -> None:
    campaign = due_for()
    Throttle.objects.create(integration=campaign.integration, held_until=later(seconds=30))

    assert not heartbeat.alarm(timezone.now())


def test_what_waited_until_a_moment_ago_has_its_time() -> None:
    campaign = due_for()
    Throttle.objects.create(integration=campaign.integration, held_until=later(seconds=-5))

    assert not heartbeat.alarm(timezone.now())


@pytest.mark.parametrize("what", [Campaign, Integration])
@pytest.mark.parametrize("ago", [5, 65])
def test_what_a_person_let_go_on_counts_from_then(what: type[Campaign | Integration], ago: int) -> None:
    due_for(seconds=3600)
    what._default_manager.update(status_changed_at=timezone.now() - timedelta(seconds=ago))

    assert bool(heartbeat.alarm(timezone.now())) == (ago > A_MINUTE)


# -- events that nobody takes in -----------------------------------------------------------------------------


def an_event_for(seconds: float) -> None:
    arrived(an_integration(), an_answer("5511988887777", "SAIR"))
    WebhookEvent.objects.update(due_at=later(seconds=-seconds))


@pytest.mark.parametrize(("waits", "silent", "is_said"), [(61, 61, True), (61, 5, False), (50, 61, False)])
def test_events_that_wait_are_an_alarm_where_nobody_takes_any_in(
    waits: float, silent: float, is_said: bool
) -> None:
    an_event_for(waits)
    heartbeat.beat(later(seconds=-silent), heartbeat.INTAKE)
    heartbeat.beat(timezone.now())  # a sender is at work all the time

    now = timezone.now()
    known = dict(Heartbeat.objects.values_list("name", "beat_at"))
    known[heartbeat.OLDEST_EVENT] = WebhookEvent.objects.get().due_at

    assert (heartbeat.alarm(now) == heartbeat.ALARMS[heartbeat.INTAKE]) == is_said
    assert heartbeat.alarm_after(known, now) == heartbeat.alarm(now)


def test_an_intake_with_nothing_to_do_may_be_silent() -> None:
    heartbeat.beat(later(hours=-1), heartbeat.INTAKE)

    assert not heartbeat.alarm(timezone.now())


def test_messages_that_nobody_sends_are_told_first() -> None:
    due_for()
    an_event_for(A_MINUTE)

    assert heartbeat.missing(timezone.now()) == heartbeat.SENDER
