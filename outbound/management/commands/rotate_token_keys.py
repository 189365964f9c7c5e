"""Re-encrypt every token with the first of TOKEN_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from outbound import audit
from outbound.audit import Verb
from outbound.management.base import ConsoleCommand
from outbound.models import Integration
from outbound.models.fields import Secret, SecretUnreadable


class Command(ConsoleCommand):
    help = (
        "Re-encrypt every integration token with the first of TOKEN_KEYS. Put the new key first and keep "
        "the old one behind it, run this, then take the old one away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        every = list(Integration.objects.order_by("id"))
        rotated = [integration.pk for integration in every if _rotate(integration.pk)]
        unreadable = [integration.name for integration in every if integration.pk not in rotated]
        if rotated:
            with audit.command_line():
                audit.record_rows(Integration, rotated, Verb.TOKENS_REENCRYPTED, None)
        self.stdout.write(f"{len(rotated)} tokens encrypted with the first key.")
        if unreadable:
            raise CommandError(f"No key can read the tokens of: {', '.join(unreadable)}. Enter them again.")

    def state_after(self, error: BaseException) -> str:
        return _("Every token is still readable. Keep all keys, and run it again.")


@transaction.atomic
def _rotate(pk: int) -> bool:
    integration = Integration.objects.select_for_update().get(pk=pk)
    try:
        integration.token = Secret(integration.token.rotated())
    except SecretUnreadable:
        return False
    integration.save(update_fields=["token"])
    return True
