"""A send that is being prepared: seen on its own page, stopped there, and part of nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from outbound import heartbeat, roles, summaries
from outbound.lifecycle import CampaignStatus, MessageStatus, Reason
from outbound.models import Campaign, Integration, Launch, Message, Recipient, Summary
from outbound.sending import launch as launching
from outbound.sending.launch import begin
from outbound.sending.launcher import attend
from outbound.sending.plan import plan
from tests.admin.sends import ENGLISH, address, page, post
from tests.builders import a_campaign, a_message, a_recipient, an_integration, an_operator
from tests.sending.steps import a_draft

pytestmark = pytest.mark.django_db
PHONE = "+5535988001234"


@pytest.fixture
def operator(client: Client) -> Client:
    user = an_operator()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    client.force_login(user)
    return client


@pytest.fixture
def large_from_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "LARGE", 1)


def begun(integration: Integration | None = None) -> Campaign:
    draft = a_draft(3, integration=integration or an_integration(), title="Unfinished")
    begin(draft, by=None, now=timezone.now(), expected=plan(draft).digest)
    return draft


def half_written(campaign: Campaign | None = None) -> Campaign:
    """Write some rows of a send that is being prepared, with more to come."""
    campaign = campaign or begun()
    person = Recipient.objects.filter(phone=PHONE).first() or a_recipient(phone=PHONE, name="Zuleica")
    values = {"campaign": campaign, "integration": campaign.integration, "recipient": person}
    a_message(**values, due_at=timezone.now())
    a_message(**values | {"recipient": a_recipient()}, status=MessageStatus.SKIPPED, reason=Reason.OPTED_OUT)
    Launch.objects.update(written=2)
    return campaign


def reviewed(client: Client, draft: Campaign) -> Campaign:
    post(client, draft, "review", digest=plan(draft).digest)
    draft.refresh_from_db()
    return draft


def test_a_large_send_is_left_to_the_worker(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.LAUNCHING
    assert not draft.messages.exists()
    assert not OrmQ.objects.exists()
    assert attend(lambda: None)
    assert draft.messages.count() == 2


def test_a_small_send_is_on_its_way_at_once(operator: Client) -> None:
    draft = reviewed(operator, a_draft(2))

    assert draft.status == CampaignStatus.RUNNING
    assert draft.messages.count() == 2


def test_a_large_send_that_changed_since_its_review_is_not_begun(
    operator: Client, large_from_two: None
) -> None:
    draft = a_draft(2)

    shown = post(operator, draft, "review", digest="another").content.decode()

    draft.refresh_from_db()
    assert draft.is_draft
    assert "Something changed since you looked" in shown


def test_a_second_click_prepares_nothing_twice(operator: Client, large_from_two: None) -> None:
    draft = reviewed(operator, a_draft(2))

    reviewed(operator, draft)

    assert Launch.objects.count() == 1


def test_its_page_counts_along_by_itself(operator: Client) -> None:
    shown = page(operator, half_written())

    assert "2 of 3 messages prepared" in shown
    assert 'role="progressbar"' in shown
    assert 'aria-valuenow="66"' in shown
    assert 'id="progress" data-live="2000"' in shown
    assert "Nothing goes out before every message is prepared" in shown
    assert "All its messages" not in shown


def test_its_page_says_when_nobody_prepares_it(operator: Client) -> None:
    campaign = half_written()
    fresh = page(operator, campaign)
    Launch.objects.update(lease_until=timezone.now() - timedelta(minutes=1))

    late = page(operator, campaign)

    assert "Nobody is preparing it" not in fresh
    assert "Nobody is preparing it" in late


def test_it_is_stopped_there_and_becomes_a_draft_that_says_so(operator: Client) -> None:
    campaign = half_written()
    assert address(campaign, "stop") in page(operator, campaign)

    post(operator, campaign, "stop")
    taken_back = page(operator, campaign)
    assert attend(lambda: None)

    assert "It is taken back" in taken_back
    assert "its preparation was stopped" in page(operator, campaign)
    assert "its preparation was stopped" in page(operator, campaign, "review")
    campaign.refresh_from_db()
    assert campaign.is_draft
    assert not Message.objects.exists()


@pytest.mark.parametrize("action", ["pause", "cancel", "resume"])
def test_it_is_neither_paused_nor_cancelled(operator: Client, action: str) -> None:
    campaign = half_written()

    shown = post(operator, campaign, action).content.decode()

    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.LAUNCHING
    assert "still being prepared" in shown


def test_stopping_asks_for_the_right_to_steer(client: Client) -> None:
    client.force_login(an_operator("outbound.view_campaign"))
    campaign = half_written()

    assert client.post(address(campaign, "stop")).status_code == 403
    assert not Launch.objects.exclude(withdrawn="").exists()


def test_what_runs_already_is_not_stopped(operator: Client) -> None:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration())

    assert "is not being prepared" in post(operator, campaign, "stop").content.decode()


# -- nothing else shows its rows ---------------------------------------------------------------------------

PAGES = [
    "/admin/",
    "/admin/outbound/message/",
    "/admin/outbound/message/?status__exact=queued",
    "/admin/outbound/message/?status__exact=skipped&when=7",
    "/admin/outbound/message/?campaign__id__exact={campaign}",
    "/admin/outbound/message/?status__exact=queued&campaign__id__exact={campaign}",
    "/admin/outbound/message/?integration__id__exact={integration}",
    "/admin/outbound/message/?q=%2B5535988001234",
    "/admin/outbound/message/?q=Zuleica",
    "/admin/outbound/message/export/csv/?status__exact=queued",
    "/admin/outbound/integration/{integration}/change/",
    "/admin/outbound/integration/{integration}/pause/",
    "/admin/outbound/integration/{integration}/cancel-waiting/",
    "/admin/outbound/recipient/{recipient}/change/",
    "/admin/outbound/recipient/{recipient}/opt-out/",
    "/admin/outbound/message/doubts/",
    "/admin/reports/",
]
CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|at work .* ago')


def drawn(client: Client, one: str, campaign: Campaign) -> str:
    known = {"campaign": campaign.pk, "integration": campaign.integration_id}
    response = client.get(
        one.format(**known, recipient=Recipient.objects.get(phone=PHONE).pk), headers=ENGLISH
    )
    assert response.status_code in (200, 302)
    return CHANGING.sub("", response.content.decode())


@pytest.mark.parametrize("one", PAGES)
def test_a_page_is_the_same_with_its_rows_as_without(operator: Client, one: str) -> None:
    heartbeat.beat(timezone.now())
    a_recipient(phone=PHONE, name="Zuleica")
    campaign = begun()
    without = drawn(operator, one, campaign)

    half_written(campaign)

    assert drawn(operator, one, campaign) == without


@pytest.mark.parametrize("one", PAGES)
def test_the_same_page_is_another_when_it_runs(operator: Client, one: str) -> None:
    """Whatever is not in this list shows no messages, and proves nothing above."""
    if "doubts" in one or one.endswith("recipient}/change/"):
        return
    heartbeat.beat(timezone.now())
    a_recipient(phone=PHONE, name="Zuleica")
    campaign = half_written(begun())
    before = drawn(operator, one, campaign)

    Launch.objects.all().delete()
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.RUNNING)

    assert drawn(operator, one, campaign) != before


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_file_holds_none_of_its_rows(operator: Client, name: str) -> None:
    integration = an_integration()
    half_written(begun(integration))
    other = a_message(integration=integration, external_id="the-other")

    response = operator.post(f"/admin/outbound/message/export/{name}/", headers=ENGLISH)

    assert response.status_code == 200
    if name == "csv":
        lines = b"".join(response.streaming_content).decode().strip().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 2
        assert other.external_id in lines[1]


def test_a_message_of_it_has_no_page(operator: Client) -> None:
    campaign = half_written()

    response = operator.get(f"/admin/outbound/message/{campaign.messages.latest('pk').pk}/change/")

    assert response.status_code == 404


def test_a_message_is_not_called_sent_again_by_it(operator: Client) -> None:
    old = a_message(status=MessageStatus.REFUSED, payload="{}")
    campaign = half_written()
    campaign.messages.filter(status=MessageStatus.QUEUED).update(resend_of=old)

    shown = operator.get(f"/admin/outbound/message/{old.pk}/change/", headers=ENGLISH).content.decode()

    assert "sent again as a new message" not in shown


def test_the_counts_of_a_day_have_none_of_its_rows() -> None:
    half_written()
    now = timezone.now()

    summaries.recount(timezone.localdate(now), now)

    assert not Summary.objects.exists()
    assert summaries.today(now).rows == []
