"""Confirmations to pause, resume and cancel a send, with the number of messages concerned."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.base.cards import Fact, Link
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import OptionalReasonForm, ReasonForm
from outbound.admin.base.formatting import moment, person
from outbound.admin.campaigns.state import decision
from outbound.lifecycle import CampaignStatus, MessageStatus
from outbound.models import Campaign
from outbound.sending.control import campaigns
from outbound.sending.limits import canary
from outbound.tasks import wake


class CampaignActionView(ConfirmView):
    """Base of the three confirmations."""

    permission_required = "outbound.steer_campaign"
    form_class: type[forms.Form] = OptionalReasonForm

    @cached_property
    def waiting(self) -> int:
        return self.record.messages.filter(status=MessageStatus.QUEUED).count()

    @cached_property
    def under_way(self) -> int:
        return self.record.messages.filter(status=MessageStatus.SENDING).count()

    @property
    def user(self) -> User:
        return cast(User, self.request.user)  # admin_view lets nobody else through

    def refusal(self) -> str:
        if self.record.status == CampaignStatus.CANCELLED:
            return _("This send is cancelled: that cannot be undone.")
        if self.record.status == CampaignStatus.LAUNCHING:
            return _("This send is still being prepared.")
        if self.record.is_draft or not (self.waiting or self.under_way):
            return _("Nothing of this send waits.")
        return ""

    def under_way_text(self) -> str:
        return ngettext(
            "%(count)s message is under way at this very moment and may still go out.",
            "%(count)s messages are under way at this very moment and may still go out.",
            self.under_way,
        ) % {"count": self.under_way}


class PauseView(CampaignActionView):
    question = gettext_lazy("Pause %(name)s")
    confirm_label = gettext_lazy("Pause")

    def explanation(self) -> list[str]:
        lines = [
            _("Nothing more of this send goes out until somebody resumes it."),
            ngettext(
                "%(count)s message waits; it goes on when you resume.",
                "%(count)s messages wait; they go on when you resume.",
                self.waiting,
            )
            % {"count": self.waiting},
        ]
        return [*lines, self.under_way_text()] if self.under_way else lines

    def refusal(self) -> str:
        if self.record.status == CampaignStatus.PAUSED:
            return _("This send is paused already.")
        return super().refusal()

    def act(self, form: forms.Form) -> str:
        reason = form.cleaned_data["reason"]
        campaigns.pause(self.record, reason=reason, by=self.user, now=timezone.now())
        return _("Paused. Nothing more of this send goes out.")


class ResumeView(CampaignActionView):
    question = gettext_lazy("Resume %(name)s")
    confirm_label = gettext_lazy("Resume")

    def explanation(self) -> list[str]:
        lines = [
            ngettext(
                "%(count)s message goes on its way, unless its time is over.",
                "%(count)s messages go on their way, unless their time is over.",
                self.waiting,
            )
            % {"count": self.waiting}
        ]
        if self.record.status_reason == canary.NONE_TAKEN:
            lines.append(_("All of them go then: the first few are not waited for once more."))
        if not self.record.integration.is_active:
            lines.append(_("The integration is not active, so they wait until somebody resumes that, too."))
        return lines

    def facts(self) -> list[Fact]:
        facts = [Fact(_("State"), _("Paused"), "warning")]
        if self.record.status_reason:
            facts.append(Fact(_("Reason"), decision(self.record)))
        facts.append(Fact(_("Since"), moment(self.record.status_changed_at)))
        facts.append(Fact(_("By"), person(self.record.status_changed_by)))
        if self.record.not_after:
            facts.append(Fact(_("Not after"), moment(self.record.not_after)))
        return facts

    def refusal(self) -> str:
        if self.record.status == CampaignStatus.RUNNING:
            return _("This send is not paused.")
        if self.record.template and self.record.template.paused_at:
            return _("WhatsApp paused its template. Let the template go on first.")
        return super().refusal()

    def act(self, form: forms.Form) -> str:
        reason = form.cleaned_data["reason"]
        campaigns.resume(self.record, reason=reason, by=self.user, now=timezone.now())
        wake()
        return _("Resumed. The send goes on.")


class CancelView(CampaignActionView):
    question = gettext_lazy("Cancel %(name)s")
    confirm_label = gettext_lazy("Cancel this send")
    is_atomic = False  # it cancels messages in batches of their own
    confirm_kind = "danger"
    form_class = ReasonForm

    def explanation(self) -> list[str]:
        lines = [
            ngettext(
                "%(count)s message waits and will not be sent.",
                "%(count)s messages wait and will not be sent.",
                self.waiting,
            )
            % {"count": self.waiting},
        ]
        if self.under_way:
            lines.append(self.under_way_text())
        return [*lines, _("This cannot be undone. What has gone out stays as it is.")]

    def act(self, form: forms.Form) -> str:
        reason = form.cleaned_data["reason"]
        count = campaigns.cancel(self.record, reason=reason, by=self.user, now=timezone.now()) or 0
        return ngettext(
            "Cancelled. %(count)s message will not be sent.",
            "Cancelled. %(count)s messages will not be sent.",
            count,
        ) % {"count": count}


def links(campaign: Campaign, url: dict[str, str]) -> list[Link]:
    """Return the buttons for a send with unfinished messages; `url` holds the address of each action."""
    if campaign.status == CampaignStatus.LAUNCHING:
        return [] if campaign.launch.withdrawn else [Link(_("Stop preparing"), url["stop"])]
    if campaign.status == CampaignStatus.PAUSED:
        return [Link(_("Resume"), url["resume"], "primary"), Link(_("Cancel"), url["cancel"])]
    if campaign.status == CampaignStatus.RUNNING:
        return [Link(_("Pause"), url["pause"]), Link(_("Cancel"), url["cancel"])]
    return []
