"""The export of the message list: permission, confirmation, audit entry, and content."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.test import Client

from outbound.lifecycle import MessageStatus
from tests.builders import a_message, a_recipient, an_operator

pytestmark = pytest.mark.django_db
LIST = "/admin/outbound/message/"
CSV, XLSX = f"{LIST}export/csv/", f"{LIST}export/xlsx/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(an_operator("outbound.view_message", "outbound.export_message", username="ana"))
    return client


def rows(client: Client, address: str = CSV, language: str = "en") -> list[list[str]]:
    response = client.post(address, headers={"accept-language": language})
    written = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))


@pytest.mark.parametrize("address", [CSV, XLSX])
@pytest.mark.parametrize("rights", [["outbound.view_message"], ["outbound.export_message"], []])
def test_export_needs_permission(client: Client, address: str, rights: list[str]) -> None:
    a_message()
    client.force_login(an_operator(*rights))

    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert not LogEntry.objects.filter(additional_data__text="History exported").exists()


def test_export_post_needs_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(an_operator("outbound.view_message", "outbound.export_message"))
    a_message()

    assert strict.post(CSV).status_code == 403


def test_list_links_to_export_with_its_filters(ana: Client) -> None:
    a_message()

    page = ana.get(f"{LIST}?status__exact=queued&p=1", headers=ENGLISH).content.decode()

    assert f'href="{CSV}?status__exact=queued"' in page
    assert f'href="{XLSX}?status__exact=queued"' in page


def test_list_has_no_export_link_without_permission(client: Client) -> None:
    client.force_login(an_operator("outbound.view_message"))
    a_message()

    assert "/export/" not in client.get(LIST).content.decode()


def test_confirmation_shows_row_count_and_filters(ana: Client) -> None:
    a_message(recipient=a_recipient(phone="+5535988001234"))
    a_message(status=MessageStatus.READ)

    page = ana.get(f"{CSV}?status__exact=queued&q=35+98800-1234", headers=ENGLISH).content.decode()

    assert "1 message" in page
    assert "status: Queued" in page
    assert "search: 35 98800-1234" in page
    assert not LogEntry.objects.filter(additional_data__text="History exported").exists()


def test_count_stops_at_the_cap(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbound.admin.base.pagination.CAP", 3)
    for _number in range(4):
        a_message()

    page = ana.get(CSV, headers=ENGLISH).content.decode()

    assert "more than 2 messages" in page


def test_empty_export_redirects_to_the_list(ana: Client) -> None:
    response = ana.get(f"{CSV}?status__exact=read", headers=ENGLISH, follow=True)

    assert response.redirect_chain == [(f"{LIST}?status__exact=read", 302)]
    assert "there is nothing to export" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["status__exact=queued", "when=today&q=35988", "integration__id__exact={integration}"]
)
def test_file_holds_the_listed_rows(ana: Client, query: str) -> None:
    wanted = a_message(recipient=a_recipient(phone="+5535988001234"))
    a_message(recipient=a_recipient(phone="+5511988001234"), status=MessageStatus.READ)

    heading, *found = rows(ana, f"{CSV}?{query.format(integration=wanted.integration_id)}")

    assert heading[:6] == ["Send", "Template", "Integration", "Number", "Name", "Status"]
    assert [row[3] for row in found] == ["55 35 98800-1234"]


def test_formula_in_a_name_is_escaped(ana: Client) -> None:
    a_message(recipient=a_recipient(name='=HYPERLINK("http://evil";"João")'))

    _heading, row = rows(ana)

    assert row[4] == '\'=HYPERLINK("http://evil";"João")'


def test_file_is_in_the_language_of_the_user(ana: Client) -> None:
    a_message()

    _heading, row = rows(ana, language="pt-BR")

    assert row[5] == "Na fila"


def test_workbook_holds_the_same_rows_as_csv(ana: Client) -> None:
    a_message(recipient=a_recipient(phone="+5535988001234", name="=1+1"))

    response = ana.post(XLSX, headers=ENGLISH)

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    heading, row = ([cell.value for cell in line] for line in sheet.rows)
    assert (heading[3], row[3]) == ("Number", "+55 35 98800-1234")
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")


@pytest.mark.parametrize(("address", "name"), [(CSV, "csv"), (XLSX, "xlsx")])
def test_file_is_a_download_that_is_not_cached(ana: Client, address: str, name: str) -> None:
    a_message()

    response = ana.post(address)

    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["Content-Disposition"].rstrip('"').endswith(f".{name}")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_export_is_audited_before_the_first_row(ana: Client) -> None:
    a_message()

    ana.post(f"{CSV}?status__exact=queued", headers=ENGLISH)  # and not a row is read of the answer

    entry = LogEntry.objects.get(additional_data__text="History exported")
    assert (entry.actor.username, entry.action) == ("ana", LogEntry.Action.ACCESS)
    assert entry.additional_data["format"] == "csv"
    assert entry.additional_data["filters"] == "status: Queued"


def test_audit_log_shows_the_export(ana: Client, admin_client: Client) -> None:
    a_message()
    ana.post(f"{CSV}?status__exact=queued", headers=ENGLISH)

    page = admin_client.get("/admin/auditlog/logentry/", headers=ENGLISH).content.decode()

    assert "History exported" in page
    assert "csv, status: Queued" in page


@pytest.mark.parametrize(
    "query", ["token=x", "status__exact=%00", "integration__id__exact=x", "p=x", "when=never"]
)
def test_invalid_query_is_handled(ana: Client, query: str) -> None:
    a_message()

    asked: Any = ana.get(f"{CSV}?{query}")

    assert asked.status_code in (200, 302, 400)
