"""The pages that archive a template, restore it, and end a pause of WhatsApp's."""

from __future__ import annotations

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.audit import Verb


class ArchiveView(ConfirmView):
    permission_required = "outbound.change_template"
    question = gettext_lazy("Archive %(name)s")
    confirm_label = gettext_lazy("Archive")

    def explanation(self) -> list[str]:
        return [
            _("Nobody can choose this template for a new message any more. You can restore it at any time."),
            _("Messages that wait already still go out, and the history stays."),
        ]

    def refusal(self) -> str:
        return _("This template is archived already.") if self.record.archived_at else ""

    def act(self, form: Form) -> str:
        self.record.archived_at = timezone.now()
        self.record.save(update_fields=["archived_at"])
        audit.record(self.record, Verb.TEMPLATE_ARCHIVED, self.request.user)
        return _("Archived. It is no longer offered for new messages.")


class RestoreView(ConfirmView):
    permission_required = "outbound.change_template"
    question = gettext_lazy("Restore %(name)s")
    confirm_label = gettext_lazy("Restore")

    def explanation(self) -> list[str]:
        return [_("The template can be chosen for new messages again.")]

    def refusal(self) -> str:
        return "" if self.record.archived_at else _("This template is not archived.")

    def act(self, form: Form) -> str:
        self.record.archived_at = None
        self.record.save(update_fields=["archived_at"])
        audit.record(self.record, Verb.TEMPLATE_RESTORED, self.request.user)
        return _("Restored. It can be chosen for new messages again.")


class UnpauseView(ConfirmView):
    permission_required = "outbound.change_template"
    question = gettext_lazy("Let %(name)s go on")
    confirm_label = gettext_lazy("Let it go on")

    def explanation(self) -> list[str]:
        return [
            _("Do this when WhatsApp has let the template go on, or when it was changed and approved again."),
            _("Sends that were paused with it stay paused until somebody resumes each of them."),
        ]

    def refusal(self) -> str:
        return "" if self.record.paused_at else _("This template is not paused.")

    def act(self, form: Form) -> str:
        before = audit.snapshot(self.record)
        self.record.paused_at, self.record.paused_reason = None, ""
        self.record.save(update_fields=["paused_at", "paused_reason"])
        changes = audit.changed(before, self.record)
        audit.record(self.record, Verb.TEMPLATE_LET_GO_ON, self.request.user, changes)
        return _("The template can be sent again.")
