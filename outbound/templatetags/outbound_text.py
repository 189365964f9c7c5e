"""Filters that turn our values into text for people."""

from __future__ import annotations

from django import template
from django.core.exceptions import ValidationError
from django.utils.formats import localize
from django.utils.translation import gettext

from outbound import phones

register = template.Library()


@register.filter
def phone(e164: str) -> str:
    """Show a stored number: `+55 35 98800-1234`."""
    return phones.display(e164)


@register.filter
def error_text(error: ValidationError) -> str:
    """Show the message of a ValidationError."""
    return " ".join(error.messages)


@register.filter
def unlocalized(value: object) -> str:
    """Write a number for an address or an attribute, without thousands separators."""
    return str(localize(value, use_l10n=False))


@register.filter
def translated(text: str) -> str:
    """Show a sentence that the console stored in English; what a person wrote stays as it is."""
    return gettext(text) if text else ""


@register.filter
def percent(share: float | None) -> str:
    """Show a part of 1 in whole percent; nothing of nothing is a dash, and almost all is not all."""
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "<\xa01%"
    return f"{99 if 0.99 < share < 1 else round(100 * share)}%"
