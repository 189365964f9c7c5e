"""Shows the end of a token, replaces tokens, and removes a token when its address changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from unfold.widgets import UnfoldBooleanWidget

from outbound import audit
from outbound.admin.base.confirmation import ConfirmView
from outbound.admin.base.formatting import moment, person
from outbound.admin.integrations.forms import token_field
from outbound.audit import Verb
from outbound.lifecycle import IntegrationStatus
from outbound.models import Integration
from outbound.sending.limits import circuit_breaker
from outbound.tasks import wake

ADDRESS_CHANGED = gettext_noop("The address changed, so the token was removed. Enter it again, then resume.")


def is_usable(integration: Integration) -> bool:
    return integration.token_hint not in ("", "?")


def hint(integration: Integration) -> str:
    """Return the end of the token, enough to recognise it: `•••• 3f2a`."""
    shown = {"": _("No token"), "?": _("Unreadable: enter it again"), "…": "••••"}
    return shown.get(integration.token_hint, f"•••• {integration.token_hint}")


def description(integration: Integration) -> str:
    """Return the end of the token, and when and by whom it was replaced."""
    if not integration.token or not integration.token_replaced_at:
        return hint(integration)
    return _("%(hint)s · replaced %(when)s by %(who)s") % {
        "hint": hint(integration),
        "when": moment(integration.token_replaced_at),
        "who": person(integration.token_replaced_by),
    }


def remove(integration: Integration, *, by: Any, now: datetime) -> None:
    """Remove the token and stop the integration until there is a new one."""
    integration.replace_token("", by=by, now=now)
    Integration.objects.filter(pk=integration.pk).force_stop(reason=ADDRESS_CHANGED, by=by, now=now)
    integration.refresh_status()


class TokenForm(forms.Form):
    token = token_field()


class StoppedTokenForm(TokenForm):
    """For a stopped integration, which can be resumed along with the new token."""

    resume = forms.BooleanField(
        label=gettext_lazy("Resume sending with this token"),
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget(),
    )


@method_decorator(sensitive_post_parameters("token"), name="dispatch")
class ReplaceTokenView(ConfirmView):
    permission_required = "outbound.replace_token"
    question = gettext_lazy("Replace the token of %(name)s")
    confirm_label = gettext_lazy("Replace token")

    def get_form_class(self) -> type[forms.Form]:
        return StoppedTokenForm if self._is_stopped and self._may_resume else TokenForm

    def explanation(self) -> list[str]:
        return [
            _("The next attempt uses the new token. The old one is gone for good."),
            _("Now stored: %(token)s") % {"token": description(self.record)},
        ]

    def act(self, form: forms.Form) -> str:
        user: Any = self.request.user
        now = timezone.now()
        before = audit.snapshot(self.record)
        self.record.replace_token(form.cleaned_data["token"], by=user, now=now)
        if form.cleaned_data.get("resume"):
            row = Integration.objects.filter(pk=self.record.pk)
            row.resume(reason=Verb.TOKEN_REPLACED, by=user, now=now)
            self.record.refresh_status()
        audit.record(self.record, Verb.TOKEN_REPLACED, user, audit.changed(before, self.record))
        if form.cleaned_data.get("resume"):
            circuit_breaker.release(self.record)
            wake()
            return _("The token was replaced, and sending goes on.")
        if self._is_stopped:
            return _("The token was replaced. The integration is still stopped: resume it to send.")
        return _("The token was replaced.")

    @property
    def _is_stopped(self) -> bool:
        return self.record.status == IntegrationStatus.STOPPED

    @property
    def _may_resume(self) -> bool:
        return self.request.user.has_perm("outbound.pause_integration")
