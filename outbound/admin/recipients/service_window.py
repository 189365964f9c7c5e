"""The service windows of a recipient: their state on the card, and the page that declares one open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from outbound import audit
from outbound.admin.base.cards import Fact
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.confirmation_forms import ReasonForm
from outbound.admin.base.formatting import moment, person
from outbound.audit import Verb
from outbound.models import Conversation, Integration, Recipient
from outbound.sending import service_window

# A message of the person opens the window for 24 hours, so it cannot be declared for longer.
HOURS = (1, 2, 4, 8, 12, 24)
CLOSED = 0


def facts(recipient: Recipient, now: datetime) -> list[Fact]:
    """Return a fact for each integration with which the window of this person is known."""
    rows = Conversation.objects.filter(phone_key=recipient.phone_key)
    return [
        Fact(_("Window with %(name)s") % {"name": one.integration}, _state(one, now), _tone(one, now))
        for one in rows.select_related("integration", "declared_by").order_by("integration__name")
    ]


def _state(one: Conversation, now: datetime) -> str:
    since, _until = service_window.bounds(now)
    if one.last_inbound_at and one.last_inbound_at > since:
        return _("Open until %(when)s: the person wrote") % {
            "when": moment(one.last_inbound_at + service_window.LENGTH)
        }
    if one.declared_until and one.declared_until > now:
        return _("Declared open until %(when)s by %(who)s: %(why)s") % {
            "when": moment(one.declared_until),
            "who": person(one.declared_by),
            "why": one.declared_reason,
        }
    if one.last_inbound_at:
        return _("Closed: the person last wrote on %(when)s") % {"when": moment(one.last_inbound_at)}
    return _("No sign of the person")


def _tone(one: Conversation, now: datetime) -> str:
    since, _until = service_window.bounds(now)
    wrote = one.last_inbound_at is not None and one.last_inbound_at > since
    declared = one.declared_until is not None and one.declared_until > now
    return "success" if wrote or declared else "neutral"


class DeclareWindowForm(ReasonForm):
    integration = forms.ModelChoiceField(
        label=gettext_lazy("Integration"),
        queryset=Integration.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget(),
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("How long"), coerce=int, initial=HOURS[-1], widget=UnfoldAdminSelectWidget()
    )

    field_order = ("integration", "hours", "reason")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        open_for = [(hours, _("%(hours)s h from now") % {"hours": hours}) for hours in HOURS]
        self.fields["hours"].choices = [*open_for, (CLOSED, _("Not at all: take it back"))]  # type: ignore[attr-defined]


class DeclareWindowView(ConfirmView):
    permission_required = "outbound.declare_window"
    question = gettext_lazy("Declare the 24-hour window of %(name)s open")
    confirm_label = gettext_lazy("Declare it open")
    form_class = DeclareWindowForm

    def explanation(self) -> list[str]:
        return [
            _("Do this when you know that the person wrote to this number and the console does not."),
            _("WhatsApp itself is not asked. If the window is closed, the message is not delivered."),
        ]

    def facts(self) -> list[Fact]:
        return facts(self.record, timezone.now())

    def act(self, form: forms.Form) -> str:
        chosen, now = form.cleaned_data, timezone.now()
        until = now + timedelta(hours=chosen["hours"]) if chosen["hours"] else None
        Conversation.objects.update_or_create(
            integration=chosen["integration"],
            phone_key=self.record.phone_key,
            defaults={
                "declared_until": until,
                "declared_by": cast(User, self.request.user),
                "declared_reason": chosen["reason"],
            },
        )
        changes = {
            "integration": ["", str(chosen["integration"])],
            "declared_until": ["", audit.as_text(until)],
            "declared_reason": ["", chosen["reason"]],
        }
        audit.record(
            self.record,
            Verb.WINDOW_DECLARED if until else Verb.WINDOW_NOT_DECLARED,
            self.request.user,
            changes,
        )
        if until is None:
            return _("The window is no longer declared open.")
        return _("Declared open until %(when)s.") % {"when": moment(until)}
