"""Confirmations to pause and to resume an integration, and its status in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.base.cards import Fact
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import ReasonForm
from outbound.admin.base.formatting import moment, person
from outbound.admin.integrations import tokens
from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration
from outbound.sending.control import integrations
from outbound.sending.control.integrations import queued_count
from outbound.tasks import wake

BADGES: dict[str, str] = {
    IntegrationStatus.ACTIVE: "success",
    IntegrationStatus.PAUSED: "warning",
    IntegrationStatus.STOPPED: "danger",
}


def waiting_text(count: int) -> str:
    """Say how many messages wait for a paused or stopped integration."""
    if not count:
        return _("No message waits.")
    return ngettext(
        "%(count)s message waits; it goes on when you resume.",
        "%(count)s messages wait; they go on when you resume.",
        count,
    ) % {"count": count}


def queue_text(integration: Integration, count: int) -> str:
    """Say how many messages are queued for an integration."""
    if not integration.is_active or not count:
        return waiting_text(count)
    text = ngettext("%(count)s message is in the queue.", "%(count)s messages are in the queue.", count)
    return text % {"count": count}


def reason_text(integration: Integration) -> str:
    # The console's own reasons are stored as English msgids.
    return _(integration.status_reason) if integration.status_reason else ""


def status_facts(integration: Integration) -> list[Fact]:
    """Return the status of an integration, with reason, moment and author."""
    facts = [Fact(_("State"), integration.get_status_display(), BADGES[integration.status])]
    if integration.status_reason:
        facts.append(Fact(_("Reason"), reason_text(integration)))
    if integration.status_changed_at:
        facts.append(Fact(_("Since"), moment(integration.status_changed_at)))
        facts.append(Fact(_("By"), person(integration.status_changed_by)))
    return facts


class PauseView(ConfirmView):
    permission_required = "outbound.pause_integration"
    question = gettext_lazy("Pause %(name)s")
    confirm_label = gettext_lazy("Pause")
    form_class = ReasonForm

    def explanation(self) -> list[str]:
        return [
            _("Nothing more is sent through this integration until somebody resumes it."),
            waiting_text(queued_count(self.record)),
            _("A message that is under way at this very moment may still go out."),
        ]

    def refusal(self) -> str:
        return "" if self.record.is_active else _("This integration is not sending: nothing to pause.")

    def act(self, form: forms.Form) -> str:
        by: Any = self.request.user
        reason = form.cleaned_data["reason"]
        if not integrations.pause(self.record, reason=reason, by=by, now=timezone.now()):
            return self.refusal()
        return _("Paused. Nothing more is sent through this integration.")


class ResumeView(ConfirmView):
    permission_required = "outbound.pause_integration"
    question = gettext_lazy("Resume %(name)s")
    confirm_label = gettext_lazy("Resume")

    form_class = ReasonForm

    def explanation(self) -> list[str]:
        return [waiting_text(queued_count(self.record)), _("Sending goes on at once.")]

    def facts(self) -> list[Fact]:
        return status_facts(self.record)

    def refusal(self) -> str:
        if self.record.is_active:
            return _("This integration is already sending.")
        usable = tokens.is_usable(self.record)
        return "" if usable else _("There is no usable token: replace it first, then resume.")

    def act(self, form: forms.Form) -> str:
        by: Any = self.request.user
        reason = form.cleaned_data["reason"]
        if not integrations.resume(self.record, reason=reason, by=by, now=timezone.now()):
            return self.refusal()
        wake()
        return _("Resumed. Sending goes on.")
