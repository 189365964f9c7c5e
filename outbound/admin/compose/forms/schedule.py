"""When a send goes: not before, not after, and whether a few go ahead of the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbound.models import Campaign
from outbound.sending.limits import canary

# Beyond these years a moment cannot be told in every zone; whether it makes sense is the plan's to say.
FIRST_YEAR, LAST_YEAR = 2000, 2200
FORMAT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A local moment, to the minute, as browsers ask for it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, FORMAT)
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class WhenFields(forms.Form):
    """The fields, to be joined into the compose form. `save_when()` writes them into a draft."""

    starts_at = MomentField(label=gettext_lazy("Not before"), help_text=gettext_lazy("Empty: at once."))
    not_after = MomentField(
        label=gettext_lazy("Not after"),
        help_text=gettext_lazy("Empty: until a day after the start. Whatever is left then is not sent."),
    )
    first_wave = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_wave"].label = _(
            "Start with %(few)s people when there are more than %(many)s, and stop by itself "
            "if none of the %(few)s is accepted"
        ) % {"few": canary.SIZE, "many": canary.MIN_RECIPIENTS}

    @property
    def zone(self) -> str:
        """Name the zone of the times: `America/Sao_Paulo (-03)`."""
        return f"{timezone.get_current_timezone_name()} ({timezone.localtime():%Z})"

    def save_when(self, draft: Campaign) -> None:
        draft.starts_at, draft.not_after = self.cleaned_data["starts_at"], self.cleaned_data["not_after"]
        draft.first_wave = self.cleaned_data["first_wave"]


def typed_when(draft: Campaign) -> dict[str, Any]:
    """Return what a draft has for the fields."""
    return {"starts_at": draft.starts_at, "not_after": draft.not_after, "first_wave": draft.first_wave}
