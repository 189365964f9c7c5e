"""The forms of an integration; a complete endpoint may be pasted into one of their fields."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminPasswordWidget

from outbound.admin.integrations import rate_limits, webhook
from outbound.models import Integration
from outbound.models.validators import validate_token

ENDPOINT_FIELDS = ("name", "slug", "remote_id", "base_url", "number_format")
WINDOW = "window_policy"
ENDPOINT = re.compile(r"(?P<base_url>https?://\S+)/(?P<slug>[^/\s]+)/(?P<remote_id>[^/\s]+)/?")


def token_field() -> forms.CharField:
    """Return a write-only field for a token."""
    return forms.CharField(
        label=_("Token"),
        help_text=_("Paste it from Zenvia. It is stored encrypted and never shown again."),
        validators=[validate_token],
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False
        ),
    )


def split_endpoint(data: QueryDict) -> QueryDict:
    """Split a complete endpoint that was pasted into one of the three fields over all of them."""
    fields = ["slug", "remote_id"]
    if not any(data.get(name) for name in fields):
        fields.append("base_url")
    found = next(filter(None, (ENDPOINT.fullmatch(data.get(name, "").strip()) for name in fields)), None)
    if found is None:
        return data
    spread = data.copy()
    spread.update(found.groupdict())
    return spread


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": " ".join(INPUT_CLASSES)} | (attrs or {}), format="%H:%M")


class IntegrationForm(forms.ModelForm):
    class Meta:
        model = Integration
        fields: tuple[str, ...] = (*ENDPOINT_FIELDS, *rate_limits.FIELDS, WINDOW, *webhook.FIELDS)
        # The browser's own input: the admin's warns about the reader's time zone, which hours do not use.
        widgets: ClassVar[dict[str, Any]] = dict.fromkeys(rate_limits.HOURS, HourInput)
        help_texts: ClassVar[dict[str, Any]] = {
            "base_url": _(
                "If you change the address, the slug or the id, the token is removed and the integration "
                "stops until you enter it again: it must not travel to a place it was not made for."
            )
        }

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(split_endpoint(data) if data else data, *args, **kwargs)
        for name in rate_limits.MAXIMA.keys() & self.fields.keys():
            self.fields[name].validators.append(MaxValueValidator(rate_limits.MAXIMA[name]))
        for name in self.fields.keys() & rate_limits.HOURS:
            self.fields[name].widget.format = "%H:%M"

    def clean_base_url(self) -> str:
        return self.cleaned_data["base_url"].rstrip("/")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        tail = f"/{cleaned.get('slug')}/{cleaned.get('remote_id')}"
        if "base_url" in cleaned:
            cleaned["base_url"] = cleaned["base_url"].removesuffix(tail)
        if not self.errors.keys() & rate_limits.HOURS:
            for name, error in rate_limits.hours_error(*map(cleaned.get, rate_limits.HOURS)).items():
                self.add_error(name, error)
        if not self.errors.keys() & set(webhook.FIELDS):
            for name, error in webhook.addresses_error(*map(cleaned.get, webhook.FIELDS)).items():
                self.add_error(name, error)
        return cleaned

    @property
    def moves_to_another_address(self) -> bool:
        parts = ("base_url", "slug", "remote_id")
        return any(self.cleaned_data[part] != self.initial[part].rstrip("/") for part in parts)


class NewIntegrationForm(IntegrationForm):
    token = token_field()

    class Meta(IntegrationForm.Meta):
        fields = (*ENDPOINT_FIELDS, "token", *rate_limits.FIELDS, WINDOW, *webhook.FIELDS)
        help_texts: ClassVar[dict[str, Any]] = {
            "base_url": _("Leave it as it is, unless Zenvia gave you another one.")
        }
