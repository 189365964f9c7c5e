"""The states of sends, integrations, messages, attempts and events, and which changes are allowed."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MAX_REASON_LENGTH = 300  # characters


class CampaignKind(TextChoices):
    TEMPLATE = "template", _("Template message")
    NOTIFICATION = "notification", _("Rich notification (24-hour window)")


class CampaignStatus(TextChoices):
    """What people decided about a send; its progress is counted from its messages."""

    DRAFT = "draft", _("Draft")
    LAUNCHING = (
        "launching",
        _("Preparing"),
    )  # its messages are being written, not yet shown or sent
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", pgettext_lazy("send", "Cancelled")


CANCELLABLE = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED})

# A draft whose long list of people is being filled or emptied. No page shows it, so it is not a choice.
UNFINISHED = "unfinished"


class IntegrationStatus(TextChoices):
    ACTIVE = "active", pgettext_lazy("integration", "Active")
    PAUSED = "paused", _("Paused")  # by a person
    STOPPED = "stopped", _("Stopped")  # by the console, after an answer that needs a person


class MessageStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    ACCEPTED = "accepted", _("Accepted by Zenvia")
    SENT = "sent", pgettext_lazy("message", "Sent")
    UNDELIVERED = "undelivered", _("Not delivered")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    REFUSED = "refused", _("Refused")
    SKIPPED = "skipped", _("Not sent")
    CANCELLED = "cancelled", _("Cancelled")
    # A person's decision about an unconfirmed message. Evidence that comes later replaces it.
    ASSUMED_SENT = "assumed_sent", _("Taken as sent")
    ASSUMED_NOT_SENT = "assumed_not_sent", _("Taken as not sent")


class AttemptOutcome(TextChoices):
    """The result of one HTTP call."""

    OPEN = "open", _("Under way")
    ACCEPTED = "accepted", _("Accepted")
    AMBIGUOUS = "ambiguous", _("No clear answer")
    REFUSED = "refused", _("Refused")
    NOT_SENT = "not_sent", _("Not sent")


class Reason(TextChoices):
    """Why a message was not sent, or why it is tried again."""

    REJECTED = "rejected", _("The gateway refused the message")
    RETRIES_EXHAUSTED = "retries_exhausted", _("The gateway could not be reached, after several tries")
    OPTED_OUT = "opted_out", _("The person asked not to receive messages")
    VALUE_MISSING = "value_missing", _("A value for this person is missing")
    TEXT_TOO_LONG = "text_too_long", _("With this person's values the text is longer than 1024 characters")
    NUMBER_FORMAT = "number_format", _("The integration's number format has no way to write this number")
    CONNECTION = "connection", _("The gateway could not be reached")
    BUSY = "busy", _("The gateway asked to wait")
    NO_CLEAR_ANSWER = "no_clear_answer", _("The request may have left, but no clear answer came")
    SENDER_LOST = "sender_lost", _("The sender stopped before the answer was recorded")
    INTEGRATION_STOPPED = "integration_stopped", _("The integration was stopped")
    TAKEN_BACK = "taken_back", _("It was taken back before the request began")
    EXPIRED = "expired", _("Its time ran out: the send was not to go out later")
    WINDOW_CLOSED = "window_closed", _("There is no sign that the person wrote within the last 24 hours")
    NOT_DELIVERED = "not_delivered", _("WhatsApp could not deliver it")
    SENT_BEFORE = "sent_before", _("The person got it, may have got it, or was sent it again meanwhile")


class WindowPolicy(TextChoices):
    """What happens to a rich notification for a person whose service window is not known to be open."""

    REFUSE = "refuse", _("Leave the person out")
    ASK = "ask", _("Ask for a reason before sending")
    ALLOW = "allow", _("Send all the same")


class AddressPolicy(TextChoices):
    """What happens to a webhook event from an address that is not on the integration's list."""

    OFF = "off", _("Do not look at addresses")
    LOG = "log", _("Take it, and mark it in the inbox")
    ENFORCE = "enforce", _("Turn it away")


