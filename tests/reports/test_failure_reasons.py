"""The reason why a message did not arrive is explained."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from outbound.lifecycle import MessageStatus, Reason
from outbound.models import Message
from outbound.reports import failure_reasons

UNREACHABLE = "The number cannot be reached on WhatsApp"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": MessageStatus.UNDELIVERED, "failure_code": "131026"}, UNREACHABLE),
        ({"status": MessageStatus.DELIVERED, "failure_code": "131026"}, UNREACHABLE),
        ({"status": MessageStatus.UNDELIVERED}, "WhatsApp or Zenvia could not deliver it"),
        ({"status": MessageStatus.REFUSED, "reason": Reason.REJECTED}, "The gateway refused the message"),
        ({"status": MessageStatus.DELIVERED}, ""),
    ],
)
def test_failure_is_explained_by_code_and_the_rest_by_reason(values: dict[str, Any], said: str) -> None:
    with override("en"):
        assert failure_reasons.reason_text(Message(**values)) == said


@pytest.mark.parametrize(
    "values", [{"failure_code": "1"}, {"failure_text": "no"}, {"failed_at": timezone.now()}]
)
def test_failure_of_a_delivered_message_contradicts_it(values: dict[str, Any]) -> None:
    assert failure_reasons.is_contradicted(Message(status=MessageStatus.READ, **values))
    assert not failure_reasons.is_contradicted(Message(status=MessageStatus.UNDELIVERED, **values))


def test_delivery_without_a_failure_is_not_contradicted() -> None:
    assert not failure_reasons.is_contradicted(Message(status=MessageStatus.READ))
