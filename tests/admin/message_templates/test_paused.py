"""A template that WhatsApp paused: shown, not sent, and let go on by a person."""

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


def let_go_on(client: Client, template: Template) -> bool:
    client.post(reverse("admin:outbound_template_let_go_on", args=[template.pk]))
    template.refresh_from_db()
    return template.paused_at is None


def test_it_is_shown_with_its_reason(operator: Client, template: Template) -> None:
    page = operator.get(f"/admin/outbound/template/{template.pk}/change/").content.decode()

    assert "Paused" in page
    assert TEMPLATE_PAUSED in page


def test_it_cannot_be_sent(template: Template) -> None:
    draft = a_campaign(template=template, integration=an_integration(), numbers="35988001234")

    with pytest.raises(ValidationError) as refused:
        plan(draft)

    assert [error.code for error in refused.value.error_dict["template"]] == ["template_paused"]


def test_a_person_lets_it_go_on(operator: Client, template: Template) -> None:
    assert let_go_on(operator, template)


def test_letting_it_go_on_needs_its_permission(client: Client, template: Template) -> None:
    client.force_login(an_operator("outbound.view_template"))

    assert not let_go_on(client, template)


def test_a_send_that_was_paused_with_it_is_resumed_after_it_alone(
    operator: Client, template: Template
) -> None:
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

    let_go_on(operator, template)

    assert before == CampaignStatus.PAUSED
    assert Campaign.objects.get().status == CampaignStatus.PAUSED
