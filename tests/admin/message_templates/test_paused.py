"""Templates that WhatsApp paused: shown, not sent, and resumed by a person."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.lifecycle import CampaignStatus
from outbound.models import Campaign, Template
from outbound.sending.planning.plan import plan
from outbound.tracking.effects import TEMPLATE_PAUSED, pause_templates
from tests.builders import a_campaign, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

MAY = (
    "outbound.view_template",
    "outbound.change_template",
    "outbound.view_campaign",
    "outbound.steer_campaign",
)


@pytest.fixture
def template() -> Template:
    return a_template(body="Hello.", paused_at=timezone.now(), paused_reason=TEMPLATE_PAUSED)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(an_operator(*MAY))
    client.cookies["django_language"] = "en"
    return client


def unpause(client: Client, template: Template) -> bool:
    client.post(reverse("admin:outbound_template_let_go_on", args=[template.pk]))
    template.refresh_from_db()
    return template.paused_at is None


def test_paused_template_shows_its_reason(operator: Client, template: Template) -> None:
    page = operator.get(f"/admin/outbound/template/{template.pk}/change/").content.decode()

    assert "Paused" in page
    assert TEMPLATE_PAUSED in page


def test_paused_template_cannot_be_sent(template: Template) -> None:
    draft = a_campaign(template=template, integration=an_integration(), numbers="35988001234")

    with pytest.raises(ValidationError) as refused:
        plan(draft)

    assert [error.code for error in refused.value.error_dict["template"]] == ["template_paused"]


def test_pause_can_be_ended(operator: Client, template: Template) -> None:
    assert unpause(operator, template)


def test_ending_a_pause_needs_permission(client: Client, template: Template) -> None:
    client.force_login(an_operator("outbound.view_template"))

    assert not unpause(client, template)


def test_campaign_paused_with_template_is_resumed_only_after_it(operator: Client, template: Template) -> None:
    campaign = a_campaign(
        template=template,
        integration=an_integration(),
        status=CampaignStatus.RUNNING,
        launched_at=timezone.now(),
    )
    pause_templates([template.pk], timezone.now())
    resume = reverse("admin:outbound_campaign_resume", args=[campaign.pk])
    operator.post(resume)
    before = Campaign.objects.get().status

    unpause(operator, template)

    assert before == CampaignStatus.PAUSED
    assert Campaign.objects.get().status == CampaignStatus.PAUSED
