"""The export of the message list as a file: a confirmation with the number of rows, then the download."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.functional import Promise, cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound import audit
from outbound.admin.base.cards import Fact
from outbound.admin.base.model_admin import ConsoleAdmin
from outbound.admin.base.pagination import count_of
from outbound.admin.base.views import ConsolePage
from outbound.audit import Verb
from outbound.models import Message
from outbound.reports import export_columns, export_csv, export_xlsx

Rows = Iterator[list[export_columns.Cell]]


@dataclass(frozen=True)
class Format:
    """A file format: its label, its media type, and the function that builds the response."""

    label: str | Promise
    media_type: str
    respond: Callable[[list[str], Rows], HttpResponseBase]


def _csv(headers: list[str], rows: Rows) -> HttpResponseBase:
    return StreamingHttpResponse(export_csv.stream(headers, rows))


def _xlsx(headers: list[str], rows: Rows) -> HttpResponseBase:
    return FileResponse(export_xlsx.build(headers, rows))


FORMATS = {
    "csv": Format(gettext_lazy("CSV file, for Excel in Portuguese"), "text/csv; charset=utf-8", _csv),
    "xlsx": Format(
        gettext_lazy("Excel workbook (XLSX)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _xlsx,
    ),
}


class ExportView(ConsolePage):
    """Takes the filters of the list in its query string. GET asks for confirmation; POST returns the file."""

    title = gettext_lazy("Export the history")
    permission_required = ("outbound.view_message", "outbound.export_message")
    template_name = "outbound/base/confirm.html"
    model_admin: Any = None

    @property
    def format(self) -> Format:
        return FORMATS[self.kwargs["name"]]

    @cached_property
    def listed(self) -> ChangeList:
        """The change list of these filters, so that the file holds what the list shows."""
        admin: ConsoleAdmin = self.model_admin
        return admin.get_changelist_instance(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            return redirect("admin:outbound_message_changelist")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.listed.result_count:
            messages.info(request, _("No message matches these filters, so there is nothing to export."))
            return redirect(self._back())
        return self.render(
            {
                "opts": Message._meta,
                "explanation": _explanation(self.kwargs["name"]),
                "facts": [
                    Fact(_("Rows"), _count(self.listed)),
                    Fact(_("Filter"), " · ".join(self._filters()) or _("None: the whole history")),
                    Fact(_("File"), str(self.format.label)),
                ],
                "form": Form(),
                "confirm_label": _("Export"),
                "confirm_kind": "primary",
                "back_url": self._back(),
            }
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        name = self.kwargs["name"]
        audit.record_reading(
            Message,
            Verb.HISTORY_EXPORTED,
            self.user,
            {"format": name, "filters": ", ".join(self._filters())},
            people=count_of(self.listed.queryset),
        )
        rows = export_columns.rows(self.listed.queryset, translation.get_language() or settings.LANGUAGE_CODE)
        response = self.format.respond(export_columns.headers(), rows)
        response["Content-Type"] = self.format.media_type
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"history-{timezone.localtime():%Y%m%d-%H%M}.{name}"
        )
        return response

    def _filters(self) -> list[str]:
        """Describe the active filters and the search term."""
        listed = self.listed
        chosen = [
            f"{spec.title}: {choice['display']}"
            for spec in listed.filter_specs
            if spec.used_parameters
            for choice in spec.choices(listed)
            if choice["selected"]
        ]
        return [*chosen, *([_("search: %(text)s") % {"text": listed.query}] if listed.query else [])]

    def _back(self) -> str:
        query = self.request.GET.urlencode()
        address = reverse("admin:outbound_message_changelist")
        return f"{address}?{query}" if query else address


def _explanation(name: str) -> list[str]:
    slow = _("A workbook is written before it is sent: expect ten seconds for 100,000 messages.")
    return [
        _(
            "The file has one row for each message, with people's numbers and names. Keep it where only "
            "those can read it who have to."
        ),
        _("That you exported it, and with which filters, is written into the audit log."),
        *([slow] if name == "xlsx" else []),
    ]


def _count(listed: ChangeList) -> str:
    if listed.paginator.is_capped:
        most = number_format(listed.paginator.last_row, force_grouping=True)
        return _("more than %(count)s messages") % {"count": most}
    count = listed.result_count
    return ngettext("%(count)s message", "%(count)s messages", count) % {"count": count}
