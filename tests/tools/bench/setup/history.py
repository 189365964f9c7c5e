"""A long history, written in SQL from one message that was really sent."""

from __future__ import annotations

from django.db import connection

from outbound.models import Attempt, Message

# What must differ from row to row; all else is as the one message has it. {n} is the row's number.
_MESSAGE = {
    "phone": "'+552198' || {digits}",
    "phone_key": "'+552198' || {digits}",
    "external_id": "'past-' || {n}",
    "gateway_message_id": "{n}",
    "gateway_contact_id": "{n}",
}
# Seven digits, so that each is a mobile that may exist.
_DIGITS = {"sqlite": "printf('%07d', n)", "postgresql": "lpad(CAST(n AS text), 7, '0')"}
_ATTEMPT = {"message_id": "copy.id", "external_id": "copy.external_id"}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(1, {count}))",
}


# Twenty days, each status and an event of each message: what an operator leafs through.
DAYS = 20
_STATUSES = (
    "CASE n % 10 WHEN 0 THEN 'refused' WHEN 1 THEN 'undelivered' WHEN 2 THEN 'accepted' WHEN 3 THEN 'sent' "
)
_LIVED = {
    "status": _STATUSES + "WHEN 4 THEN 'delivered' ELSE 'read' END",
    "reason": "CASE n % 10 WHEN 0 THEN 'rejected' WHEN 1 THEN 'not_delivered' ELSE '' END",
    "failure_code": "CASE n % 10 WHEN 1 THEN '131026' ELSE '' END",
}
_AGES = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', source.{column}, '-' || ({seconds}) || ' seconds')",
    "postgresql": "source.{column} - ({seconds}) * interval '1 second'",
}
_EVENTS = """
INSERT INTO outbound_webhookevent (
    integration_id, body, digest, received_at, address, is_foreign, copies, state, tries, kind, word,
    event_id, external_id, gateway_message_id, channel_message_id, phone_key, code, text, note, message_id
) SELECT integration_id, {body}, external_id, created_at, '', {false}, 0, 'applied', 0, 'status', 'read',
    external_id, external_id, '', '', '', '', '', '', id
FROM outbound_message WHERE external_id LIKE 'past-%'
"""


def live(count: int) -> int:
    """Write a past of `count` messages, each with an event; return how many messages there are then."""
    total = multiply(count, _LIVED | _ages(count))
    is_postgresql = connection.vendor == "postgresql"
    body, false = ("'{}'::bytea", "FALSE") if is_postgresql else ("CAST('{}' AS BLOB)", "0")
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS.format(body=body, false=false))
        if is_postgresql:
            cursor.execute("VACUUM ANALYZE outbound_webhookevent")
    return total


def _ages(count: int) -> dict[str, str]:
    seconds = f"(CAST({count} AS bigint) - n) * {DAYS * 86_400} / {count}"
    pattern = _AGES[connection.vendor]
    return {
        column: pattern.format(column=column, seconds=seconds)
        for column in ("created_at", "status_changed_at")
    }


def multiply(count: int, as_lived: dict[str, str] | None = None) -> int:
    """Write `count` copies of the only accepted message, and of its attempt; return how many messages
    there are then. The planner's statistics are left to what the database does by itself.

    `as_lived` names more columns that differ, each with its SQL.
    """
    (pattern,) = Message.objects.filter(status="accepted").values_list("pk", flat=True)
    numbers = _NUMBERS[connection.vendor].format(count=count)
    number = "CAST(n AS text)"
    with connection.cursor() as cursor:
        digits = _DIGITS[connection.vendor]
        own = {key: value.format(n=number, digits=digits) for key, value in _MESSAGE.items()}
        names, values = _columns(Message, own | (as_lived or {}))
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
