"""Revokes one of the two addresses of a webhook: only people know which one the gateway uses."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound import audit
from outbound.admin.base.cards import Fact
from outbound.admin.integrations import webhook
from outbound.admin.integrations.webhook_confirmation import WebhookConfirmView
from outbound.audit import Verb
from outbound.webhooks import secrets


class _RevokeView(WebhookConfirmView):
    confirm_label = gettext_lazy("End it now")
    changed_message = gettext_lazy("The addresses changed meanwhile, so nothing was done. Look again.")
    position = 0  # among the valid secrets, the newest first

    def facts(self) -> list[Fact]:
        return webhook.addresses(self.record, self.request)

    def refusal(self) -> str:
        return "" if self.current() else _("Two addresses are needed for that: one goes, and one stays.")

    def current(self) -> str:
        """Return the id of the secret that ends; "" if only one is valid."""
        valid = list(secrets.valid_keys(self.record, timezone.now()))
        return str(valid[self.position].pk) if len(valid) > 1 else ""


class RevokeOldSecretView(_RevokeView):
    question = gettext_lazy("End the old webhook address of %(name)s")
    position = 1

    def explanation(self) -> list[str]:
        return [
            _("Events that still come to the old address are turned away from then on, and lost."),
            _("Do this when the new address is entered at Zenvia, or when somebody else knows the old one."),
        ]

    def act(self, form: Any) -> str:
        secrets.revoke_old(self.record)
        audit.record(self.record, Verb.WEBHOOK_OLD_ENDED, self.request.user)
        return _("The old address is closed.")


class RevokeNewSecretView(_RevokeView):
    question = gettext_lazy("End the new webhook address of %(name)s")

    def explanation(self) -> list[str]:
        return [
            _("Events that come to the new address are turned away from then on, and lost."),
            _("The old address works on, and for as long as you like."),
            _("Do this when nobody copied the new address, or when it was never entered at Zenvia."),
        ]

    def act(self, form: Any) -> str:
        secrets.revoke_new(self.record, timezone.now())
        audit.record(self.record, Verb.WEBHOOK_NEW_ENDED, self.request.user)
        return _("The new address is closed, and the old one works on.")
