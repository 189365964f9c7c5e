"""Shows one event: its body, what was read from it and what its state means."""

from __future__ import annotations

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outbound import phones
from outbound.admin.base.badges import EVENT_BADGES
from outbound.admin.base.cards import Fact
from outbound.admin.base.formatting import moment
from outbound.gateways import gateway
from outbound.lifecycle import EventState
from outbound.models import WebhookEvent

MAX_SHOWN = 256 * 1024
_MEANINGS: dict[str, Promise] = {
    EventState.NEW: gettext_lazy("It came in just now, and the worker looks at it within seconds."),
    EventState.WAITING: gettext_lazy(
        "Its message is not here, or not yet. It is tried again for a day; nothing to do."
    ),
    EventState.APPLIED: gettext_lazy("It was read and has taken effect. Nothing to do."),
    EventState.IDLE: gettext_lazy("It was understood, and changes nothing here. Nothing to do."),
    EventState.COPY: gettext_lazy("The same event came before, so this one changes nothing."),
    EventState.UNKNOWN: gettext_lazy(
        "Nobody has said yet what its word means, so it changes nothing. Whoever knows can say it once."
    ),
    EventState.ORPHAN: gettext_lazy(
        "It speaks of no message of this integration. Other systems may use the same channel. If all events "
        "look like this one, the webhook's address probably belongs to another integration."
    ),
    EventState.UNREADABLE: gettext_lazy(
        "It is of no shape that this console knows, so it changes nothing. It is kept as it came: show it to "
        "whoever looks after the console."
    ),
    EventState.FAILED: gettext_lazy(
        "It could not be applied, in several tries, which is a fault of the console's. Show it to whoever "
        "looks after it."
    ),
}
_NOTES: dict[str, Promise] = {
    "odd_time": gettext_lazy("The time that it states is far off, so its order was taken from its word."),
    "cross_integration": gettext_lazy("The id that it names is of another integration's message."),
    "several_messages": gettext_lazy("Several messages have the number that it names, so none was chosen."),
    "number_unreadable": gettext_lazy("The number that it names cannot be read."),
    "not UTF-8": gettext_lazy("Its bytes are no text."),
    "not JSON": gettext_lazy("It is not JSON."),
    "not an object": gettext_lazy("It is JSON, but no event."),
    "an empty array": gettext_lazy("It holds no event."),
    f"more than {gateway.MAX_EVENTS} events at once": gettext_lazy(
        "It holds more events than are taken at once."
    ),
    "nested too deeply": gettext_lazy("It is nested too deeply."),
    "it tells no status": gettext_lazy("It tells no status."),
    "it names no message": gettext_lazy("It names no message."),
    "it names no sender": gettext_lazy("It names no sender."),
}


def found(pk: int) -> WebhookEvent | None:
    """Return an event with the records that its page shows, or None."""
    return WebhookEvent.objects.select_related("integration", "message").filter(pk=pk).first()


def page(event: WebhookEvent) -> dict[str, Any]:
    """Return the context of the template for an event that was `found`."""
    state = EventState(event.state)
    return {
        "title": str(event),
        "event": event,
        "original": event,
        "badge": EVENT_BADGES[state],
        "meaning": _MEANINGS[state],
        "note": _NOTES.get(event.note, event.note),
        "cause": gateway.cause_of(event.code) if event.code else None,
        "facts": _facts(event),
        "parts": list(event.parts.defer("body").order_by("id")[:500]),
        "body": _shown(bytes(event.body)),
    }


def _facts(event: WebhookEvent) -> list[Fact]:
    known = [
        (_("Kind"), event.get_kind_display()),
        (_("Word"), event.word),
        (_("Text"), event.text),
        (_("Code"), event.code),
        (_("Received"), moment(event.received_at)),
        (_("Happened"), moment(event.happened_at) if event.happened_at else ""),
        (_("Looked at next"), moment(event.due_at) if event.due_at else ""),
        (_("Copies"), _copies(event.copies) if event.copies else ""),
        (_("Number"), phones.display(event.phone_key) if event.phone_key else ""),
        (_("External id"), event.external_id),
        (_("Message id at the gateway"), event.gateway_message_id),
        (_("Message id at Zenvia"), event.channel_message_id),
        (_("Event id"), event.event_id),
        (_("From"), _sender(event)),
    ]
    return [Fact(label, value) for label, value in known if value]


def _copies(count: int) -> str:
    return ngettext("It came %(count)s more time.", "It came %(count)s more times.", count) % {"count": count}


def _sender(event: WebhookEvent) -> str:
    if not event.is_foreign:
        return event.address
    return _("%(address)s, which is not on the list") % {"address": event.address or "?"}


def _shown(body: bytes) -> str:
    """Return a body with indentation if that shows the same JSON, else as it came."""
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, object_pairs_hook=_without_repeated_keys)
        shown = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)
        shown.encode()  # raises for half of a surrogate pair, which a page cannot hold
    except (ValueError, RecursionError):
        return text
    return shown if len(shown) <= MAX_SHOWN else text


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is repeated")
    return value
