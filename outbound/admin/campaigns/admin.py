"""The list of sends and drafts, and the addresses of their pages."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from outbound.admin.base.confirmation import confirm_path
from outbound.admin.base.formatting import moment
from outbound.admin.base.read_only import ReadOnlyAdmin
from outbound.admin.campaigns import detail, pause_cancel
from outbound.admin.campaigns.launch_progress import StopLaunchView
from outbound.admin.campaigns.state import STATES, state_of
from outbound.admin.compose.discard import DiscardView
from outbound.admin.compose.reuse import ResendRefusedView, ReuseView
from outbound.admin.compose.review import ReviewView
from outbound.admin.compose.service_window import ServiceWindowReasonView
from outbound.admin.compose.views import ComposeView, PreviewView, RecipientSearchView
from outbound.lifecycle import UNCONFIRMED, UNFINISHED, WAITING
from outbound.models import Campaign, Message
from outbound.search.terms import as_pk


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "kind", "integration", "sent_by", "sent")
    list_select_related = ("integration__throttle", "template", "launched_by")
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
            ("<int:pk>/window/", ServiceWindowReasonView, "window"),
            ("<int:pk>/discard/", DiscardView, "discard"),
            ("<int:pk>/copy/", ReuseView, "copy"),
            ("<int:pk>/again/", ResendRefusedView, "again"),
        ]
        own = [
            path(
                route,
                self.admin_site.admin_view(view.as_view(site=self.admin_site)),
                name=f"outbound_campaign_{name}",
            )
            for route, view, name in pages
        ]
        confirmations = [
            confirm_path(self, pause_cancel.PauseView, "pause"),
            confirm_path(self, pause_cancel.ResumeView, "resume"),
            confirm_path(self, pause_cancel.CancelView, "cancel"),
            confirm_path(self, StopLaunchView, "stop"),
        ]
        return [*own, *confirmations, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        of_this = Message.objects.filter(campaign=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .exclude(status=UNFINISHED)
            .annotate(
                has_waiting=Exists(of_this.filter(status__in=WAITING)),
                has_unconfirmed=Exists(of_this.filter(status__in=UNCONFIRMED)),
            )
        )

    @display(description=gettext_lazy("send"))
    def name(self, obj: Campaign) -> str:
        return f"{obj} · {obj.template.name}" if obj.template else str(obj)

    @display(
        description=gettext_lazy("state"), label={state: tone for state, (tone, _text) in STATES.items()}
    )
    def state(self, obj: Any) -> tuple[str, str]:
        state = state_of(obj, waiting=obj.has_waiting, unconfirmed=obj.has_unconfirmed, now=timezone.now())
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
        campaign = detail.find(as_pk(object_id))
        if campaign is None:
            raise Http404
        if campaign.is_draft:
            return redirect("admin:outbound_campaign_edit", campaign.pk)
        context = detail.page(campaign, cast(User, request.user))
        frame = self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, "outbound/campaigns/detail.html", frame | context)
