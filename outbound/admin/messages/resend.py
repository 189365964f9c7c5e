"""Resending messages that were resolved as not sent: a new draft, which a person reviews."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.admin.base.views import ConsolePage
from outbound.admin.messages.unconfirmed import selection
from outbound.lifecycle import MessageStatus
from outbound.models import Campaign, Message
from outbound.search.terms import as_pk
from outbound.sending.control.resend import NothingToResend, resend

MAX_CAMPAIGNS = 50


class ResendView(ConsolePage):
    """GET lists the sends with such messages; POST creates a draft for one and leads to its review."""

    title = gettext_lazy("Send again")
    permission_required = ("outbound.view_message", "outbound.add_campaign")
    template_name = "outbound/messages/resend.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sends = Campaign.objects.filter(messages__in=self._rows()).annotate(count=Count("messages"))
        found = sends.select_related("integration", "template").order_by("-id")[:MAX_CAMPAIGNS]
        return self.render({"sends": found})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = get_object_or_404(Campaign, pk=as_pk(request.POST.get("campaign")))
        try:
            draft = resend(campaign, by=self.user, messages=self._rows())
        except NothingToResend:
            messages.info(request, _("Nothing of it is left to send again."))
            return redirect("admin:outbound_message_unconfirmed")
        return redirect("admin:outbound_campaign_review", draft.pk)

    def _rows(self) -> QuerySet[Message]:
        """Return the messages of one resolution (`?at=`), the given messages (`?message=`), or all."""
        query, rows = self.request.GET, assumed_not_sent()
        if query.get("at"):
            moment = selection.from_param(query["at"], timezone.now())
            return rows.filter(settled_at=moment, settled_by=self.user)
        return rows.filter(pk__in=selection.selected_ids(query)) if "message" in query else rows


def assumed_not_sent() -> QuerySet[Message]:
    """Return the messages that were resolved as not sent and have not been resent."""
    return Message.objects.filter(status=MessageStatus.ASSUMED_NOT_SENT, resent_as=None)
