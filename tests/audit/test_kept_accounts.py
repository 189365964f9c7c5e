"""An account that has acted is deactivated instead of deleted; one that never acted may be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.accounts.audit import has_acted
from outbound import audit
from outbound.audit import Verb
from outbound.models import Launch, StatusWord, WebhookKey
from tests.builders import (
    a_campaign,
    a_conversation,
    a_message,
    a_recipient,
    an_integration,
    an_operator,
)

pytestmark = pytest.mark.django_db


def a_launch(**values: Any) -> Launch:
    now = timezone.now()
    return Launch.objects.create(
        campaign=a_campaign(), asked_at=now, lease_until=now, planned=1, goes_on=True, **values
    )


TRACES: dict[str, Callable[[User], Any]] = {
    "LogEntry.actor": lambda ana: audit.record(a_recipient(), Verb.OPTED_OUT, ana),
    "LogEntry.user": lambda ana: ana.logentry_set.create(action_flag=1, object_repr="x"),
    "Integration.token_replaced_by": lambda ana: an_integration(token_replaced_by=ana),
    "Integration.status_changed_by": lambda ana: an_integration(status_changed_by=ana),
    "Campaign.created_by": lambda ana: a_campaign(created_by=ana),
    "Campaign.launched_by": lambda ana: a_campaign(launched_by=ana),
    "Campaign.status_changed_by": lambda ana: a_campaign(status_changed_by=ana),
    "Launch.withdrawn_by": lambda ana: a_launch(withdrawn_by=ana),
    "Conversation.declared_by": lambda ana: a_conversation(integration=an_integration(), declared_by=ana),
    "Message.settled_by": lambda ana: a_message(settled_by=ana),
    "WebhookKey.created_by": lambda ana: WebhookKey.objects.create(
        integration=an_integration(), digest="d", hint="h", created_at=timezone.now(), created_by=ana
    ),
    "StatusWord.taught_by": lambda ana: StatusWord.objects.create(
        word="w", meaning="", taught_at=timezone.now(), taught_by=ana
    ),
}


def test_every_relation_to_a_user_is_tried() -> None:
    relations = User._meta.get_fields(include_hidden=True)
    there = {
        f"{one.related_model.__name__}.{one.field.name}"
        for one in relations
        if one.one_to_many and not one.related_model._meta.auto_created
    }

    assert there == TRACES.keys()


@pytest.mark.parametrize("trace", TRACES)
def test_account_with_any_trace_is_not_deleted(admin_client: Client, trace: str) -> None:
    ana = an_operator()
    TRACES[trace](ana)

    admin_client.post(reverse("admin:auth_user_delete", args=[ana.pk]), {"post": "yes"})

    assert User.objects.filter(pk=ana.pk).exists()


def test_account_without_a_trace_is_deleted(admin_client: Client) -> None:
    ana = an_operator("outbound.view_recipient")
    ana.groups.add(Group.objects.create(name="Nights"))

    admin_client.post(reverse("admin:auth_user_delete", args=[ana.pk]), {"post": "yes"})

    assert not has_acted(ana)
    assert not User.objects.filter(pk=ana.pk).exists()


def test_refused_deletion_offers_to_deactivate(admin_client: Client) -> None:
    ana = an_operator()
    audit.record(a_recipient(), Verb.OPTED_OUT, ana)

    refused = admin_client.get(
        reverse("admin:auth_user_delete", args=[ana.pk]), headers={"accept-language": "en"}, follow=True
    )

    page = refused.content.decode()
    assert refused.redirect_chain == [(f"/admin/auth/user/{ana.pk}/change/", 302)]
    assert "Deactivate it instead" in page
    assert "/delete/" not in page


def test_list_action_does_not_delete_an_account_with_a_trace(admin_client: Client) -> None:
    ana = an_operator()
    audit.record(a_recipient(), Verb.OPTED_OUT, ana)
    form = {"action": "delete_selected", "_selected_action": ana.pk, "post": "yes"}

    admin_client.post(reverse("admin:auth_user_changelist"), form)

    assert User.objects.filter(pk=ana.pk).exists()


def test_deleting_a_group_keeps_its_members(admin_client: Client) -> None:
    ana, group = an_operator(), Group.objects.create(name="Nights")
    ana.groups.add(group)

    admin_client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})

    assert User.objects.filter(pk=ana.pk).exists()
