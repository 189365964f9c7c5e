"""Actions on integrations, templates and recipients, each with its audit verb and number of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.audit import Verb
from outbound.lifecycle import IntegrationStatus, MessageStatus
from outbound.models import Integration, Throttle
from outbound.sending.installation import clone_guard
from outbound.webhooks import header_secret, secrets
from tests.admin.integrations.test_admin import filled_in as an_integration_form
from tests.admin.message_templates.test_admin import filled_in as a_template_form
from tests.admin.sends import a_send
from tests.audit.posted import Posted
from tests.builders import a_recipient, a_template, an_integration


class Action(NamedTuple):
    """`prepare` sets the scene and returns what is posted to the address of that name."""

    name: str
    verb: Verb
    prepare: Callable[[Client], Posted]
    people: int | None = None


def on(record: Any, **posted: Any) -> Posted:
    return Posted((record.pk,), posted)


def a_paused_integration() -> Integration:
    return an_integration(status=IntegrationStatus.PAUSED)


def a_copied_integration(**posted: Any) -> Posted:
    an_integration(status=IntegrationStatus.STOPPED, status_reason=clone_guard.COPIED)
    return Posted((), posted)


def a_held_integration(client: Client) -> Posted:
    integration = an_integration()
    Throttle.objects.create(
        integration=integration, held_until=timezone.now() + timedelta(minutes=9), hold="asked"
    )
    return on(integration)


def of_two_addresses(name: str) -> Callable[[Client], Posted]:
    """End one of an integration's two addresses, as the page asks for it."""

    def prepare(client: Client) -> Posted:
        integration = an_integration()
        for _number in range(2):
            secrets.rotate(integration, by=None, now=timezone.now())
        page = client.get(reverse(f"admin:{name}", args=[integration.pk]))
        return on(integration, seen=page.context["form"].initial["seen"])

    return prepare


def a_new_header(client: Client) -> Posted:
    integration = an_integration()
    header_secret.make(integration)
    page = client.get(reverse("admin:outbound_integration_ask_for_header", args=[integration.pk]))
    return on(integration, seen=page.context["form"].initial["seen"])


def two_waiting_sends(client: Client) -> Posted:
    integration = an_integration()
    for _number in range(2):
        a_send(MessageStatus.QUEUED, integration=integration)
    return on(integration, reason="Wrong price")


def a_changed_integration(client: Client, **values: str) -> Posted:
    integration = an_integration(name="Support", slug="acme", remote_id="42")
    return on(integration, **{**an_integration_form(**values), "token": ""})


def a_person_who_opted_out() -> Any:
    return a_recipient(opted_out_at=timezone.now(), opt_out_reason="SAIR")


def a_window(hours: str) -> Posted:
    return on(a_recipient(), integration=an_integration().pk, hours=hours, reason="She called")


