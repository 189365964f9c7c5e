"""System checks of the configuration, which run when a process starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.db import connections

from outbound.gateways import gateway
from outbound.sending.engine.shutdown import GRACE_SECONDS
from outbound.tasks import PUMP_SECONDS

# A pump task claims messages, waits for the claimed ones to start, and then for the calls in flight.
MAX_PUMP_SECONDS = int(PUMP_SECONDS + GRACE_SECONDS + gateway.CALL_TIMEOUT_SECONDS)
# Time for committing a claim and starting its calls on a busy machine.
LEASE_MARGIN_SECONDS = 15
# A claimed message may wait for another whole call before its own begins.
MAX_CLAIM_SECONDS = int(2 * gateway.CALL_TIMEOUT_SECONDS + LEASE_MARGIN_SECONDS)
# Settings with which django-q2 only wakes the sender, and what happens with another value.
REQUIRED_QUEUE_SETTINGS: dict[str, tuple[Any, str]] = {
    "bulk": (1, "A wake-up that waits in memory under a lock runs twice."),
    "queue_limit": (1, "A wake-up that waits in memory under a lock runs twice."),
    "max_attempts": (1, "Whether a message is tried again is decided by its row."),
    "ack_failures": (True, "A pump that failed would be started again at once, and for ever."),
    "catch_up": (False, "After a stop, every missed minute would be made up for."),
    "scheduler": (False, "A row of a schedule runs any function by its name."),
    "save_limit": (-1, "Results are never read, and keeping them costs more than the pump."),
}


@register(Tags.security)
def check_token_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E001: without a valid Fernet key no token can be stored or read."""
    try:
        keys = [Fernet(key) for key in settings.TOKEN_KEYS]
    except (ValueError, TypeError):
        keys = []
    if keys:
        return []
    return [
        Error(
            "TOKEN_KEYS holds no valid Fernet key.",
            hint="Leave TOKEN_KEYS empty to have one made in DATA_DIR, or see console/OPERATIONS.md.",
            id="outbound.E001",
        )
    ]


@register()
def check_queue(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E002, E003: a task that is started again while it still runs would send from two places at once.

    E009: the queue only wakes the sender, and must neither repeat nor keep tasks.
    """
    queue: dict[str, Any] = settings.Q_CLUSTER
    found: list[CheckMessage] = [
        Error(
            f"Q_CLUSTER['{name}'] is {queue.get(name)!r}. {otherwise}",
            hint=f"Set it to {value!r}.",
            id="outbound.E009",
        )
        for name, (value, otherwise) in REQUIRED_QUEUE_SETTINGS.items()
        if queue.get(name) != value
    ]
    if queue["timeout"] >= queue["retry"]:
        found.append(
            Error(
                "The queue's timeout is not below its retry.",
                hint="Set Q_CLUSTER['retry'] well above Q_CLUSTER['timeout'].",
                id="outbound.E002",
            )
        )
    if queue["timeout"] <= MAX_PUMP_SECONDS:
        found.append(
            Error(
                "The queue's timeout would cut a pump short and leave its messages unconfirmed.",
                hint=f"Set Q_CLUSTER['timeout'] above {MAX_PUMP_SECONDS} seconds.",
                id="outbound.E003",
            )
        )
    return found


@register()
def check_lease(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E007: a lease that ends before its call leaves a message unconfirmed whose response is on its way."""
    if not settings.PRODUCTION or settings.SENDER_LEASE_SECONDS > MAX_CLAIM_SECONDS:
        return []
    return [
        Error(
            "A sender's lease ends before the slowest call does.",
            hint=f"Set SENDER_LEASE_SECONDS above {MAX_CLAIM_SECONDS}, or leave it out.",
            id="outbound.E007",
        )
    ]


@register(Tags.security)
def check_production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E005: with local host names alone, nobody can open the console.

    The settings themselves refuse what is unsafe in production (console/security/production.py).
    """
    if not settings.PRODUCTION or not set(settings.ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}:
        return []
    return [
        Error(
            "ALLOWED_HOSTS names only this machine.",
            hint="Set ALLOWED_HOSTS to the name people open, like console.example.com.br.",
            id="outbound.E005",
        )
    ]


@register(Tags.database)
def check_integrations(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """W001: an integration that points at this machine sends to a sandbox.

    W002: an address from an older version that would be refused today is still in use.
    """
    if not settings.PRODUCTION or not databases or not _is_migrated():
        return []
    from outbound.models import Integration

    addresses = Integration.objects.order_by("name").values_list("name", "base_url")
    return [found for name, base_url in addresses if (found := _address_problem(name, base_url))]


def _address_problem(name: str, base_url: str) -> CheckMessage | None:
    from outbound.models.validators import validate_base_url

    if base_url.startswith("http://"):
        said = f"The integration “{name}” points at this machine, so its messages reach nobody."
        return Warning(said, hint="Change its address or delete it.", id="outbound.W001")
    try:
        validate_base_url(base_url)
    except ValidationError:
        said = f"The integration “{name}” has a gateway address that could not be entered today."
        return Warning(said, hint="Correct it on the integration's page.", id="outbound.W002")
    return None


def _is_migrated() -> bool:
    # `migrate` runs the checks before the table exists.
    return "outbound_integration" in connections["default"].introspection.table_names()


@register(Tags.database)
def check_sqlite(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """E006: SQLite must use WAL and full sync, or a power cut may undo a claim and send a message twice."""
    if not databases or connections["default"].vendor != "sqlite":
        return []
    with connections["default"].cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    if journal in ("wal", "memory") and synchronous >= 2:  # 2 is FULL, 3 is EXTRA
        return []
    return [
        Error(
            f"SQLite runs with journal_mode={journal} and synchronous={synchronous}.",
            hint="Keep the OPTIONS of console/settings.py, and the database on a local disk.",
            id="outbound.E006",
        )
    ]


@register(Tags.database)
def check_postgresql(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """E010: PostgreSQL must write a commit to disk before it reports it, for the same reason as E006."""
    if not databases or connections["default"].vendor != "postgresql":
        return []
    with connections["default"].cursor() as cursor:
        found = {}
        for name in ("fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    return [
        Error(
            f"PostgreSQL runs with {name} off.",
            hint=f"Set {name} = on, or a power cut may undo a claim and send a message twice.",
            id="outbound.E010",
        )
        for name, value in found.items()
        if value == "off"
    ]


@register()
def check_slots(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E011: half of the slots are in flight, so with fewer than two nothing would be sent."""
    if settings.SENDER_SLOTS >= 2:
        return []
    return [
        Error(
            "SENDER_SLOTS leaves no room for a message.",
            hint="Set SENDER_SLOTS to 2 or more, or leave it out.",
            id="outbound.E011",
        )
    ]
