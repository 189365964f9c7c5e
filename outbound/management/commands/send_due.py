"""Send what is due once, without the worker."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbound.management.base import ConsoleCommand
from outbound.sending.engine.sender import Sender
from outbound.sending.engine.signals import asked_by_signal


class Command(ConsoleCommand):
    help = "Send what is due now and return: the same loop as the background worker, run once."

    _sender: Sender | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=3600,
            help="stop claiming after this long, and finish what is in flight (default: 3600)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with asked_by_signal() as stop:
            self._sender = Sender(
                seconds=options["seconds"], slots=settings.SENDER_SLOTS, stop=stop, linger=False
            )
            sent = self._sender.run()
        self.stdout.write(_("%(count)d requests made.") % {"count": sent})

    def state_after(self, error: BaseException) -> str:
        count = self._sender.sent if self._sender else 0
        if not count:
            return _("Nothing was sent.")
        made = ngettext("%(count)d request was made.", "%(count)d requests were made.", count)
        rest = _(
            "What has no recorded answer shows as unconfirmed when its lease is over, and is not sent again. "
            "What waits goes out with the next run."
        )
        return f"{made % {'count': count}} {rest}"
