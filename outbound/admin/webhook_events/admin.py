"""Lists webhook events, with what was read from each and its state."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from outbound import phones
from outbound.admin.base.badges import EVENT_BADGES
from outbound.admin.base.formatting import moment, unbroken
from outbound.admin.base.read_only import ReadOnlyAdmin
from outbound.admin.webhook_events import detail, filters
from outbound.admin.webhook_events.status_words import TeachView, WordsView
from outbound.lifecycle import EventState
from outbound.models import WebhookEvent
from outbound.search.terms import as_pk, find_events


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("received", "what", "said", "state_shown", "whose", "through", "copies")
    list_display_links = ("received",)
    list_select_related = ("integration", "message")
    list_filter = (filters.NeedsLookFilter, "state", "integration")
    list_before_template = "outbound/webhook_events/notice.html"
    filter_lookups = (filters.PARAMETER, "state__exact", "integration__id__exact")
    ordering = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()
    search_fields = ("external_id",)  # shows the search box; `find` runs the search
    search_help_text = _("Phone in any spelling, any id, or a word")
    find = staticmethod(find_events)

    def get_urls(self) -> list[URLPattern]:
        views = [("words/", WordsView, "words"), ("words/teach/", TeachView, "teach")]
        own = [
            path(
                route,
                self.admin_site.admin_view(view.as_view(site=self.admin_site)),
                name=f"outbound_webhookevent_{name}",
            )
            for route, view, name in views
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return super().get_queryset(request).defer("body", "message__payload", "message__detail")

    @display(description=_("received"))
    def received(self, obj: WebhookEvent) -> str:
        return unbroken(moment(obj.received_at))

    @display(description=_("kind"), empty_value="–")
    def what(self, obj: WebhookEvent) -> str | None:
        return obj.get_kind_display() or None

    @display(description=_("what it says"), empty_value="–")
    def said(self, obj: WebhookEvent) -> str | None:
        return obj.word or obj.text or None

    @display(description=_("state"), label={state: badge.tone for state, badge in EVENT_BADGES.items()})
    def state_shown(self, obj: WebhookEvent) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("message"), empty_value="–")
    def whose(self, obj: WebhookEvent) -> str | None:
        if obj.message is None:
            return unbroken(phones.display(obj.phone_key)) if obj.phone_key else None
        url = reverse("admin:outbound_message_change", args=[obj.message.pk])
        shown = phones.display(obj.message.phone)
        return format_html('<a class="oc-quiet-link whitespace-nowrap" href="{}">{}</a>', url, shown)

    @display(description=_("integration"))
    def through(self, obj: WebhookEvent) -> str:
        return str(obj.integration)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        notice = {"has_unknown_words": _is_unfiltered(request) and _has_unknown_words()}
        return super().changelist_view(request, (extra_context or {}) | notice)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = detail.found(as_pk(object_id))
        if event is None:
            raise Http404
        frame = self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, "outbound/webhook_events/detail.html", frame | detail.page(event))


def _is_unfiltered(request: HttpRequest) -> bool:
    """Whether the list is neither searched nor filtered by attention."""
    return not request.GET.get("q") and not request.GET.get(filters.PARAMETER)


def _has_unknown_words() -> bool:
    return WebhookEvent.objects.filter(state=EventState.UNKNOWN).order_by().exists()
