"""The fields of confirmations: a reason, and the typed count if many records are affected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from outbound.lifecycle import MAX_REASON_LENGTH

# From this count on, a click is not enough: the number has to be typed.
TYPED_FROM = 100


def reason_field(help_text: Any, *, required: bool = True, max_length: int = MAX_REASON_LENGTH) -> Any:
    return forms.CharField(
        label=_("Reason"),
        help_text=help_text,
        required=required,
        max_length=max_length,
        widget=UnfoldAdminTextInputWidget(),
    )


class ReasonForm(forms.Form):
    reason = reason_field(_("Your colleagues read it here."))


class OptionalReasonForm(forms.Form):
    """For actions that must be quick, such as a pause."""

    reason = reason_field(_("Your colleagues read it here. It may stay empty."), required=False)


class TypedCountField(forms.CharField):
    """The count as a person types it. `wrong` is the message for another number, with %(count)s."""

    def __init__(self, *, label: Any, wrong: Any, widget: Any = None) -> None:
        super().__init__(label=label, max_length=12, widget=widget, error_messages={"count_wrong": wrong})


class TypedCountForm(forms.Form):
    """Asks for the count from TYPED_FROM on, in the TypedCountField `typed_count` of the subclass.

    Code of the error: `count_wrong`.
    """

    def __init__(self, posted: Any, *, count: int, **kwargs: Any) -> None:
        super().__init__(posted, **kwargs)
        self.count = count
        if count < TYPED_FROM:
            del self.fields["typed_count"]

    def clean_typed_count(self) -> str:
        typed = "".join(filter(str.isdecimal, self.cleaned_data["typed_count"]))
        if typed != str(self.count):
            wrong = self.fields["typed_count"].error_messages["count_wrong"]
            raise ValidationError(wrong, params={"count": self.count}, code="count_wrong")
        return typed
