"""The page that discards a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.compose.draft_access import DraftPage
from outbound.models import Campaign
from outbound.sending.planning import recipient_list


class DiscardView(DraftPage):
    """GET asks for confirmation; POST deletes the draft unless it was sent meanwhile."""

    title = gettext_lazy("Discard draft")
    permission_required = "outbound.delete_campaign"
    template_name = "outbound/compose/discard.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render({"draft": self.draft}) if self.draft.is_draft else self.already_sent(self.draft)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = get_object_or_404(Campaign, pk=self.kwargs["pk"])
        if not recipient_list.discard(draft, by=self.user):
            return self.already_sent(draft)
        messages.success(request, _("The draft is gone."))
        return redirect("admin:outbound_campaign_changelist")
