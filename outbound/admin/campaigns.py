"""Sends: the drafts that wait, and what became of each one that went."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import display

from outbound import reports
from outbound.admin.progress import legend, segments
from outbound.admin.readonly import ReadOnlyAdmin
from outbound.admin.stamps import moment
from outbound.compose import preview
from outbound.compose.discard import DiscardView
from outbound.compose.review import ReviewView
from outbound.compose.views import ComposeView, PreviewView, RecipientSearchView
from outbound.lifecycle import IN_DOUBT, WAITING, CampaignStatus
from outbound.models import Campaign, Message
from outbound.searching import as_pk

STATES = {
    "draft": ("neutral", gettext_lazy("Draft")),
    "sending": ("info", gettext_lazy("Sending")),
    "held": ("warning", gettext_lazy("Waiting for its integration")),
    "doubts": ("warning", gettext_lazy("Finished, some in doubt")),
    "finished": ("success", gettext_lazy("Finished")),
    "paused": ("warning", gettext_lazy("Paused")),
    "cancelled": ("neutral", pgettext_lazy("send", "Cancelled")),
}


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "kind", "integration", "sent_by", "sent")
    list_select_related = ("integration", "template", "launched_by")
    list_filter = ("status", "integration")
    filter_lookups = ("status__exact", "integration__id__exact")
    ordering = ("-id",)
    sortable_by: ClassVar[tuple[str, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        pages = [
            ("compose/", ComposeView, "compose"),
            ("compose/preview/", PreviewView, "preview"),
            ("compose/recipients/", RecipientSearchView, "recipients"),
            ("<int:pk>/compose/", ComposeView, "edit"),
            ("<int:pk>/review/", ReviewView, "review"),
            ("<int:pk>/discard/", DiscardView, "discard"),
        ]
        own = [
            path(
                route,
                self.admin_site.admin_view(view.as_view(site=self.admin_site)),
                name=f"outbound_campaign_{name}",
            )
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        of_this = Message.objects.filter(campaign=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                has_waiting=Exists(of_this.filter(status__in=WAITING)),
                has_doubts=Exists(of_this.filter(status__in=IN_DOUBT)),
            )
        )

    @display(description=gettext_lazy("send"))
    def name(self, obj: Campaign) -> str:
        return f"{obj} · {obj.template.name}" if obj.template else str(obj)

    @display(
        description=gettext_lazy("state"), label={state: tone for state, (tone, _text) in STATES.items()}
    )
    def state(self, obj: Any) -> tuple[str, str]:
        state = _state(obj, waiting=obj.has_waiting, doubts=obj.has_doubts)
        return state, str(STATES[state][1])

    @display(description=gettext_lazy("sent by"))
    def sent_by(self, obj: Campaign) -> str:
        return str(obj.launched_by or "")

    @display(description=gettext_lazy("sent at"))
    def sent(self, obj: Campaign) -> str:
        return moment(obj.launched_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("integration", "template", "launched_by")
        campaign = Campaign.objects.select_related(*related).filter(pk=as_pk(object_id)).first()
        if campaign is None:
            raise Http404
        if campaign.is_draft:
            return redirect("admin:outbound_campaign_edit", campaign.pk)
        return TemplateResponse(request, "admin/outbound/campaign.html", self._page(request, campaign))

    def _page(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        rows = reports.row_sum(campaign.messages.all())
        state = _state(campaign, waiting=not rows.is_finished, doubts=bool(rows.in_doubt))
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(campaign),
            "campaign": campaign,
            "original": campaign,
            "state": STATES[state],
            "rows": rows,
            "segments": segments(rows),
            "legend": legend(rows),
            "reasons": reports.top_reasons(campaign),
            **preview.of_campaign(campaign, {}),
        }


def _state(campaign: Campaign, *, waiting: bool, doubts: bool) -> str:
    if campaign.status != CampaignStatus.RUNNING:
        return campaign.status
    if not waiting:
        return "doubts" if doubts else "finished"
    return "sending" if campaign.integration and campaign.integration.is_active else "held"
