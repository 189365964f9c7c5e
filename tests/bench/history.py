"""A long past, made in the database itself from one message that was really sent."""

from __future__ import annotations

from django.db import connection

from outbound.models import Attempt, Message

# What must differ from row to row; all else is as the one message has it. {n} is the row's number.
_MESSAGE = {
    "phone": "'+5521900' || {n}",
    "phone_key": "'+5521900' || {n}",
    "external_id": "'past-' || {n}",
    "gateway_message_id": "{n}",
    "gateway_contact_id": "{n}",
}
_ATTEMPT = {"message_id": "copy.id", "external_id": "copy.external_id"}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(1, {count}))",
}


def multiply(count: int) -> int:
    """Write `count` copies of the only accepted message, and of its attempt; return how many messages
    there are then. The planner's statistics are left to what the database does by itself."""
    (pattern,) = Message.objects.filter(status="accepted").values_list("pk", flat=True)
    numbers = _NUMBERS[connection.vendor].format(count=count)
    number = "CAST(n AS text)"
    with connection.cursor() as cursor:
        names, values = _columns(Message, {key: value.format(n=number) for key, value in _MESSAGE.items()})
        cursor.execute(
            f"INSERT INTO outbound_message ({names}) {numbers} SELECT {values} FROM numbers, "
            f"outbound_message AS source WHERE source.id = {pattern}"
        )
        names, values = _columns(Attempt, _ATTEMPT)
        cursor.execute(
            f"INSERT INTO outbound_attempt ({names}) SELECT {values} FROM outbound_message AS copy, "
            f"outbound_attempt AS source WHERE copy.external_id LIKE 'past-%' "
            f"AND source.message_id = {pattern}"
        )
        # What autovacuum does within minutes; a measurement that begins at once would meet no statistics.
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE outbound_message, outbound_attempt")
    return Message.objects.count()


def _columns(model: type[Message] | type[Attempt], own: dict[str, str]) -> tuple[str, str]:
    names = [field.column for field in model._meta.local_concrete_fields if not field.primary_key]
    return ", ".join(names), ", ".join(own.get(name, f"source.{name}") for name in names)