OF_INTEGRATIONS = [
    Action(
        "outbound_integration_add",
        Verb.INTEGRATION_CREATED,
        lambda client: Posted((), an_integration_form()),
    ),
    Action(
        "outbound_integration_change",
        Verb.INTEGRATION_CHANGED,
        lambda client: a_changed_integration(client, per_second="5", webhook_ranges="10.0.0.0/8"),
    ),
    Action(
        "outbound_integration_change",
        Verb.INTEGRATION_MOVED,
        lambda client: a_changed_integration(client, remote_id="43"),
    ),
    Action(
        "outbound_integration_delete",
        Verb.INTEGRATION_DELETED,
        lambda client: on(an_integration(), post="yes"),
    ),
    Action(
        "outbound_integration_pause",
        Verb.INTEGRATION_PAUSED,
        lambda client: on(an_integration(), reason="Lunch"),
        people=0,
    ),
    Action(
        "outbound_integration_resume",
        Verb.INTEGRATION_RESUMED,
        lambda client: on(a_paused_integration(), reason="Back"),
        people=0,
    ),
    Action(
        "outbound_integration_resume_stopped",
        Verb.INTEGRATION_RESUMED,
        lambda client: a_copied_integration(reason="The other one is off"),
        people=0,
    ),
    Action(
        "outbound_integration_token",
        Verb.TOKEN_REPLACED,
        lambda client: on(an_integration(), token="tok-another-0123456789"),
    ),
    Action(
        "outbound_integration_token",
        Verb.TOKEN_REPLACED,
        lambda client: on(
            an_integration(status=IntegrationStatus.STOPPED), token="tok-another-0123456789", resume="on"
        ),
    ),
    Action("outbound_integration_try_again", Verb.WAIT_ENDED, a_held_integration),
    Action("outbound_integration_cancel_waiting", Verb.WAITING_CANCELLED, two_waiting_sends, people=2),
    Action(
        "outbound_integration_end_old_secret",
        Verb.WEBHOOK_OLD_ENDED,
        of_two_addresses("outbound_integration_end_old_secret"),
    ),
    Action(
        "outbound_integration_end_new_secret",
        Verb.WEBHOOK_NEW_ENDED,
        of_two_addresses("outbound_integration_end_new_secret"),
    ),
    Action("outbound_integration_ask_for_header", Verb.WEBHOOK_HEADER_ASKED, a_new_header),
    Action(
        "outbound_integration_webhook_new_secret",
        Verb.WEBHOOK_SECRET_MADE,
        lambda client: on(an_integration(), seen=""),
    ),
    Action(
        "outbound_integration_webhook_header",
        Verb.WEBHOOK_HEADER_MADE,
        lambda client: on(an_integration(), header="on", seen=""),
    ),
    Action(
        "outbound_integration_webhook_header",
        Verb.WEBHOOK_HEADER_DROPPED,
        lambda client: on(an_integration(webhook_header="a" * 64), header="off"),
    ),
]

OF_TEMPLATES = [
    Action("outbound_template_add", Verb.TEMPLATE_CREATED, lambda client: Posted((), a_template_form())),
    Action(
        "outbound_template_change",
        Verb.TEMPLATE_CHANGED,
        lambda client: on(a_template(), **a_template_form(name="Another")),
    ),
    Action("outbound_template_delete", Verb.TEMPLATE_DELETED, lambda client: on(a_template(), post="yes")),
    Action("outbound_template_archive", Verb.TEMPLATE_ARCHIVED, lambda client: on(a_template())),
    Action(
        "outbound_template_restore",
        Verb.TEMPLATE_RESTORED,
        lambda client: on(a_template(archived_at=timezone.now())),
    ),
    Action(
        "outbound_template_let_go_on",
        Verb.TEMPLATE_LET_GO_ON,
        lambda client: on(a_template(paused_at=timezone.now(), paused_reason="Paused")),
    ),
]

OF_RECIPIENTS = [
    Action(
        "outbound_recipient_add",
        Verb.RECIPIENT_CREATED,
        lambda client: Posted((), {"phone": "35988001234", "name": "Ana"}),
        people=1,
    ),
    Action(
        "outbound_recipient_change",
        Verb.RECIPIENT_CHANGED,
        lambda client: on(recipient := a_recipient(), phone=recipient.phone, name="Bea"),
        people=1,
    ),
    Action(
        "outbound_recipient_delete",
        Verb.RECIPIENT_DELETED,
        lambda client: on(a_recipient(), post="yes"),
        people=1,
    ),
    Action("outbound_recipient_opt_out", Verb.OPTED_OUT, lambda client: on(a_recipient()), people=1),
    Action(
        "outbound_recipient_undo_opt_out",
        Verb.OPT_OUT_UNDONE,
        lambda client: on(a_person_who_opted_out(), reason="She asked"),
        people=1,
    ),
    Action(
        "outbound_recipient_declare_window",
        Verb.WINDOW_DECLARED,
        lambda client: a_window("4"),
        people=1,
    ),
    Action(
        "outbound_recipient_declare_window",
        Verb.WINDOW_NOT_DECLARED,
        lambda client: a_window("0"),
        people=1,
    ),
]
