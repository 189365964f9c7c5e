"""After “it was not sent”: the same message once more, as a draft that a person reviews."""

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
from outbound.sending.control.resend import NothingToSend, draft_again

MOST_SENDS = 50


class AgainView(ConsolePage):
    """GET offers, send by send; POST makes the draft of one. Nothing goes out before its review."""

    title = gettext_lazy("Send again")
    permission_required = ("outbound.view_message", "outbound.add_campaign")
    template_name = "outbound/messages/resend.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sends = Campaign.objects.filter(messages__in=self._rows()).annotate(count=Count("messages"))
        found = sends.select_related("integration", "template").order_by("-id")[:MOST_SENDS]
        return self.render({"sends": found})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = get_object_or_404(Campaign, pk=as_pk(request.POST.get("campaign")))
        try:
            draft = draft_again(campaign, by=self.user, messages=self._rows())
        except NothingToSend:
            messages.info(request, _("Nothing of it is left to send again."))
            return redirect("admin:outbound_message_doubts")
        return redirect("admin:outbound_campaign_review", draft.pk)

    def _rows(self) -> QuerySet[Message]:
        """Return what the address speaks of: one decision (`at`), some messages, or all that there is."""
        query, rows = self.request.GET, taken_as_not_sent()
        if query.get("at"):
            moment = selection.unstamped(query["at"], timezone.now())
            return rows.filter(settled_at=moment, settled_by=self.user)
        return rows.filter(pk__in=selection.ticked(query)) if "message" in query else rows


def taken_as_not_sent() -> QuerySet[Message]:
    """Return what was taken as not sent, and was not sent again so far."""
    return Message.objects.filter(status=MessageStatus.ASSUMED_NOT_SENT, resent_as=None)
