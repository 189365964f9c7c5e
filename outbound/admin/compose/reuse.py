"""Makes a new draft of a send or draft, for all of its people or for the refused ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from outbound.admin.base.views import ConsolePage
from outbound.models import Campaign
from outbound.sending.control.resend import NothingToResend, resend, reuse


class ReuseView(ConsolePage):
    """POST makes the draft and opens it; GET, which follows a login, redirects to the old send."""

    permission_required = ("outbound.add_campaign", "outbound.view_campaign")

    @cached_property
    def old(self) -> Campaign:
        return get_object_or_404(Campaign, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("admin:outbound_campaign_change", self.old.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = reuse(self.old, by=self.user)
        copied, sent = (
            _("This is your own copy of the draft."),
            _("This is a new draft with everything from the old send."),
        )
        messages.success(request, copied if self.old.is_draft else sent)
        return redirect("admin:outbound_campaign_edit", draft.pk)


class ResendRefusedView(ReuseView):
    """POST makes a draft for the people whose message was refused and opens its review."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.old.is_draft:
            raise Http404
        try:
            draft = resend(self.old, by=self.user)
        except NothingToResend:
            messages.info(request, _("Nothing is left to send again: what was refused went out anew."))
            return redirect("admin:outbound_campaign_change", self.old.pk)
        return redirect("admin:outbound_campaign_review", draft.pk)
