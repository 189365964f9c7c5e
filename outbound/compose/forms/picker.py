"""Choosing saved recipients: a select that holds only what was chosen, and a search to add more."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.forms.models import ModelChoiceIterator
from django.urls import reverse


class RecipientPicker(forms.SelectMultiple):
    """Renders the chosen options alone, however large the address book is."""

    template_name = "outbound/compose/picker.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"search_url": reverse("admin:outbound_campaign_recipients")}

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        queryset = cast(ModelChoiceIterator, self.choices).queryset
        pks = [pk for pk in value if str(pk).isdecimal() and len(str(pk)) < 19]
        chosen = queryset.filter(pk__in=pks)
        options = [
            self.create_option(name, recipient.pk, str(recipient), True, index)
            for index, recipient in enumerate(chosen)
        ]
        return [(None, options, 0)]
