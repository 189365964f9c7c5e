"""The 24-hour window on the review: a person's reason to send all the same, given and taken back."""

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


class WindowReasonView(DraftPage):
    """A POST keeps `reason` with the draft, or takes it back where it is empty; the review follows."""

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
            return self._review(draft)  # the integration's rule decides alone, and the review says so
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
