"""The base of the commands: strict options, and errors in one sentence."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.utils.translation import gettext as _

from outbound.management.errors import explain
from outbound.management.options import refuse_repeats

FAILED, INVALID, INTERRUPTED = 1, 2, 130


class ConsoleCommand(BaseCommand):
    """A command that exits with 0, FAILED, INVALID or INTERRUPTED.

    Where the database, a disk or the reader of its output fails, it says what failed and, by `state_after`,
    what was done by then. It prints a traceback only with `--traceback`.
    """

    _called_from_command_line = False  # set by Django

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs["epilog"] = "\n\n".join(filter(None, [kwargs.get("epilog"), _statuses()]))
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_base_argument(self, parser: Any, *args: Any, **kwargs: Any) -> None:
        refuse_repeats(parser)  # here, because Django's own options are added first
        super().add_base_argument(parser, *args, **kwargs)

    def state_after(self, error: BaseException) -> str:
        """Return a sentence on what was done before `error` and what to do now."""
        return ""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            output = super().execute(*args, **options)
            self.stdout.flush()
        except (Error, OSError) as error:
            self._fail(explain(error), error, FAILED)
        except KeyboardInterrupt as error:
            if not self._called_from_command_line:
                raise
            self._fail(_("Interrupted."), error, INTERRUPTED)
        return output

    def _fail(self, what: str, error: BaseException, status: int) -> NoReturn:
        if self._called_from_command_line and isinstance(error, OSError):
            self._drop_output()
        raise CommandError(f"{what} {self.state_after(error)}".strip(), returncode=status) from error

    def _drop_output(self) -> None:
        """Redirect the output to nowhere, since Python flushes it at exit and reports the error again."""
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())


def _statuses() -> str:
    return _(
        "Exit status: 0 if it was done; 1 if something around it failed, such as the database or a disk; "
        "2 if what was asked for cannot be read or is not valid, and then nothing was done; 130 if it was "
        "interrupted. Unless it is 0, standard error says why."
    )
