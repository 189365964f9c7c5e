"""The schedule fields of the compose form."""

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

# Outside these years some time zones overflow; the plan checks the rest.
FIRST_YEAR, LAST_YEAR = 2000, 2200
FORMAT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A local date and time to the minute."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, FORMAT)
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class ScheduleFields(forms.Form):
    """The base of the compose form with the fields of the schedule."""

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
        """Return the time zone, such as `America/Sao_Paulo (-03)`."""
        return f"{timezone.get_current_timezone_name()} ({timezone.localtime():%Z})"

    def save_schedule(self, draft: Campaign) -> None:
        draft.starts_at, draft.not_after = self.cleaned_data["starts_at"], self.cleaned_data["not_after"]
        draft.first_wave = self.cleaned_data["first_wave"]


def schedule_of(draft: Campaign) -> dict[str, Any]:
    """Return the initial values of the schedule fields."""
    return {"starts_at": draft.starts_at, "not_after": draft.not_after, "first_wave": draft.first_wave}
