"""The reason to send to people outside the service window, given or removed on the review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.compose.draft_access import DraftPage
from outbound.models import Campaign
from outbound.sending import service_window


class ServiceWindowReasonView(DraftPage):
    """POST stores `reason` with the draft, or removes it with `take_back`, and redirects to the review."""

    title = gettext_lazy("24-hour window")
    permission_required = ("outbound.add_campaign", "outbound.launch_campaign")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:outbound_campaign_review", self.kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = self.draft
        if not draft.is_draft:
            return self.already_sent(draft)
        takes_back = "take_back" in request.POST
        if not takes_back and not service_window.takes_reason(draft):
            return self._review(draft)  # the integration's policy decides alone
        try:
            reason = "" if takes_back else service_window.clean_reason(request.POST.get("reason", ""))
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self._review(draft)
        if not reason and not takes_back:
            messages.error(request, _("Write why they may get it all the same."))
            return self._review(draft)
        service_window.give_reason(draft, reason, self.user)
        return self._review(draft)

    def _review(self, draft: Campaign) -> HttpResponse:
        return redirect("admin:outbound_campaign_review", draft.pk)
