"""Closing one of the two addresses of a webhook, whichever Zenvia does not use: only people know which."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import CharField, Form, HiddenInput
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound import audit
from outbound.admin.base.cards import Fact
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.integrations import webhook
from outbound.audit import Verb
from outbound.webhooks import secrets


class SeenForm(Form):
    """Carries which address it was that a person read about."""

    seen = CharField(widget=HiddenInput, required=False)


class _EndView(ConfirmView):
    permission_required = "outbound.rotate_webhook"
    confirm_label = gettext_lazy("End it now")
    confirm_kind = "danger"
    form_class = SeenForm
    place = 0  # among those that are alive, the newest first

    def facts(self) -> list[Fact]:
        return webhook.addresses(self.record, self.request)

    def refusal(self) -> str:
        return "" if self._ending() else _("Two addresses are needed for that: one goes, and one stays.")

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self._ending()}

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            secrets.hold(self.record)
            if form.cleaned_data["seen"] == self._ending():
                return super().form_valid(form)
        messages.warning(self.request, _("The addresses changed meanwhile, so nothing was done. Look again."))
        return redirect(self.back_url)

    @property
    def back_url(self) -> str:
        return reverse("admin:outbound_integration_webhook", args=[self.record.pk])

    def _ending(self) -> str:
        """Return the id of the secret that ends; "" where one alone is alive."""
        alive = list(secrets.alive(self.record, timezone.now()))
        return str(alive[self.place].pk) if len(alive) > 1 else ""


class EndOldSecretView(_EndView):
    question = gettext_lazy("End the old webhook address of %(name)s")
    place = 1

    def explanation(self) -> list[str]:
        return [
            _("Events that still come to the old address are turned away from then on, and lost."),
            _("Do this when the new address is entered at Zenvia, or when somebody else knows the old one."),
        ]

    def act(self, form: Any) -> str:
        secrets.retire_old(self.record)
        audit.record(self.record, Verb.WEBHOOK_OLD_ENDED, self.request.user)
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
        secrets.retire_new(self.record, timezone.now())
        audit.record(self.record, Verb.WEBHOOK_NEW_ENDED, self.request.user)
        return _("The new address is closed, and the old one works on.")
