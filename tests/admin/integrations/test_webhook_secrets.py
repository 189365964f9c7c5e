"""A webhook may have two valid addresses, of which a person ends one."""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from outbound.models import Integration, WebhookKey
from tests.admin.integrations.webhook_steps import address, ended, made, posted
from tests.sending.steps import at_once

pytestmark = pytest.mark.django_db


def test_old_address_is_valid_until_ended(manager: Client, integration: Integration) -> None:
    old, new = made(manager, integration), made(manager, integration)
    both = posted(old), posted(new)

    ended(manager, integration, "end_old_secret")

    assert both == (200, 200)
    assert (posted(old), posted(new)) == (404, 200)


def test_new_address_can_be_ended(manager: Client, integration: Integration) -> None:
    old, lost = made(manager, integration), made(manager, integration)

    ended(manager, integration, "end_new_secret")

    assert (posted(old), posted(lost)) == (200, 404)
    assert WebhookKey.objects.get().expires_at is None
    assert LogEntry.objects.filter(additional_data__text="New secret of the webhook ended").exists()


def test_third_address_is_refused(manager: Client, integration: Integration) -> None:
    paths = [made(manager, integration) for _time in range(2)]
    page = manager.get(address(integration, "webhook"), headers={"accept-language": "en"})

    manager.post(address(integration, "webhook_new_secret"), {"seen": page.context["newest_key_id"]})

    assert [posted(path) for path in paths] == [200, 200]
    assert "Make a new address" not in page.content.decode()
    assert WebhookKey.objects.count() == 2


@pytest.mark.parametrize("action", ["end_old_secret", "end_new_secret"])
def test_only_address_cannot_be_ended(manager: Client, integration: Integration, action: str) -> None:
    path = made(manager, integration)

    manager.post(address(integration, action))

    assert posted(path) == 200


@pytest.mark.parametrize("action", ["end_old_secret", "end_new_secret"])
def test_outdated_page_ends_no_address(manager: Client, integration: Integration, action: str) -> None:
    made(manager, integration)
    made(manager, integration)
    seen = manager.get(address(integration, action)).context["form"].initial["seen"]
    ended(manager, integration, "end_old_secret")
    made(manager, integration)

    manager.post(address(integration, action), {"seen": seen if action == "end_new_secret" else "1"})

    assert integration.webhook_keys.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ["webhook_new_secret", "end_old_secret", "end_new_secret"])
def test_concurrent_ends_leave_one_address(manager: Client, integration: Integration, action: str) -> None:
    made(manager, integration)
    if action.startswith("end"):
        made(manager, integration)
        form = {"seen": manager.get(address(integration, action)).context["form"].initial["seen"]}
    else:
        form = {"seen": manager.get(address(integration, "webhook")).context["newest_key_id"]}

    at_once(2, lambda: manager.post(address(integration, action), form))

    assert integration.webhook_keys.count() == (1 if action.startswith("end") else 2)


def test_expired_address_allows_another(manager: Client, integration: Integration) -> None:
    paths = [made(manager, integration) for _time in range(2)]
    WebhookKey.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())

    paths.append(made(manager, integration))

    assert [posted(path) for path in paths] == [404, 200, 200]


def test_reload_makes_no_second_address(manager: Client, integration: Integration) -> None:
    at_zenvia = made(manager, integration)
    form = {"seen": manager.get(address(integration, "webhook")).context["newest_key_id"]}
    manager.post(address(integration, "webhook_new_secret"), form)

    again = manager.post(address(integration, "webhook_new_secret"), form)

    assert again.url == address(integration, "webhook")
    assert integration.webhook_keys.count() == 2
    assert posted(at_zenvia) == 200
