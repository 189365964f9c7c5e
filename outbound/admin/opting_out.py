"""Taking a person out of every send, and undoing it."""

from __future__ import annotations

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound.admin.confirming import ConfirmView
from outbound.lifecycle import MessageStatus
from outbound.models import Message


class OptOutView(ConfirmView):
    permission_required = "outbound.opt_out_recipient"
    question = gettext_lazy("No more messages for %(name)s")
    confirm_label = gettext_lazy("Opt out")

    def explanation(self) -> list[str]:
        return [_("This person gets no more messages from this console."), self._waiting()]

    def _waiting(self) -> str:
        queued = Message.objects.filter(phone_key=self.record.phone_key, status=MessageStatus.QUEUED)
        if not (count := queued.count()):
            return _("No message waits for this person.")
        return ngettext(
            "%(count)s message waits for this person; it will not be sent.",
            "%(count)s messages wait for this person; they will not be sent.",
            count,
        ) % {"count": count}

    def refusal(self) -> str:
        return _("This person has opted out already.") if self.record.opted_out_at else ""

    def act(self, form: Form) -> str:
        self.record.set_opted_out(timezone.now())
        return _("Opted out. This person gets no more messages.")


class UndoOptOutView(ConfirmView):
    permission_required = "outbound.opt_out_recipient"
    question = gettext_lazy("Messages again for %(name)s")
    confirm_label = gettext_lazy("Undo the opt-out")

    def explanation(self) -> list[str]:
        return [
            _("Only do this if the person asked for it, or if the opt-out was a mistake."),
            _("Messages that were not sent because of the opt-out are not sent afterwards."),
        ]

    def refusal(self) -> str:
        return "" if self.record.opted_out_at else _("This person has not opted out.")

    def act(self, form: Form) -> str:
        self.record.set_opted_out(None)
        return _("This person can get messages again.")
