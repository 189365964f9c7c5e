"""Confirmations of the webhook's pages act only on the secrets that the person was shown."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import CharField, Form, HiddenInput
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise

from outbound.admin.base.confirmation import ConfirmView
from outbound.webhooks import secrets


class SeenForm(Form):
    """Carries what `current` returned when the page was rendered."""

    seen = CharField(widget=HiddenInput, required=False)


class WebhookConfirmView(ConfirmView):
    """Compares what was shown with what is there, under a lock, before `act`."""

    permission_required = "outbound.rotate_webhook"
    confirm_kind = "danger"
    form_class = SeenForm
    changed_message: str | Promise = ""

    def current(self) -> str:
        """Return what identifies the secret that this page is about."""
        raise NotImplementedError

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.current()}

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            self.record = secrets.lock(self.record)
            if form.cleaned_data["seen"] == self.current():
                return super().form_valid(form)
        messages.warning(self.request, str(self.changed_message))
        return redirect(self.back_url)

    @property
    def back_url(self) -> str:
        return reverse("admin:outbound_integration_webhook", args=[self.record.pk])
