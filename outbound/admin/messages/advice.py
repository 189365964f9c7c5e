"""What a person can do next about a message, by its status, reason or failure code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound.gateways import gateway
from outbound.lifecycle import TAKEN, MessageStatus, Reason
from outbound.models import Message
from outbound.reports import failure_reasons

_BY_STATUS: dict[str, Promise] = {
    MessageStatus.QUEUED: _("It waits for its turn. Nothing to do."),
    MessageStatus.SENDING: _("The request is under way. Nothing to do."),
    MessageStatus.UNCONFIRMED: _(
        "It may or may not have reached the person, and the console never sends it again by itself. "
        "Ask the person, or look it up at Zenvia by its external id, then decide what became of it."
    ),
    MessageStatus.ACCEPTED: _("Zenvia took it and passes it on. That it was delivered is not known yet."),
    MessageStatus.SENT: _("WhatsApp has it. That it reached the phone is not known yet. Nothing to do."),
    MessageStatus.DELIVERED: _("It reached the person's phone. Nothing to do."),
    MessageStatus.READ: _("The person read it. Nothing to do."),
    MessageStatus.REFUSED: _(
        "It did not go out. Correct what the answer names, then send it as a new message."
    ),
    MessageStatus.SKIPPED: _("It did not go out, and nothing was charged."),
    MessageStatus.CANCELLED: _("It did not go out, and nothing was charged."),
    MessageStatus.ASSUMED_SENT: _(
        "A person took it as sent, so it is never sent again. If an answer still comes, that counts."
    ),
    MessageStatus.ASSUMED_NOT_SENT: _(
        "A person took it as not sent, so it can be sent again as a new message. If the first one did go "
        "out, the person gets it twice."
    ),
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
    Reason.INTEGRATION_STOPPED: _(
        "Its integration was stopped meanwhile and is active again. It is tried again by itself."
    ),
    Reason.TAKEN_BACK: _("It was taken back before a single byte left. It is tried again by itself."),
    Reason.EXPIRED: _(
        "Its time ran out while it waited, so it did not go out. If it still makes sense, compose it anew "
        "with a later time."
    ),
    Reason.WINDOW_CLOSED: _(
        "It did not go out, and nothing was charged. A template message reaches people outside of the "
        "24-hour window; compose one instead."
    ),
    Reason.SENT_BEFORE: _(
        "This person got the message, may have got it, or was sent it again meanwhile. Nothing to do."
    ),
}
_DELIVERED_ANYWAY = _("It was delivered, so usually nothing. About the failure: %(failure)s")
# A message that was accepted but not delivered did not reach the person.
MAY_HAVE_REACHED = TAKEN - {MessageStatus.UNDELIVERED}
_RESENT = _("It was sent again as a new message. Look at that one.")
_PROBABLY_RECEIVED_TWICE = _(
    "It went out after all: Zenvia said so after it had been taken as not sent and sent again. The person "
    "probably got it twice."
)


def advice(message: Message, queue_reason: str = "", *, was_resent: bool = False) -> str:
    """Return what to do about `message`; `queue_reason` says why it waits (timeline/queue_reason.py)."""
    if queue_reason:
        return queue_reason
    if was_resent:
        return str(_PROBABLY_RECEIVED_TWICE if message.status in MAY_HAVE_REACHED else _RESENT)
    if failure_reasons.has_failed(message):
        cause = gateway.cause_of(message.failure_code)
        text = f"{cause.meaning}. {cause.advice}"
        return _DELIVERED_ANYWAY % {"failure": text} if failure_reasons.is_contradicted(message) else text
    return str(_BY_REASON.get(message.reason) or _BY_STATUS[MessageStatus(message.status)])
