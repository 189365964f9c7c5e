"""An integration that waits although nobody paused it: the reason, and what a person can do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import ReasonForm
from outbound.admin.base.formatting import moment
from outbound.audit import Verb
from outbound.models import Integration
from outbound.sending.control import campaigns
from outbound.sending.control.integrations import queued_count
from outbound.sending.limits import backpressure, circuit_breaker, eligible
from outbound.tasks import wake


def until_text(integration: Integration, now: datetime) -> str:
    """Return until when an active integration waits, in words; "" if it does not wait."""
    wait = _wait(integration, now)
    return _("Waits until %(when)s") % {"when": _when(wait.until, now)} if wait else ""


def wait_text(integration: Integration, now: datetime) -> str:
    """Return until when and why an active integration waits; "" if it does not wait."""
    wait = _wait(integration, now)
    return f"{until_text(integration, now)}. {wait.reason}." if wait else ""


def is_held(integration: Integration, now: datetime) -> bool:
    """Whether the integration waits because of the gateway, which a person can end."""
    held_until = eligible.throttle_of(integration).held_until
    return integration.is_active and held_until is not None and held_until > now


def _wait(integration: Integration, now: datetime) -> backpressure.Wait | None:
    return backpressure.current(integration, now) if integration.is_active else None


def _when(at: datetime, now: datetime) -> str:
    is_today = timezone.localdate(at) == timezone.localdate(now)
    return date_format(timezone.localtime(at), "H:i") if is_today else moment(at)


class TryAgainView(ConfirmView):
    permission_required = "outbound.pause_integration"
    question = gettext_lazy("Try %(name)s again now")
    confirm_label = gettext_lazy("Try again now")

    def explanation(self) -> list[str]:
        return [
            wait_text(self.record, timezone.now()),
            _("Sending goes on at once. If the gateway is still in trouble, the integration waits again."),
        ]

    def refusal(self) -> str:
        if not self.record.is_active:
            return _("This integration is not sending: resume it instead.")
        return "" if is_held(self.record, timezone.now()) else _("The gateway does not make it wait.")

    def act(self, form: forms.Form) -> str:
        circuit_breaker.release(self.record)
        audit.record(self.record, Verb.WAIT_ENDED, self.request.user)
        wake()
        return _("Sending goes on.")


class CancelWaitingView(ConfirmView):
    permission_required = "outbound.steer_campaign"
    question = gettext_lazy("Cancel what waits for %(name)s")
    confirm_label = gettext_lazy("Cancel these messages")
    is_atomic = False  # it cancels messages in batches of their own
    confirm_kind = "danger"
    form_class = ReasonForm

    @cached_property
    def waiting(self) -> int:
        return queued_count(self.record)

    def explanation(self) -> list[str]:
        return [
            ngettext(
                "%(count)s message waits. It will not be sent.",
                "%(count)s messages wait. They will not be sent.",
                self.waiting,
            )
            % {"count": self.waiting},
            _("Every send through this integration that is not finished is cancelled. It cannot be undone."),
            _("A message that is under way at this very moment may still go out."),
        ]

    def refusal(self) -> str:
        return "" if self.waiting else _("No message waits.")

    def act(self, form: forms.Form) -> str:
        by: Any = self.request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        count = campaigns.cancel_waiting(self.record, reason=reason, by=by, now=now)
        text = ngettext("%(count)s message was cancelled.", "%(count)s messages were cancelled.", count)
        return text % {"count": count}
