"""The admin of messages: a read-only list with filters, search and export, and the page of one message."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from outbound import phones
from outbound.admin.base.badges import MESSAGE_BADGES
from outbound.admin.base.formatting import moment, unbroken
from outbound.admin.base.read_only import ReadOnlyAdmin
from outbound.admin.messages import detail
from outbound.admin.messages.changelist import MessageChangeList
from outbound.admin.messages.export import FORMATS, ExportView
from outbound.admin.messages.filters import CAMPAIGN, INTEGRATION, CampaignFilter, WhenFilter
from outbound.admin.messages.resend import ResendView
from outbound.admin.messages.unconfirmed.page import UnconfirmedView
from outbound.admin.messages.unconfirmed.resolve import ResolveView
from outbound.models import Message
from outbound.reports import failure_reasons
from outbound.search.terms import as_pk, find_messages


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("number", "person", "state", "why", "campaign_link", "integration", "queued")
    list_display_links = ("number",)
    list_select_related = ("campaign", "integration", "recipient")
    list_filter = ("status", WhenFilter, "integration", CampaignFilter)
    list_before_template = "outbound/messages/export_links.html"
    filter_lookups = ("status__exact", INTEGRATION, CAMPAIGN, WhenFilter.parameter_name)
    ordering = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_fields = ("phone",)  # shows the search box; `find` runs the search
    search_help_text = gettext_lazy("Phone in any spelling, or any id")
    find = staticmethod(find_messages)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            ("doubts/", UnconfirmedView, "unconfirmed"),
            ("doubts/decide/", ResolveView, "resolve"),
            ("doubts/again/", ResendView, "resend"),
        ]
        own = [
            path(
                route,
                self.admin_site.admin_view(view.as_view(site=self.admin_site)),
                name=f"outbound_message_{name}",
            )
            for route, view, name in pages
        ]
        export = self.admin_site.admin_view(ExportView.as_view(site=self.admin_site, model_admin=self))
        own += [
            path(f"export/{name}/", export, {"name": name}, name=f"outbound_message_export_{name}")
            for name in FORMATS
        ]
        return [*own, *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[MessageChangeList]:
        return MessageChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: Any = super().get_queryset(request)
        return rows.shown().defer("payload", "detail")

    @display(description=gettext_lazy("number"))
    def number(self, obj: Message) -> str:
        return unbroken(phones.display(obj.phone))

    @display(description=gettext_lazy("name"))
    def person(self, obj: Message) -> str:
        return obj.recipient.name if obj.recipient else ""

    @display(
        description=gettext_lazy("status"),
        label={status: badge.tone for status, badge in MESSAGE_BADGES.items()},
    )
    def state(self, obj: Message) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=gettext_lazy("reason"))
    def why(self, obj: Message) -> str:
        why = failure_reasons.reason_text(obj)
        if failure_reasons.is_contradicted(obj):
            return _("A failure was reported too: %(why)s") % {"why": why}
        return why

    @display(description=gettext_lazy("send"))
    def campaign_link(self, obj: Message) -> str:
        return format_html(
            '<a class="oc-quiet-link" href="?{}={}">{}</a>', CAMPAIGN, obj.campaign_id, obj.campaign
        )

    @display(description=gettext_lazy("queued"))
    def queued(self, obj: Message) -> str:
        return unbroken(moment(obj.created_at))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = detail.found(as_pk(object_id))
        if message is None:
            raise Http404
        frame = self.admin_site.each_context(request) | {"opts": self.opts}
        context = frame | detail.page(message)
        return TemplateResponse(request, "outbound/messages/detail.html", context)