class EventState(TextChoices):
    """How far the processing of a webhook event is."""

    NEW = "new", _("New")
    WAITING = "waiting", _("Waiting for its message")
    APPLIED = "applied", _("Applied")
    IDLE = "idle", _("Changes nothing")
    COPY = "copy", _("Copy")
    UNKNOWN = "unknown", _("Unknown word")
    ORPHAN = "orphan", _("Of no message of ours")
    UNREADABLE = "unreadable", _("Unreadable")
    FAILED = "failed", _("Could not be applied")


class EventKind(TextChoices):
    """What a webhook event is about."""

    STATUS = "status", _("Status")
    INBOUND = "inbound", _("Answer of a person")
    OTHER = "other", _("Something else")
    SEVERAL = "several", _("Several events")


class Hold(TextChoices):
    """Why an integration that no person paused does not send now."""

    ASKED = "asked", _("The gateway asked to wait")
    OUTAGE = "outage", _("The gateway gave no good answer several times in a row")


# The request may have left, so the message must never go back to the queue.
MAY_HAVE_LEFT = frozenset({AttemptOutcome.OPEN, AttemptOutcome.ACCEPTED, AttemptOutcome.AMBIGUOUS})

WAITING = frozenset({MessageStatus.QUEUED, MessageStatus.SENDING})
UNCONFIRMED = frozenset({MessageStatus.UNCONFIRMED})
# Progress that the gateway or WhatsApp reported. A message only moves to a higher rank.
RANKS: dict[str, int] = {
    MessageStatus.ACCEPTED: 5,
    MessageStatus.SENT: 10,
    MessageStatus.UNDELIVERED: 15,
    MessageStatus.DELIVERED: 20,
    MessageStatus.READ: 30,
}
TAKEN = frozenset(MessageStatus(status) for status in RANKS)
REACHED = frozenset({MessageStatus.DELIVERED, MessageStatus.READ})
# What a webhook event can report. Only the answer to the request can say `accepted`.
REPORTED = TAKEN - {MessageStatus.ACCEPTED}
# What a person may send again as a new message: it did not go out, certainly or by a person's decision.
RESENDABLE = frozenset({MessageStatus.REFUSED, MessageStatus.ASSUMED_NOT_SENT})

# The changes that senders and people may make; for those that events make see `advanced`. The change
# from `sending` to `queued` also needs an attempt that is recorded as not sent.
MOVES: dict[MessageStatus, frozenset[MessageStatus]] = {
    MessageStatus.QUEUED: frozenset({MessageStatus.SENDING, MessageStatus.SKIPPED, MessageStatus.CANCELLED}),
    MessageStatus.SENDING: frozenset(
        {
            MessageStatus.ACCEPTED,
            MessageStatus.REFUSED,
            MessageStatus.UNCONFIRMED,
            MessageStatus.QUEUED,
        }
    ),
    MessageStatus.UNCONFIRMED: frozenset(
        {MessageStatus.ACCEPTED, MessageStatus.ASSUMED_SENT, MessageStatus.ASSUMED_NOT_SENT}
    ),
    MessageStatus.ASSUMED_SENT: frozenset({MessageStatus.ACCEPTED}),
    MessageStatus.ASSUMED_NOT_SENT: frozenset({MessageStatus.ACCEPTED}),
    **dict.fromkeys(TAKEN, frozenset()),
    MessageStatus.REFUSED: frozenset(),
    MessageStatus.SKIPPED: frozenset(),
    MessageStatus.CANCELLED: frozenset(),
}


def sources(target: MessageStatus) -> list[MessageStatus]:
    """Return the states from which a message may move to `target`, for a guarded UPDATE."""
    return [status for status, targets in MOVES.items() if target in targets]


def advanced(status: str, reported: MessageStatus) -> MessageStatus:
    """Return the status of a message after an event reported `reported`: the higher of the two ranks.

    An event replaces every status without a rank, also a person's decision, since it proves that the
    message went out.
    """
    return reported if RANKS[reported] > RANKS.get(status, 0) else MessageStatus(status)
