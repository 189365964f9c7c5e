"""Resuming all integrations that were stopped after a copy or a restore."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.models import Integration
from outbound.sending.installation import clone_guard
from tests.builders import a_message, an_integration, an_operator

pytestmark = pytest.mark.django_db

MAY = ("outbound.view_integration", "outbound.pause_integration")
HOME = ("outbound.view_message", "outbound.view_campaign", "outbound.view_integration")
ADDRESS = "admin:outbound_integration_resume_stopped"


def stopped(problem: str = clone_guard.COPIED, **values: str) -> Integration:
    integration = an_integration(**values)
    Integration.objects.filter(pk=integration.pk).stop(reason=problem, by=None, now=timezone.now())
    integration.refresh_from_db()
    return integration


def statuses() -> dict[str, str]:
    return dict(Integration.objects.values_list("name", "status"))


def home(client: Client) -> str:
    return client.get(reverse("admin:index"), headers={"accept-language": "en"}).content.decode()


def test_home_says_why_and_links_to_the_page(client: Client) -> None:
    stopped()
    client.force_login(an_operator(*HOME, "outbound.pause_integration"))

    page = home(client)

    assert "1 integration is stopped. This console was copied, moved or restored" in page
    assert reverse(ADDRESS) in page


def test_home_without_permission_has_no_link(client: Client) -> None:
    stopped(clone_guard.RESTORED)
    client.force_login(an_operator(*HOME))

    page = home(client)

    assert "Ask somebody who may resume integrations." in page
    assert reverse(ADDRESS) not in page


def test_page_lists_each_integration_with_its_queue(client: Client) -> None:
    integration = stopped(name="Cobrança")
    a_message(integration=integration)
    client.force_login(an_operator(*MAY))

    page = client.get(reverse(ADDRESS), headers={"accept-language": "en"}).content.decode()

    assert "Cobrança" in page
    assert "1 message waits" in page
    assert statuses() == {"Cobrança": "stopped"}


def test_one_confirmation_resumes_all(client: Client) -> None:
    stopped(name="Cobrança", slug="one")
    stopped(clone_guard.RESTORED, name="Avisos", slug="two")
    operator = an_operator(*MAY)
    client.force_login(operator)

    client.post(reverse(ADDRESS), {"reason": "The old server is switched off"})

    assert statuses() == {"Cobrança": "active", "Avisos": "active"}
    assert set(Integration.objects.values_list("status_changed_by", flat=True)) == {operator.pk}


def test_integration_stopped_for_another_reason_stays_stopped(client: Client) -> None:
    stopped(name="Copied", slug="one")
    stopped("The token was refused.", name="Refused", slug="two")
    stopped(name="Without token", slug="three", token="")
    client.force_login(an_operator(*MAY))

    client.post(reverse(ADDRESS), {"reason": "The old server is switched off"})

    assert statuses() == {"Copied": "active", "Refused": "stopped", "Without token": "stopped"}


def test_reason_is_required(client: Client) -> None:
    stopped(name="Copied")
    client.force_login(an_operator(*MAY))

    client.post(reverse(ADDRESS), {"reason": " "})

    assert statuses() == {"Copied": "stopped"}


def test_permission_to_resume_is_required(client: Client) -> None:
    stopped(name="Copied")
    client.force_login(an_operator("outbound.view_integration"))

    assert client.post(reverse(ADDRESS), {"reason": "Mine"}).status_code == 403
    assert statuses() == {"Copied": "stopped"}


def test_nothing_to_resume_is_said(client: Client) -> None:
    an_integration(name="Active")
    client.force_login(an_operator(*MAY))

    assert client.get(reverse(ADDRESS)).status_code == 302
