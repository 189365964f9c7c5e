"""The alarm about the worker, on every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from outbound.sending import heartbeat

register = template.Library()


@register.simple_tag(takes_context=True)
def sender_alarm(context: dict[str, Any]) -> str:
    """Return why a person should check the worker, or "".

    Takes one query, and two if no sender wrote a heartbeat lately; none if the context has `sender_alarm`.
    """
    known: str | None = context.get("sender_alarm")
    return heartbeat.alarm(timezone.now()) if known is None else known
