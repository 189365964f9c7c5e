"""The pages that opt a recipient out of all messages, and undo that."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import ReasonForm, reason_field
from outbound.admin.base.formatting import person
from outbound.audit import Verb
from outbound.lifecycle import MessageStatus
from outbound.models import Message, Recipient

MAX_OPT_OUT_REASON_LENGTH = 120  # the name of the user is stored in front of it


class OptOutForm(forms.Form):
    reason = reason_field(
        gettext_lazy("How you know, if there is something to say: a call, a letter."),
        required=False,
        max_length=MAX_OPT_OUT_REASON_LENGTH,
    )


class OptOutView(ConfirmView):
    permission_required = "outbound.opt_out_recipient"
    question = gettext_lazy("No more messages for %(name)s")
    confirm_label = gettext_lazy("Opt out")
    form_class = OptOutForm

    def explanation(self) -> list[str]:
        return [_("This person gets no more messages from this console."), self._waiting()]

    def _waiting(self) -> str:
        queued = Message.objects.shown().filter(phone_key=self.record.phone_key, status=MessageStatus.QUEUED)
        if not (count := queued.count()):
            return _("No message waits for this person.")
        return ngettext(
            "%(count)s message waits for this person; it will not be sent.",
            "%(count)s messages wait for this person; they will not be sent.",
            count,
        ) % {"count": count}

    def refusal(self) -> str:
        return _("This person has opted out already.") if self.record.opted_out_at else ""

    def act(self, form: forms.Form) -> str:
        who, why = person(self.request.user), form.cleaned_data["reason"]
        self.record.set_opted_out(timezone.now(), f"{who}: {why}" if why else who)
        audit.record(self.record, Verb.OPTED_OUT, self.request.user, {"opt_out_reason": ["", why]})
        return _("Opted out. This person gets no more messages.")


class UndoOptOutView(ConfirmView):
    permission_required = "outbound.opt_out_recipient"
    question = gettext_lazy("Messages again for %(name)s")
    confirm_label = gettext_lazy("Undo the opt-out")
    form_class = ReasonForm

    def explanation(self) -> list[str]:
        return [
            _("Only do this if the person asked for it, or if the opt-out was a mistake."),
            _("Messages that were not sent because of the opt-out are not sent afterwards."),
        ]

    def refusal(self) -> str:
        return "" if self.record.opted_out_at else _("This person has not opted out.")

    def act(self, form: forms.Form) -> str:
        changes = {"opt_out_reason": [self.record.opt_out_reason, form.cleaned_data["reason"]]}
        # Recipients whose numbers are spellings of one number opted out together.
        for one in Recipient.objects.filter(phone_key=self.record.phone_key).opted_out():
            one.set_opted_out(None)
        audit.record(self.record, Verb.OPT_OUT_UNDONE, self.request.user, changes)
        return _("This person can get messages again.")
