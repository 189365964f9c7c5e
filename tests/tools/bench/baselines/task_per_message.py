"""A baseline for the sender: one django-q2 task per message, with a client kept open."""

from __future__ import annotations

from functools import cache

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from outbound.gateways import gateway
from outbound.gateways.base import Client, Outgoing
from outbound.models import Message


@cache
def client() -> Client:
    return gateway.open_client(1)


def enqueue() -> int:
    """Make a task of each queued message; return how many."""
    waiting = list(Message.objects.filter(status="queued").order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        for pk in waiting:
            async_task("tests.tools.bench.baselines.task_per_message.send", pk)
    return len(waiting)


def send(pk: int) -> None:
    """Post one message and save its answer: no mark before, so a crash would send it twice."""
    message = Message.objects.select_related("integration").get(pk=pk)
    answer = client().post(
        Outgoing(
            address=message.integration.address,
            token=message.integration.token.reveal(),
            payload=message.payload,
            external_id=message.external_id or "",
        )
    )
    message.status = "accepted"
    message.status_changed_at = timezone.now()
    message.gateway_message_id = answer.message_id
    message.save()
