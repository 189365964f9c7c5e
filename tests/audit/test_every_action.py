"""Each action leaves exactly one audit entry, and every address is either tried or listed as not logged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from outbound.audit import Kind, Verb
from tests.admin.sends import a_send
from tests.audit.actions import OF_INTEGRATIONS, OF_RECIPIENTS, OF_TEMPLATES, Action
from tests.audit.actions_on_sends import OF_PEOPLE, OF_SENDS

pytestmark = pytest.mark.django_db

ADDRESS = "203.0.113.9"
ACTIONS = [*OF_SENDS, *OF_RECIPIENTS, *OF_TEMPLATES, *OF_INTEGRATIONS, *OF_PEOPLE]
# What takes no form, or changes nothing by one.
READ_ONLY = ("outbound_campaign", "outbound_message", "outbound_webhookevent", "auditlog_logentry")
EDITED = ("outbound_integration", "outbound_template", "outbound_recipient", "auth_user", "auth_group")
NOT_LOGGED = {
    "index",
    "login",
    "logout",
    "autocomplete",
    "jsi18n",
    "search",
    "password_change_done",
    "app_list",
    "view_on_site",
    "set_language",
    "outbound_reports",
    "outbound_campaign_preview",
    "outbound_campaign_recipients",
    "outbound_message_unconfirmed",
    "outbound_integration_webhook",
    "outbound_webhookevent_words",
    *(f"{one}_{action}" for one in (*READ_ONLY, *EDITED) for action in ("changelist", "history")),
    *(f"{one}_{action}" for one in READ_ONLY for action in ("add", "change", "delete")),
}
# Addresses without a name lead elsewhere, or nowhere.
UNNAMED = {"django.views.generic.base.RedirectView", "django.contrib.admin.sites.AdminSite.catch_all_view"}
WRITES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "(?!django_session|auditlog)')


@pytest.fixture
def ana(client: Client) -> Client:
    """A superuser at a known address, with nothing in the log so far."""
    client.force_login(User.objects.create_superuser("ana", password="password", first_name="Ana"))
    client.defaults["REMOTE_ADDR"] = ADDRESS
    return client


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def told(entry: LogEntry) -> dict[str, Any]:
    data = entry.additional_data
    return {name: data[name] for name in ("text", "by", "author", "people")} | {
        "address": entry.remote_addr,
        "actor": entry.actor and entry.actor.username,
    }


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.name}: {action.verb.name}")
def test_action_leaves_exactly_one_entry(ana: Client, action: Action) -> None:
    posted = action.prepare(ana)
    before = set(LogEntry.objects.values_list("pk", flat=True))
    address = reverse(f"admin:{action.name}", args=posted.args) + posted.query

    ana.post(address, posted.form)

    assert [told(entry) for entry in LogEntry.objects.exclude(pk__in=before)] == [
        {
            "text": action.verb,
            "by": Kind.PERSON,
            "author": "Ana (ana)",
            "people": action.people,
            "address": ADDRESS,
            "actor": "ana",
        }
    ]


def test_every_address_is_tried_or_listed_as_not_logged() -> None:
    there = list(patterns(get_resolver()))

    assert {one.lookup_str for one in there if not one.name} <= UNNAMED
    assert {one.name for one in there if one.name} == {action.name for action in ACTIONS} | NOT_LOGGED


def test_every_verb_of_a_person_is_tried() -> None:
    by_command = {Verb.TOKENS_REENCRYPTED, Verb.DEMO_PREPARED}
    # The console itself, and older entries.
    by_nobody = {Verb.OPTED_OUT_BY_WORD, Verb.TOKEN_REMOVED, Verb.LAUNCH_TAKEN_BACK}

    assert set(Verb) == {action.verb for action in ACTIONS} | by_command | by_nobody


@pytest.mark.parametrize("name", sorted(NOT_LOGGED))
def test_address_that_is_not_logged_writes_nothing(ana: Client, name: str) -> None:
    pattern = next(one for one in patterns(get_resolver()) if one.name == name)
    send = a_send("queued")
    record = {"message": send.messages.get().pk, "campaign": send.pk}
    arguments = {
        key: {"app_label": "auth", "url": "x"}.get(key, record.get(name.split("_")[-2:][0], 1))
        for key in pattern.pattern.converters | pattern.pattern.regex.groupindex
    }
    prefix = "" if name in ("set_language", "outbound_reports") else "admin:"

    with CaptureQueriesContext(connection) as asked:
        ana.post(reverse(f"{prefix}{name}", kwargs=arguments), {"post": "yes", "_save": "1"})

    assert [one["sql"] for one in asked if WRITES.match(one["sql"])] == []
