"""The colour and icon of each status; pages show them next to its label."""

from __future__ import annotations

from dataclasses import dataclass

from outbound.lifecycle import AttemptOutcome, EventState, MessageStatus


@dataclass(frozen=True)
class Badge:
    """`tone` is info, success, warning, danger or neutral; `icon` a name in the font Material Symbols."""

    tone: str
    icon: str


MESSAGE_BADGES = {
    MessageStatus.QUEUED: Badge("info", "schedule"),
    MessageStatus.SENDING: Badge("info", "sync"),
    MessageStatus.UNCONFIRMED: Badge("warning", "help"),
    MessageStatus.ACCEPTED: Badge("success", "check"),
    MessageStatus.SENT: Badge("success", "send"),
    MessageStatus.UNDELIVERED: Badge("danger", "error"),
    MessageStatus.DELIVERED: Badge("success", "done_all"),
    MessageStatus.READ: Badge("success", "mark_chat_read"),
    MessageStatus.REFUSED: Badge("danger", "block"),
    MessageStatus.SKIPPED: Badge("neutral", "do_not_disturb_on"),
    MessageStatus.CANCELLED: Badge("neutral", "cancel"),
    MessageStatus.ASSUMED_SENT: Badge("success", "how_to_reg"),
    MessageStatus.ASSUMED_NOT_SENT: Badge("neutral", "person_off"),
}
ATTEMPT_BADGES = {
    AttemptOutcome.OPEN: Badge("info", "sync"),
    AttemptOutcome.ACCEPTED: Badge("success", "check"),
    AttemptOutcome.AMBIGUOUS: Badge("warning", "help"),
    AttemptOutcome.REFUSED: Badge("danger", "block"),
    AttemptOutcome.NOT_SENT: Badge("neutral", "replay"),
}
EVENT_BADGES = {
    EventState.NEW: Badge("info", "schedule"),
    EventState.WAITING: Badge("info", "hourglass_empty"),
    EventState.APPLIED: Badge("success", "check"),
    EventState.IDLE: Badge("neutral", "remove"),
    EventState.COPY: Badge("neutral", "content_copy"),
    EventState.UNKNOWN: Badge("warning", "help"),
    EventState.ORPHAN: Badge("neutral", "link_off"),
    EventState.UNREADABLE: Badge("warning", "broken_image"),
    EventState.FAILED: Badge("danger", "error"),
}
