"""What to do next, in words, for each way a message can stand."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbound.lifecycle import IntegrationStatus, MessageStatus, Reason
from outbound.models import Message

_BY_STATUS: dict[str, Promise] = {
    MessageStatus.QUEUED: _("It waits for its turn. Nothing to do."),
    MessageStatus.SENDING: _("The request is under way. Nothing to do."),
    MessageStatus.UNCONFIRMED: _(
        "It may or may not have reached the person, and the console never sends it again by itself. "
        "Ask the person, or look it up at Zenvia by its external id, before you send anew."
    ),
    MessageStatus.ACCEPTED: _("Zenvia took it and passes it on. That it was delivered is not known yet."),
    MessageStatus.REFUSED: _(
        "It did not go out. Correct what the answer names, then send it as a new message."
    ),
    MessageStatus.SKIPPED: _("It did not go out, and nothing was charged."),
    MessageStatus.CANCELLED: _("It did not go out, and nothing was charged."),
}
_BY_REASON: dict[str, Promise] = {
    Reason.REJECTED: _(
        "Zenvia refused it and says why in the answer below. It did not go out. Correct what the answer "
        "names, such as the template, its fields or the number, then send it as a new message."
    ),
    Reason.RETRIES_EXHAUSTED: _(
        "The gateway could not be reached in several tries, so it did not go out. Check the integration's "
        "address and your network, then send it as a new message."
    ),
    Reason.OPTED_OUT: _(
        "The person asked not to get messages. Respect that; only the person can take it back."
    ),
    Reason.VALUE_MISSING: _(
        "The message speaks of something that is not known of this person. Add it to the recipient's "
        "attributes, then send it as a new message."
    ),
    Reason.TEXT_TOO_LONG: _("Shorten the values for this person, then send it as a new message."),
    Reason.NUMBER_FORMAT: _(
        "The integration writes numbers without a country code, so it cannot reach numbers outside Brazil. "
        "Choose the format with country code there, if Zenvia agrees."
    ),
    Reason.CONNECTION: _("The gateway could not be reached. It is tried again by itself."),
    Reason.BUSY: _("The gateway asked to wait. It is tried again by itself."),
    Reason.INTEGRATION_STOPPED: _("The integration was stopped. Put right what it names, then resume it."),
}
_HELD_BACK = _("It waits because its integration is not active: %(reason)s")


def advice(message: Message) -> str:
    """Return what a person can do about `message`."""
    waits = message.status == MessageStatus.QUEUED
    if waits and message.integration.status != IntegrationStatus.ACTIVE:
        reason = message.integration.status_reason
        return str(_HELD_BACK) % {"reason": gettext(reason) if reason else ""}
    return str(_BY_REASON.get(message.reason) or _BY_STATUS[message.status])
