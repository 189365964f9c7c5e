"""Events under one id take effect as under different ids, and repetitions change nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.lifecycle import EventState, MessageStatus
from outbound.models import Conversation, Message, Recipient, WebhookEvent
from outbound.tracking.processor import process_due
from tests.tracking.events import arrived
from tests.tracking.worlds import (
    ANA,
    BRUNO,
    NUMBERS,
    a_told_answer,
    a_told_status,
    a_world,
    bring,
    outcome,
    what_is_so,
)

pytestmark = pytest.mark.django_db
MOMENTS = st.sampled_from([None, "2026-11-25T12:00:00Z", "2026-11-25T11:00:00Z"])
CAUSES = st.none() | st.builds(
    lambda code, reason: {"channelErrorCode": code, "reason": reason},
    st.sampled_from(["131026", "131031", "130429"]),
    st.sampled_from(["", "Blocked"]),
)


STATUSES = st.builds(
    a_told_status,
    st.sampled_from(["SENT", "READ", "NOT_DELIVERED", "WOBBLED"]),
    st.fixed_dictionaries(
        {}, optional={"externalId": st.sampled_from(["a", "b"]), "id": st.sampled_from(["x", "y"])}
    ),
    st.sampled_from([None, *NUMBERS.values()]),
    MOMENTS,
    CAUSES,
)
ANSWERS = st.builds(
    a_told_answer,
    st.sampled_from([ANA, "553588001234", BRUNO]),
    st.sampled_from(["", "Oi", "SAIR"]),
    MOMENTS,
    st.sampled_from(["", "Ana"]),
)
EVENTS = STATUSES | ANSWERS
WAYS = st.sampled_from(["one page", "two pages", "an array"])
few = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@few
@given(events=st.lists(EVENTS, min_size=2, max_size=4), way=WAYS)
def test_events_under_one_id_take_effect_as_under_different_ids(
    events: list[dict[str, Any]], way: str
) -> None:
    now = timezone.now()

    found = outcome(events, ["string"] * len(events), way, now)

    assert found == outcome(events, [f"id-{place}" for place in range(len(events))], way, now)


def redelivered(event: dict[str, Any], noise: dict[str, Any], way: str) -> Any:
    """Return an event in other bytes: keys reversed, more of them, perhaps in an array."""
    other = noise | dict(reversed(event.items()))
    return [other] if way == "an array" else json.dumps(other, indent=2).encode()


def is_readable(event: dict[str, Any]) -> bool:
    """Whether it is about a message that exists, so that nothing waits."""
    return "from" in event["message"] or "externalId" in event["message"]


@few
@given(
    event=EVENTS.filter(is_readable),
    noise=st.dictionaries(st.sampled_from(["retry", "subscriptionId", "deliveryCount"]), st.integers(1, 9)),
    way=WAYS,
)
def test_same_event_in_other_bytes_changes_nothing(
    event: dict[str, Any], noise: dict[str, int], way: str
) -> None:
    now = timezone.now()
    with transaction.atomic():
        integration = a_world()
        bring(integration, [{"id": "string", **event}], "one page", now)
        # People take back what it did: only a copy leaves that alone.
        Recipient.objects.update(opted_out_at=None, opt_out_reason="")
        Conversation.objects.update(last_inbound_at=None)
        Message.objects.update(status=MessageStatus.ASSUMED_SENT, failure_code="", failed_at=None)
        before = what_is_so(integration)

        arrived(integration, redelivered({"id": "string", **event}, noise, way), now + timedelta(minutes=5))
        while process_due(now + timedelta(minutes=5)):
            pass
        after, states = what_is_so(integration), set(WebhookEvent.objects.values_list("state", flat=True))
        transaction.set_rollback(True)

    assert after == before
    assert EventState.COPY in states
