"""No page, count or file shows the messages of an unfinished launch."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from outbound import roles
from outbound.lifecycle import UNFINISHED, CampaignStatus, MessageStatus
from outbound.models import Campaign, Launch, Recipient, Summary
from outbound.reports import daily_counts
from outbound.sending import heartbeat
from tests.admin.campaigns.launching_send import PHONE, begun, half_written
from tests.admin.sends import ENGLISH
from tests.builders import a_campaign, a_message, a_recipient, an_integration, an_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    user = an_operator()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    client.force_login(user)
    return client


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
    known["recipient"] = Recipient.objects.get(phone=PHONE).pk
    response = client.get(one.format(**known), headers=ENGLISH)
    assert response.status_code in (200, 302)
    return CHANGING.sub("", response.content.decode())


@pytest.mark.parametrize("one", PAGES)
def test_page_does_not_show_messages_of_a_launch(operator: Client, one: str) -> None:
    heartbeat.beat(timezone.now())
    a_recipient(phone=PHONE, name="Zuleica")
    campaign = begun()
    without = drawn(operator, one, campaign)

    half_written(campaign)

    assert drawn(operator, one, campaign) == without


@pytest.mark.parametrize("one", PAGES)
def test_page_shows_messages_after_the_launch(operator: Client, one: str) -> None:
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
def test_export_has_no_messages_of_a_launch(operator: Client, name: str) -> None:
    integration = an_integration()
    half_written(begun(integration))
    other = a_message(integration=integration, external_id="the-other")

    response = operator.post(f"/admin/outbound/message/export/{name}/", headers=ENGLISH)

    assert response.status_code == 200
    if name == "csv":
        lines = b"".join(response.streaming_content).decode().strip().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 2
        assert other.external_id in lines[1]


def test_message_of_a_launch_has_no_page(operator: Client) -> None:
    campaign = half_written()

    response = operator.get(f"/admin/outbound/message/{campaign.messages.latest('pk').pk}/change/")

    assert response.status_code == 404


def test_message_is_not_shown_as_resent_by_a_launch(operator: Client) -> None:
    old = a_message(status=MessageStatus.REFUSED, payload="{}")
    campaign = half_written()
    campaign.messages.filter(status=MessageStatus.QUEUED).update(resend_of=old)

    shown = operator.get(f"/admin/outbound/message/{old.pk}/change/", headers=ENGLISH).content.decode()

    assert "sent again as a new message" not in shown


def test_daily_counts_have_no_messages_of_a_launch() -> None:
    half_written()
    now = timezone.now()

    daily_counts.recount(timezone.localdate(now), now)

    assert not Summary.objects.exists()
    assert daily_counts.today(now).rows == []


@pytest.mark.parametrize("one", ["/admin/", "/admin/outbound/campaign/"])
def test_unfinished_draft_is_on_no_page(operator: Client, one: str) -> None:
    heartbeat.beat(timezone.now())
    draft = a_campaign(title="Half of a list", integration=an_integration())
    assert "Half of a list" in operator.get(one).content.decode()

    Campaign.objects.update(status=UNFINISHED)

    assert "Half of a list" not in operator.get(one).content.decode()
    assert operator.get(f"/admin/outbound/campaign/{draft.pk}/change/").status_code == 404
