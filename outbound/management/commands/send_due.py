"""Send what is due, once, without a cluster."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from outbound.sending.run import Run
from outbound.sending.stopping import asked_by_signal


class Command(BaseCommand):
    help = "Send what is due now and return: the same loop as the background worker, run once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=3600,
            help="stop claiming after this long, and finish what is in flight (default: 3600)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with asked_by_signal() as stop:
            run = Run(seconds=options["seconds"], slots=settings.SENDER_SLOTS, stop=stop, linger=False)
            sent = run.run()
        self.stdout.write(_("%(count)d requests made.") % {"count": sent})
