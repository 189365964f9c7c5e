"""Asking for the webhook's header from now on, once it was seen to come in."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.audit import Verb
from outbound.webhooks import header_secret

NOT_SEEN = gettext_lazy("No event has brought the new header yet, so it is not asked for.")


class AskForHeaderView(ConfirmView):
    permission_required = "outbound.rotate_webhook"
    question = gettext_lazy("Ask for the new header of the webhook of %(name)s")
    confirm_label = gettext_lazy("Ask for it from now on")
    confirm_kind = "danger"

    def explanation(self) -> list[str]:
        return [
            _("Events without it are turned away from then on. Zenvia switches a webhook off that fails."),
            _("Do this when both subscriptions at Zenvia send it: MESSAGE_STATUS and MESSAGE."),
        ]

    def refusal(self) -> str:
        return "" if self.record.webhook_header_seen_at else str(NOT_SEEN)

    def act(self, form: Any) -> str:
        if not header_secret.ask_for(self.record):  # somebody made another in between
            return str(NOT_SEEN)
        audit.record(self.record, Verb.WEBHOOK_HEADER_ASKED, self.request.user)
        return _("The header is asked for from now on.")

    @property
    def back_url(self) -> str:
        return reverse("admin:outbound_integration_webhook", args=[self.record.pk])
