"""The first wave: five at first, the rest when one of them was taken, nobody when none was."""

from __future__ import annotations

import pytest

from outbound.gateways.base import Ambiguous, NotSent, Refused
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign, Message
from outbound.sending.limits import canary
from tests.sending.steps import ACCEPTED, a_launched, at_once, claimed, later, recorded

pytestmark = pytest.mark.django_db

LARGE = canary.MIN_RECIPIENTS + 1


def test_a_large_send_starts_with_a_few() -> None:
    a_launched(people=LARGE)

    assert len(claimed()) == canary.SIZE
    assert claimed() == []


def test_a_send_of_a_hundred_has_no_first_wave() -> None:
    a_launched(people=canary.MIN_RECIPIENTS)

    assert len(claimed(limit=1000)) == canary.MIN_RECIPIENTS


def test_the_switch_turns_it_off() -> None:
    a_launched(people=LARGE, first_wave=False)

    assert len(claimed(limit=1000)) == LARGE


def test_those_who_were_left_out_do_not_make_a_send_large() -> None:
    campaign = a_launched(people=LARGE)
    one = campaign.messages.first()
    Message.objects.filter(pk=one.pk).update(status=MessageStatus.SKIPPED)

    assert len(claimed(limit=1000)) == LARGE - 1


def test_one_that_is_taken_lets_the_rest_go() -> None:
    a_launched(people=LARGE)
    first, *_others = claimed()

    recorded(first, ACCEPTED)

    assert len(claimed(limit=1000)) == LARGE - canary.SIZE


@pytest.mark.parametrize("answer", [Refused(http_status=400), Ambiguous(http_status=500)])
def test_when_none_is_taken_the_send_pauses_itself_and_says_why(answer: Refused | Ambiguous) -> None:
    campaign = a_launched(people=LARGE)
    for one in claimed():
        recorded(one, answer)

    assert claimed(now=later(hours=1)) == []

    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert campaign.status_reason == canary.NONE_TAKEN
    assert campaign.messages.filter(status=MessageStatus.QUEUED).count() == LARGE - canary.SIZE


def test_while_one_is_under_way_nothing_is_decided() -> None:
    a_launched(people=LARGE)
    for one in claimed()[1:]:
        recorded(one, Refused(http_status=400))

    assert claimed() == []

    assert Campaign.objects.get().status == CampaignStatus.RUNNING


def test_one_that_did_not_leave_makes_room_for_another() -> None:
    a_launched(people=LARGE)
    first, *_others = claimed()

    recorded(first, NotSent())

    assert len(claimed()) == 1


def test_a_person_who_resumes_has_decided() -> None:
    campaign = a_launched(people=LARGE)
    for one in claimed():
        recorded(one, Refused(http_status=400))
    claimed()

    Campaign.objects.filter(pk=campaign.pk).update(
        status=CampaignStatus.RUNNING, first_wave_passed_at=later()
    )

    assert len(claimed(limit=1000)) == LARGE - canary.SIZE


@pytest.mark.django_db(transaction=True)
def test_many_senders_together_take_no_more_than_one_wave() -> None:
    a_launched(people=LARGE)

    batches = at_once(6, claimed)

    assert sorted(len(batch) for batch in batches) == [0, 0, 0, 0, 0, canary.SIZE]
