"""The history: one row per recipient, read by whoever may and changed by nobody."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from outbound import phones
from outbound.admin.advice import advice
from outbound.admin.again import AgainView
from outbound.admin.badges import MESSAGE_BADGES
from outbound.admin.deciding import DecideView
from outbound.admin.doubts import DoubtsView
from outbound.admin.filters import WhenFilter
from outbound.admin.held import held
from outbound.admin.readonly import ReadOnlyAdmin
from outbound.admin.stamps import moment, unbroken
from outbound.admin.timeline import timeline
from outbound.compose import preview
from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.searching import as_pk, find_messages

# All that the page of one message speaks of, in one question.
RELATED = (
    "campaign__template",
    "campaign__created_by",
    "campaign__launched_by",
    "integration__throttle",
    "recipient",
    "resend_of",
    "resent_as",
    "settled_by",
)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("number", "person", "state", "why", "campaign_link", "integration", "queued")
    list_display_links = ("number",)
    list_select_related = ("campaign", "integration", "recipient")
    list_filter = ("status", "integration", WhenFilter)
    filter_lookups = ("status__exact", "integration__id__exact", "campaign__id__exact", "when")
    ordering = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_fields = ("phone",)  # shows the box; `find` answers it
    search_help_text = _("Phone in any spelling, or any id")
    find = staticmethod(find_messages)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            ("doubts/", DoubtsView, "doubts"),
            ("doubts/decide/", DecideView, "decide"),
            ("doubts/again/", AgainView, "again"),
        ]
        own = [
            path(
                route,
                self.admin_site.admin_view(view.as_view(site=self.admin_site)),
                name=f"outbound_message_{name}",
            )
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("payload", "detail")

    @display(description=_("number"))
    def number(self, obj: Message) -> str:
        return unbroken(phones.display(obj.phone))

    @display(description=_("name"))
    def person(self, obj: Message) -> str:
        return obj.recipient.name if obj.recipient else ""

    @display(description=_("status"), label={status: badge.tone for status, badge in MESSAGE_BADGES.items()})
    def state(self, obj: Message) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("reason"))
    def why(self, obj: Message) -> str:
        return obj.get_reason_display()

    @display(description=_("send"))
    def campaign_link(self, obj: Message) -> str:
        return str(obj.campaign)

    @display(description=_("queued"))
    def queued(self, obj: Message) -> str:
        return unbroken(moment(obj.created_at))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/outbound/message.html", self._page(request, object_id))

    def _page(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        message = Message.objects.select_related(*RELATED).filter(pk=as_pk(object_id)).first()
        if message is None:
            raise Http404
        now = timezone.now()
        sent_again_as = getattr(message, "resent_as", None)
        body = json.loads(message.payload) if message.payload else {}
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": phones.display(message.phone),
            "message": message,
            "original": message,
            "badge": MESSAGE_BADGES[MessageStatus(message.status)],
            "advice": advice(message, held(message, now), was_sent_again=bool(sent_again_as)),
            "timeline": timeline(message, now),
            "sent_again_as": sent_again_as,
            "body": json.dumps(body, ensure_ascii=False, indent=2) if body else "",
            **preview.of_message(message, body),
        }
