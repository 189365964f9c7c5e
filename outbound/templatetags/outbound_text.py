"""Template filters that format values."""

from __future__ import annotations

from django import template
from django.core.exceptions import ValidationError
from django.utils.formats import localize
from django.utils.translation import gettext

from outbound import phones

register = template.Library()


@register.filter
def phone(e164: str) -> str:
    """Format a stored phone number, such as `+55 35 98800-1234`."""
    return phones.display(e164)


@register.filter
def error_text(error: ValidationError) -> str:
    """Return the messages of a ValidationError as one text."""
    return " ".join(error.messages)


@register.filter
def unlocalized(value: object) -> str:
    """Format a number for a URL or an attribute, without thousands separators."""
    return str(localize(value, use_l10n=False))


@register.filter
def translated(text: str) -> str:
    """Translate a sentence that is stored as an English msgid; other text is returned unchanged."""
    return gettext(text) if text else ""


@register.filter
def percent(share: float | None) -> str:
    """Format a fraction of 1 in whole percent: "–" for None, and never 0% or 100% by rounding."""
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "<\xa01%"
    return f"{99 if 0.99 < share < 1 else round(100 * share)}%"
