"""Planned messages as rows to insert, each with an external id of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from outbound.gateways import gateway
from outbound.lifecycle import MessageStatus
from outbound.models import Message
from outbound.sending.planning import bulk_insert
from outbound.sending.planning.messages import PlannedMessage
from outbound.sending.planning.validation import ValidDraft

# With the longest prefix, two hyphens and the five digits of the highest possible attempt number, an
# external id fills the 40 characters of its column.
RANDOM_LENGTH = 17
# Asking the system for random bytes costs the same for one id as for many.
IDS_AT_ONCE = 250
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"  # without letters that are misread over the phone
_LETTERS = _ALPHABET * (256 // len(_ALPHABET))


class MessageRows:
    """Makes the rows of one send."""

    def __init__(self, draft: ValidDraft) -> None:
        common = {
            "campaign": draft.campaign,
            "integration": draft.integration,
            "created_at": draft.now,
            "status_changed_at": draft.now,
        }
        self._queued = bulk_insert.common_values(
            Message(status=MessageStatus.QUEUED, due_at=draft.starts_at, **common)
        )
        self._skipped = bulk_insert.common_values(Message(status=MessageStatus.SKIPPED, **common))
        self._ids = new_external_ids(draft.campaign.external_id_prefix)

    def of(self, messages: Iterable[PlannedMessage]) -> Iterator[bulk_insert.Row]:
        for message in messages:
            person = message.person
            who = (person.recipient_id, person.phone.e164, person.phone.key)
            if message.reason:
                yield (*who, message.reason.value, message.detail, "", None, None, *self._skipped)
            else:
                external_id = next(self._ids)
                body = gateway.add_external_id(message.text, external_id)
                yield (*who, "", "", body, external_id, message.resend_of, *self._queued)


def new_external_id(prefix: str) -> str:
    """Return a unique external id: the operator's prefix and 85 random bits."""
    return next(new_external_ids(prefix))


def new_external_ids(prefix: str) -> Iterator[str]:
    """Yield unique external ids with a common prefix."""
    before = f"{prefix}-" if prefix else ""
    while True:
        # The alphabet's 32 letters divide 256, so each is equally likely.
        letters = secrets.token_bytes(RANDOM_LENGTH * IDS_AT_ONCE).translate(_LETTERS).decode()
        for start in range(0, len(letters), RANDOM_LENGTH):
            yield before + letters[start : start + RANDOM_LENGTH]
