"""Resumes all integrations that were stopped because the console is a copy or its database was restored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.base.alert import Alert
from outbound.admin.base.cards import Fact
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import ReasonForm
from outbound.admin.integrations import tokens
from outbound.admin.integrations.pause import reason_text, waiting_text
from outbound.lifecycle import CampaignStatus, IntegrationStatus, MessageStatus
from outbound.models import Integration
from outbound.sending.control import integrations
from outbound.sending.installation import clone_guard
from outbound.tasks import wake


def alert(integrations: Iterable[Integration], *, may_resume: bool) -> list[Alert]:
    """Return the home page's alert for integrations that can be resumed together, with a link if allowed."""
    found = [one for one in integrations if _is_stopped(one)]
    if not found:
        return []
    text = ngettext(
        "%(count)s integration is stopped. %(reason)s",
        "%(count)s integrations are stopped. %(reason)s",
        len(found),
    ) % {"count": len(found), "reason": reason_text(found[0])}
    if may_resume:
        return [Alert("content_copy", text, "warning", reverse("admin:outbound_integration_resume_stopped"))]
    asked = _("Ask somebody who may resume integrations.")
    return [Alert("content_copy", f"{text} {asked}", "warning")]


def _is_stopped(one: Integration) -> bool:
    by_console = one.status == IntegrationStatus.STOPPED and one.status_changed_by_id is None
    return by_console and one.status_reason in clone_guard.PROBLEMS


class ResumeStoppedView(ConfirmView):
    permission_required = "outbound.pause_integration"
    question = gettext_lazy("Resume all integrations that were stopped as a copy")
    confirm_label = gettext_lazy("Resume them all")
    confirm_kind = "danger"
    form_class = ReasonForm

    record = None  # several records

    @cached_property
    def stopped(self) -> list[Any]:
        is_queued = Q(messages__status=MessageStatus.QUEUED)
        is_launched = ~Q(messages__campaign__status=CampaignStatus.LAUNCHING)
        return list(clone_guard.stopped().annotate(queued=Count("messages", filter=is_queued & is_launched)))

    def explanation(self) -> list[str]:
        why = dict.fromkeys(reason_text(one) for one in self.stopped)
        return [*why, _("Sending goes on at once.")]

    def facts(self) -> list[Fact]:
        return [Fact(one.name, _waiting(one)) for one in self.stopped]

    def refusal(self) -> str:
        return "" if self.stopped else _("No integration is stopped for this reason.")

    def act(self, form: forms.Form) -> str:
        by: Any = self.request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        resumed = [
            one
            for one in self.stopped
            if tokens.is_usable(one) and integrations.resume(one, reason=reason, by=by, now=now)
        ]
        wake()
        text = ngettext("%(count)s integration resumed.", "%(count)s integrations resumed.", len(resumed))
        return text % {"count": len(resumed)}

    @property
    def back_url(self) -> str:
        return reverse("admin:index")


def _waiting(one: Any) -> str:
    if not tokens.is_usable(one):
        return _("There is no usable token: replace it first, then resume.")
    return waiting_text(one.queued)
