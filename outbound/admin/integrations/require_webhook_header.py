"""Requires the webhook's header secret from now on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound import audit
from outbound.admin.integrations.webhook import header_state
from outbound.admin.integrations.webhook_confirmation import WebhookConfirmView
from outbound.audit import Verb
from outbound.webhooks import header_secret


class RequireHeaderView(WebhookConfirmView):
    question = gettext_lazy("Ask for the new header of the webhook of %(name)s")
    confirm_label = gettext_lazy("Ask for it from now on")
    changed_message = gettext_lazy("The header changed meanwhile, so nothing was done. Look again.")

    def explanation(self) -> list[str]:
        return [
            _("Events without it are turned away from then on. Zenvia switches a webhook off that fails."),
            _("Do this when both subscriptions at Zenvia send it: MESSAGE_STATUS and MESSAGE."),
        ]

    def refusal(self) -> str:
        return "" if self.record.webhook_header_next else _("There is no new header to ask for.")

    def current(self) -> str:
        return header_state(self.record)

    def act(self, form: Any) -> str:
        header_secret.require(self.record)
        audit.record(self.record, Verb.WEBHOOK_HEADER_ASKED, self.request.user)
        return _("The header is asked for from now on.")
