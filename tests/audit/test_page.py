"""The audit log's page: wording, filters, search, and a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbound import audit
from outbound.audit import Verb
from outbound.lifecycle import CampaignStatus
from tests.builders import a_campaign, a_recipient, a_template, an_integration, an_operator

pytestmark = pytest.mark.django_db

LOG = "/admin/auditlog/logentry/"
MOST = 10


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(an_operator("auditlog.view_logentry", username="reader"))
    return client


def shown(client: Client, query: str = "", language: str = "en") -> list[str]:
    """The rows of the list, as their text without tags."""
    page = client.get(LOG + query, headers={"accept-language": language})
    assert page.status_code == 200
    return [str(one.pk) for one in page.context["cl"].result_list]


def detail(client: Client, entry: LogEntry, language: str = "en") -> str:
    page = client.get(f"{LOG}{entry.pk}/change/", headers={"accept-language": language})
    return " ".join(page.content.decode().split())


def an_entry(record: Any = None, verb: Verb = Verb.SEND_PAUSED, by: Any = None, **values: Any) -> LogEntry:
    audit.record(record or a_campaign(), verb, by, values.pop("changes", None), **values)
    return LogEntry.objects.latest("pk")


def by_command() -> LogEntry:
    with audit.command_line():
        return an_entry()


def by_somebody_gone() -> LogEntry:
    entry = an_entry(by=an_operator(username="gone", first_name="Gil"))
    LogEntry.objects.filter(pk=entry.pk).update(actor=None)
    return entry


def days_ago(days: int) -> LogEntry:
    entry = an_entry()
    LogEntry.objects.filter(pk=entry.pk).update(timestamp=timezone.now() - timedelta(days=days))
    return entry


def test_command_console_and_deleted_account_are_shown_differently(reader: Client) -> None:
    by_command()
    by_somebody_gone()
    an_entry()

    page = reader.get(LOG, headers={"accept-language": "en"}).content.decode()

    assert "Command line (" in page
    assert "Gil (gone), account deleted" in page
    assert ">the console<" in page.replace("\n", "").replace(" <", "<")


def test_entry_keeps_the_name_of_a_renamed_account(reader: Client) -> None:
    ana = an_operator(username="ana")
    entry = an_entry(by=ana)
    User.objects.filter(pk=ana.pk).update(username="maria")

    assert "ana" in detail(reader, entry)
    assert "maria" not in detail(reader, entry)


def test_entries_are_filtered_by_kind_of_author(reader: Client) -> None:
    entries = {"command": by_command(), "console": an_entry(), "gone": by_somebody_gone()}

    found = {who: shown(reader, f"?who={who}") for who in entries}

    assert found == {who: [str(entry.pk)] for who, entry in entries.items()}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?verb=send_cancelled", lambda: an_entry(verb=Verb.SEND_CANCELLED)),
        ("?kind=outbound.template", lambda: an_entry(a_template(), Verb.TEMPLATE_ARCHIVED)),
        ("?q=Maria+Luz", lambda: an_entry(a_recipient(name="Maria Luzia"), Verb.OPTED_OUT)),
        ("?q=%2B5535999990000", lambda: an_entry(a_recipient(phone="+5535999990000"), Verb.OPTED_OUT)),
        ("?q=gil", by_somebody_gone),
        ("?q=Bea", lambda: an_entry(by=an_operator(username="u1", first_name="Bea"))),
    ],
)
def test_filter_or_search_finds_one_entry(reader: Client, query: str, wanted: Callable[[], LogEntry]) -> None:
    an_entry(by=an_operator(), verb=Verb.SEND_RESUMED)
    by_command()

    entry = wanted()

    assert shown(reader, query) == [str(entry.pk)]


def test_entries_are_filtered_by_account(reader: Client) -> None:
    ana = an_operator()
    an_entry(by=an_operator())
    entry = an_entry(by=ana)

    assert shown(reader, f"?who={ana.pk}") == [str(entry.pk)]


def test_search_finds_a_send_by_number(reader: Client) -> None:
    campaign = a_campaign(title="Cobrança")
    an_entry()
    entry = an_entry(campaign)

    assert shown(reader, f"?q={campaign.pk}") == [str(entry.pk)]


def test_both_days_of_a_period_are_included(reader: Client) -> None:
    days_ago(5)
    three, two = days_ago(3), days_ago(2)
    an_entry()
    since, until = (timezone.localdate() - timedelta(days=days) for days in (3, 2))

    assert shown(reader, f"?since={since}&until={until}") == [str(two.pk), str(three.pk)]


@pytest.mark.parametrize(
    "query",
    [
        "?since=nonsense",
        "?until=9999-12-31",
        "?since=0001-01-01",
        "?since=9999-12-31",
        "?who=x",
        "?who=99999999999999999999",
        "?verb=x",
        "?kind=x.y",
        "?q=" + "9" * 30,
        "?q=%25",
        "?q=%00",
        "?verb=%00",
    ],
)
def test_odd_filters_are_answered(reader: Client, query: str) -> None:
    an_entry()

    assert reader.get(LOG + query).status_code in (200, 302, 400)


def test_filter_by_a_hidden_field_is_refused(reader: Client) -> None:
    assert reader.get(f"{LOG}?actor__password__startswith=a").status_code == 400


@pytest.mark.parametrize("query", ["", "?verb=send_paused&who=console&since=2020-01-01", "?q=Maria", "?q=12"])
def test_query_count_does_not_grow_with_entries(reader: Client, query: str) -> None:
    def some(count: int) -> int:
        for _number in range(count):
            an_entry(a_recipient(), by=an_operator())
            an_entry(an_integration())
        with CaptureQueriesContext(connection) as asked:
            shown(reader, query)
        return len(asked)

    some(1)
    few, many = some(2), some(9)

    assert many == few <= MOST


def test_entry_page_makes_at_most_ten_queries(admin_client: Client) -> None:
    rights = [f"outbound.{one.codename}" for one in Permission.objects.filter(codename__contains="send")]
    group = Group.objects.create(name="Nights")
    entry = an_entry(group, Verb.GROUP_CHANGED, changes={"permissions": [[], rights]})

    with CaptureQueriesContext(connection) as asked:
        admin_client.get(f"{LOG}{entry.pk}/change/")

    assert len(asked) <= MOST


def test_changes_use_the_labels_of_the_screen(reader: Client) -> None:
    changes = {
        "status": [CampaignStatus.RUNNING, CampaignStatus.PAUSED],
        "restart_contact": ["False", "True"],
        "context": ["", '{"city": "Lavras"}'],
        "people": ["2", "5"],
    }

    page = detail(reader, an_entry(changes=changes), "pt-br")

    assert "Em andamento → Em pausa" in page
    assert "Não → Sim" in page
    assert "city: Lavras" in page
    assert "restart_contact" not in page


def test_only_changed_rights_are_named(reader: Client) -> None:
    changes = {
        "permissions": [["outbound.view_recipient"], ["outbound.replace_token", "outbound.view_recipient"]]
    }

    page = detail(reader, an_entry(Group.objects.create(name="N"), Verb.GROUP_CHANGED, changes=changes))

    assert "– → Can replace an integration&#x27;s token<" in page


def test_entry_links_to_a_record_the_reader_may_see(admin_client: Client, client: Client) -> None:
    template = a_template()
    entry = an_entry(template, Verb.TEMPLATE_ARCHIVED)
    link = f'href="/admin/outbound/template/{template.pk}/change/"'
    client = Client()
    client.force_login(an_operator("auditlog.view_logentry"))

    assert link in detail(admin_client, entry)
    assert link not in detail(client, entry)


def test_entry_stays_when_its_record_is_deleted(admin_client: Client) -> None:
    template = a_template(name="Hello again")
    entry = an_entry(template, Verb.TEMPLATE_DELETED)
    template.delete()

    page = detail(admin_client, entry)

    assert "Hello again" in page
    assert f"/admin/outbound/template/{entry.object_id}/" not in page
