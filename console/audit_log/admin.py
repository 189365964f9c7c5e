"""The read-only admin pages of the audit log."""

from __future__ import annotations

from typing import Any, ClassVar

from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import display

from console.audit_log import wording
from console.audit_log.filters import DaysFilter, KindFilter, VerbFilter, WhoFilter
from console.audit_log.search import find_entries
from outbound.admin.base.cards import Card, Link
from outbound.admin.base.formatting import moment, unbroken
from outbound.admin.base.read_only import ReadOnlyAdmin


class AuditAdmin(ReadOnlyAdmin):
    list_display = ("created", "who", "what", "target", "people", "address")
    list_display_links = ("created", "what")
    list_select_related = ("actor", "content_type")
    list_filter = (VerbFilter, WhoFilter, KindFilter, DaysFilter)
    list_filter_submit = True
    filter_lookups: ClassVar[tuple[str, ...]] = ("verb", "who", "kind", *DaysFilter.PARAMETERS)
    ordering = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_fields = ("object_repr",)  # shows the search box; `find` does the search
    search_help_text = gettext_lazy("Number of a send, phone, or the beginning of a name")
    find = staticmethod(find_entries)
    fields = ("created", "who", "what", "target", "people", "address", "changes_shown")

    @display(description=gettext_lazy("when"))
    def created(self, obj: LogEntry) -> str:
        return unbroken(moment(obj.timestamp))

    @display(description=gettext_lazy("who"))
    def who(self, obj: LogEntry) -> str:
        return wording.who(obj)

    @display(description=gettext_lazy("what"))
    def what(self, obj: LogEntry) -> str:
        return wording.what(obj)

    @display(description=gettext_lazy("object"))
    def target(self, obj: LogEntry) -> str:
        return wording.target(obj)

    @display(description=pgettext_lazy("audit log", "people"))
    def people(self, obj: LogEntry) -> str:
        count = wording.data_of(obj).get("people")
        return "–" if count is None else str(localize(count))

    @display(description=gettext_lazy("from address"))
    def address(self, obj: LogEntry) -> str:
        return obj.remote_addr or "–"

    @display(description=gettext_lazy("changes"))
    def changes_shown(self, obj: LogEntry) -> str:
        return format_html_join("", "<p><b>{}</b>: {} → {}</p>", wording.changes(obj)) or "–"

    def card(self, request: HttpRequest, obj: LogEntry) -> Card | None:
        """Link to the record if it still exists and may be viewed."""
        model: Any = obj.content_type.model_class()
        pages = admin.site._registry.get(model)
        if pages is None or obj.object_id is None or not pages.has_view_permission(request):
            return None
        if not model._base_manager.filter(pk=obj.object_id).exists():
            return None
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.object_id])
        return Card(_("What it was about"), links=[Link(wording.target(obj), url)])
