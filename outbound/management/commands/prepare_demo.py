"""Fill an empty console with demo data and print how to sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from outbound import audit
from outbound.management import demo
from outbound.management.base import ConsoleCommand

BANNER = """
  WhatsApp console    http://127.0.0.1:{port}/
  Sign in as          {username}
  Password            {password}   (new at each start)
  Sandbox gateway     http://127.0.0.1:{sandbox_port}/   (nothing reaches a real phone)
  Stop with Ctrl-C.
"""


class Command(ConsoleCommand):
    help = "Prepare the demo: a sandbox integration, templates, recipients and an operator. Idempotent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--sandbox-port", type=int, default=settings.SANDBOX_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is not for production: it makes an account and sample data.")
        with audit.command_line():
            password = demo.prepare(options["sandbox_port"])
        demo.open_webhook(options["port"], Path(settings.DATA_DIR) / "sandbox" / "callback.json")
        self.stdout.write(
            BANNER.format(
                port=options["port"],
                username=demo.USERNAME,
                password=password,
                sandbox_port=options["sandbox_port"],
            )
        )

    def state_after(self, error: BaseException) -> str:
        return _("What was made by then stays. Run it again, and the rest is made.")
