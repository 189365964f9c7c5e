"""Closing one of the two addresses of a webhook, whichever Zenvia does not use: only people know which."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from outbound import audit
from outbound.admin.confirming import ConfirmView
from outbound.tracking import keys

OLD_ENDED = gettext_noop("Old secret of the webhook ended")
NEW_ENDED = gettext_noop("New secret of the webhook ended")


class _EndView(ConfirmView):
    permission_required = "outbound.rotate_webhook"
    confirm_label = gettext_lazy("End it now")
    confirm_kind = "danger"

    def refusal(self) -> str:
        alive = keys.alive(self.record, timezone.now()).count()
        return "" if alive > 1 else _("Two addresses are needed for that: one goes, and one stays.")

    @property
    def back_url(self) -> str:
        return reverse("admin:outbound_integration_webhook", args=[self.record.pk])


class EndOldSecretView(_EndView):
    question = gettext_lazy("End the old webhook address of %(name)s")

    def explanation(self) -> list[str]:
        return [
            _("Events that still come to the old address are turned away from then on, and lost."),
            _("Do this when the new address is entered at Zenvia, or when somebody else knows the old one."),
        ]

    def act(self, form: Any) -> str:
        keys.retire_old(self.record)
        audit.record(self.record, OLD_ENDED, self.request.user)
        return _("The old address is closed.")


class EndNewSecretView(_EndView):
    question = gettext_lazy("End the new webhook address of %(name)s")

    def explanation(self) -> list[str]:
        return [
            _("Events that come to the new address are turned away from then on, and lost."),
            _("The old address works on, and for as long as you like."),
            _("Do this when nobody copied the new address, or when it was never entered at Zenvia."),
        ]

    def act(self, form: Any) -> str:
        keys.retire_new(self.record)
        audit.record(self.record, NEW_ENDED, self.request.user)
        return _("The new address is closed, and the old one works on.")
