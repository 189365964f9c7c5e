"""What every page of the console says of the worker."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from outbound.sending import heartbeat

register = template.Library()


@register.simple_tag(takes_context=True)
def sender_alarm(context: dict[str, Any]) -> str:
    """Return why somebody should look at the worker, or "".

    It asks the database once, and twice where no sender was at work lately. A page that knows puts
    `sender_alarm` into its context.
    """
    known: str | None = context.get("sender_alarm")
    return heartbeat.alarm(timezone.now()) if known is None else known
