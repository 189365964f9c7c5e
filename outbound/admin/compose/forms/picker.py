"""The picker of saved recipients: a select of the chosen ones, and a search to add more."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.forms.models import ModelChoiceIterator
from django.urls import reverse

from outbound.contents.bounds import MAX_PICKED
from outbound.search.terms import as_pk


class RecipientsField(forms.ModelMultipleChoiceField):
    """A choice of saved recipients by id; unknown ids and any other text are refused."""

    widget: Any

    def clean(self, value: Any) -> Any:
        return super().clean([as_pk(pk) for pk in value or []])


class RecipientPicker(forms.SelectMultiple):
    """Renders only the chosen options."""

    template_name = "outbound/compose/picker.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"search_url": reverse("admin:outbound_campaign_recipients"), "most": MAX_PICKED}

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        queryset = cast(ModelChoiceIterator, self.choices).queryset
        chosen = queryset.filter(pk__in=[as_pk(pk) for pk in value])
        options = [
            self.create_option(name, recipient.pk, str(recipient), True, index)
            for index, recipient in enumerate(chosen)
        ]
        return [(None, options, 0)]
