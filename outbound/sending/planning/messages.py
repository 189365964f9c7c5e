"""The messages of a send, planned person by person: a body, or the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from outbound import phones
from outbound.contents.placeholders import ValueMissing
from outbound.gateways.base import Json
from outbound.lifecycle import RESENDABLE, CampaignKind, Reason
from outbound.models import Message
from outbound.sending import service_window
from outbound.sending.planning import audience
from outbound.sending.planning.audience import Person
from outbound.sending.planning.personalize import TextTooLong
from outbound.sending.planning.validation import ValidDraft


class PlannedMessage(NamedTuple):
    """The body that one person gets, or the reason why they get none.

    `text` is the body as it is posted, but for its external id. It is also there where only the service
    window, which may open before the launch, keeps it from being sent. `resend_of` is the id of the
    message of an earlier send that this one repeats.
    """

    person: Person
    text: str = ""
    reason: Reason | None = None
    detail: str = ""
    resend_of: int | None = None
    is_outside_window: bool = False

    @property
    def body(self) -> Json | None:
        return json.loads(self.text) if self.text and not self.reason else None


def planned_batches(draft: ValidDraft) -> Iterator[list[PlannedMessage]]:
    """Yield each person's message, in lists of at most `audience.BATCH_SIZE`."""
    people = iter(draft.audience)
    while batch := _planned(draft, list(islice(people, audience.BATCH_SIZE))):
        yield batch


def _planned(draft: ValidDraft, people: list[Person]) -> list[PlannedMessage]:
    earlier = _resendable(draft, people)
    return _within_service_window(draft, [_message(draft, person, earlier) for person in people])


def _message(draft: ValidDraft, person: Person, earlier: dict[str, int] | None) -> PlannedMessage:
    if person.opted_out:
        return PlannedMessage(person, reason=Reason.OPTED_OUT)
    if earlier is not None and person.phone.key not in earlier:
        return PlannedMessage(person, reason=Reason.SENT_BEFORE)
    destination = phones.on_the_wire(person.phone, draft.integration.number_format)
    if destination is None:
        return PlannedMessage(person, reason=Reason.NUMBER_FORMAT)
    try:
        text = draft.body.text(destination, person.values() if draft.body.is_personal else {})
    except ValueMissing as missing:
        return PlannedMessage(person, reason=Reason.VALUE_MISSING, detail=missing.key)
    except TextTooLong:
        return PlannedMessage(person, reason=Reason.TEXT_TOO_LONG)
    return PlannedMessage(person, text, resend_of=earlier[person.phone.key] if earlier else None)


def _resendable(draft: ValidDraft, people: list[Person]) -> dict[str, int] | None:
    """Return the messages of an earlier send that may be sent again to these people, by phone key.

    None where the draft is no resend.
    """
    if draft.campaign.again_of_id is None:
        return None
    earlier = Message.objects.filter(
        campaign=draft.campaign.again_of_id,
        phone_key__in=[person.phone.key for person in people],
        status__in=RESENDABLE,
        resent_as=None,
    )
    return dict(earlier.values_list("phone_key", "pk"))


def _within_service_window(draft: ValidDraft, messages: list[PlannedMessage]) -> list[PlannedMessage]:
    """Mark whose service window is not open, which a rich notification needs; skip them if it is required."""
    if draft.campaign.kind != CampaignKind.NOTIFICATION:
        return messages
    keys = [message.person.phone.key for message in messages]
    is_open = service_window.open_among(draft.integration, keys, draft.now)
    is_required = service_window.is_required(draft.campaign, draft.integration)
    reason = Reason.WINDOW_CLOSED if is_required else None
    return [
        message._replace(is_outside_window=True, reason=reason)
        if message.text and message.person.phone.key not in is_open
        else message
        for message in messages
    ]
