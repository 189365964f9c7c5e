"""Actions on sends, messages and accounts, each with its audit verb and number of people."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbound.audit import Verb
from outbound.lifecycle import CampaignStatus, MessageStatus, WindowPolicy
from outbound.models import Campaign
from outbound.sending.planning.launch import launch_in_background
from outbound.sending.planning.plan import plan
from tests.admin.sends import a_send
from tests.audit.actions import Action, on
from tests.audit.posted import Posted
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator
from tests.tracking.events import a_status, processed

QUEUED, REFUSED, UNCONFIRMED = MessageStatus.QUEUED, MessageStatus.REFUSED, MessageStatus.UNCONFIRMED
PASSWORD = "correct horse battery staple"  # noqa: S105


def a_draft(**values: Any) -> Campaign:
    draft = a_campaign(integration=an_integration(), template=a_template(body="Hello."), **values)
    draft.recipients.set([a_recipient(), a_recipient()])
    return draft


def composed(**values: Any) -> dict[str, Any]:
    template = a_template(body="Hello.")
    return {
        "draft_key": str(uuid.uuid4()),
        "kind": "template",
        "integration": an_integration().pk,
        "template_message": json.dumps({"type": str(template.pk), "fields": {}}),
        "numbers": "35988001234\n35988001235",
        "action": "save",
    } | values


def reviewed(client: Client) -> Posted:
    draft = a_draft()
    page = client.get(reverse("admin:outbound_campaign_review", args=[draft.pk]))
    return on(draft, digest=page.context["plan"].digest, seen="on")


def asking_for_a_reason(**values: Any) -> Campaign:
    return a_campaign(
        kind="notification",
        integration=an_integration(window_policy=WindowPolicy.ASK),
        content={"type": "location", "latitude": 1, "longitude": 2},
        numbers="35988001234",
        **values,
    )


def decided(as_: str) -> Posted:
    send = a_send(UNCONFIRMED, UNCONFIRMED)
    messages = "".join(f"&message={one.pk}" for one in send.messages.all())
    return Posted((), {"reason": "Zenvia said so"}, f"?as={as_}{messages}")


def a_taught_word() -> Posted:
    send = a_send(MessageStatus.ACCEPTED)
    processed(send.messages.get().integration, a_status("WOBBLED", "nobody's"))
    return Posted((), {"meaning": "delivered"}, "?word=wobbled")


def exported() -> Posted:
    a_send(QUEUED, QUEUED, REFUSED)
    return Posted((), {}, "?status__exact=queued")


def a_user_form(*, was_active: bool = True, **values: Any) -> Posted:
    user = an_operator(username="bea", is_active=was_active)
    joined = timezone.localtime(user.date_joined)
    form = {
        "username": "bea",
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
    }
    return on(user, **{name: value for name, value in (form | values).items() if value is not None})


def a_begun_launch() -> Campaign:
    draft = a_draft()
    launch_in_background(draft, by=None, now=timezone.now(), expected=plan(draft).digest, people=2)
    return draft


def a_right() -> int:
    return Permission.objects.get(codename="pause_integration").pk


OF_SENDS = [
    Action("outbound_campaign_compose", Verb.DRAFT_CREATED, lambda client: Posted((), composed()), people=2),
    Action(
        "outbound_campaign_edit",
        Verb.DRAFT_CHANGED,
        lambda client: on(a_draft(), **composed(title="Another")),
        people=2,
    ),
    Action("outbound_campaign_review", Verb.SEND_LAUNCHED, reviewed, people=2),
    Action(
        "outbound_campaign_window",
        Verb.WINDOW_REASON_GIVEN,
        lambda client: on(asking_for_a_reason(), reason="They called"),
    ),
    Action(
        "outbound_campaign_window",
        Verb.WINDOW_REASON_TAKEN_BACK,
        lambda client: on(asking_for_a_reason(window_reason="They called"), take_back="1"),
    ),
    Action("outbound_campaign_discard", Verb.DRAFT_DISCARDED, lambda client: on(a_draft())),
    Action(
        "outbound_campaign_copy", Verb.SEND_REUSED, lambda client: on(a_draft(status="running")), people=2
    ),
    Action(
        "outbound_campaign_again", Verb.SEND_RESENT, lambda client: on(a_send(REFUSED, REFUSED)), people=2
    ),
    Action("outbound_campaign_pause", Verb.SEND_PAUSED, lambda client: on(a_send(QUEUED, QUEUED)), people=2),
    Action(
        "outbound_campaign_resume",
        Verb.SEND_RESUMED,
        lambda client: on(a_send(QUEUED, status=CampaignStatus.PAUSED)),
        people=1,
    ),
    Action(
        "outbound_campaign_cancel",
        Verb.SEND_CANCELLED,
        lambda client: on(a_send(QUEUED, QUEUED), reason="Wrong price"),
        people=2,
    ),
    Action("outbound_campaign_stop", Verb.LAUNCH_STOPPED, lambda client: on(a_begun_launch())),
    Action("outbound_message_resolve", Verb.TAKEN_AS_SENT, lambda client: decided("sent"), people=2),
    Action("outbound_message_resolve", Verb.TAKEN_AS_NOT_SENT, lambda client: decided("not_sent"), people=2),
    Action(
        "outbound_message_resend",
        Verb.SEND_RESENT,
        lambda client: Posted((), {"campaign": a_send(MessageStatus.ASSUMED_NOT_SENT).pk}),
        people=1,
    ),
    Action("outbound_message_export_csv", Verb.HISTORY_EXPORTED, lambda client: exported(), people=2),
    Action("outbound_message_export_xlsx", Verb.HISTORY_EXPORTED, lambda client: exported(), people=2),
    Action("outbound_webhookevent_teach", Verb.WORD_TAUGHT, lambda client: a_taught_word()),
]

OF_PEOPLE = [
    Action(
        "auth_user_add",
        Verb.USER_CREATED,
        lambda client: Posted((), {"username": "bea", "password1": PASSWORD, "password2": PASSWORD}),
    ),
    Action("auth_user_change", Verb.USER_CHANGED, lambda client: a_user_form(first_name="Bea")),
    Action("auth_user_change", Verb.RIGHTS_CHANGED, lambda client: a_user_form(user_permissions=a_right())),
    Action("auth_user_change", Verb.RIGHTS_CHANGED, lambda client: a_user_form(is_superuser="on")),
    Action("auth_user_change", Verb.USER_DEACTIVATED, lambda client: a_user_form(is_active=None)),
    Action("auth_user_change", Verb.USER_REACTIVATED, lambda client: a_user_form(was_active=False)),
    Action(
        "auth_user_password_change",
        Verb.PASSWORD_CHANGED,
        lambda client: on(
            an_operator(), password1=PASSWORD, password2=PASSWORD, **{"usable_password": "true"}
        ),
    ),
    Action("auth_user_delete", Verb.USER_DELETED, lambda client: on(an_operator(), post="yes")),
    Action("auth_group_add", Verb.GROUP_CREATED, lambda client: Posted((), {"name": "Night shift"})),
    Action(
        "auth_group_change",
        Verb.GROUP_CHANGED,
        lambda client: on(Group.objects.create(name="Nights"), name="Nights", permissions=a_right()),
    ),
    Action(
        "auth_group_delete",
        Verb.GROUP_DELETED,
        lambda client: on(Group.objects.create(name="Nights"), post="yes"),
    ),
    Action(
        "password_change",
        Verb.PASSWORD_CHANGED,
        lambda client: Posted(
            (), {"old_password": "password", "new_password1": PASSWORD, "new_password2": PASSWORD}
        ),
    ),
]
