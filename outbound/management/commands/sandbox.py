"""Run the sandbox gateway, which stands in for the Zenvia NLU outbound API."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser, DjangoHelpFormatter
from django.utils.translation import gettext

from outbound.management.base import ConsoleCommand
from outbound.sandbox.http import server
from outbound.sandbox.playback import event_scripts, scenarios


class HelpFormatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Django's order of options, with the line breaks of the epilog."""


class Command(ConsoleCommand):
    help = gettext("Run the sandbox gateway, which stands in for Zenvia and sends nothing.")
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", HelpFormatter)
        epilog = f"{scenarios.table()}\n\n{event_scripts.table()}"
        return super().create_parser(prog_name, subcommand, epilog=epilog, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=settings.SANDBOX_PORT, help=gettext("Port on 127.0.0.1.")
        )
        parser.add_argument(
            "--ledger",
            type=Path,
            default=Path(settings.DATA_DIR) / "sandbox" / "ledger.jsonl",
            help=gettext("File that gets one JSON line for each request."),
        )
        parser.add_argument(
            "--callback-file",
            type=Path,
            default=Path(settings.DATA_DIR) / "sandbox" / "callback.json",
            help=gettext(
                'File like {"url": "http://127.0.0.1:8000/hooks/…", "header": "…"}: where events go. '
                "Without it none are posted."
            ),
        )
        parser.add_argument("--latency-ms", type=int, default=0, help=gettext("Wait before each answer."))
        parser.add_argument("--token", help=gettext("The only token let in; without it any bare token is."))

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(gettext("The sandbox gateway cannot run with production settings."))
        try:
            server.serve(
                options["port"],
                options["ledger"],
                options["latency_ms"],
                options["token"],
                options["callback_file"],
            )
        except (OSError, OverflowError, ValueError) as error:
            message = gettext("The sandbox gateway cannot start: %(error)s")
            raise CommandError(message % {"error": error}) from error
