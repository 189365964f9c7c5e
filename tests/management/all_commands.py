"""Finds every command by its file, so that new ones are tested as well."""

from __future__ import annotations

import argparse
from pkgutil import iter_modules
from typing import Any

from django.core.management import load_command_class

from outbound.management import commands
from outbound.management.base import ConsoleCommand

NAMES = sorted(module.name for module in iter_modules(commands.__path__))


def command(name: str) -> ConsoleCommand:
    found = load_command_class("outbound", name)
    assert isinstance(found, ConsoleCommand)
    return found


def options(parser: argparse.ArgumentParser) -> list[Any]:
    """Return the options of a parser but for help and version."""
    ending = (argparse._HelpAction, argparse._VersionAction)
    return [one for one in parser._actions if not isinstance(one, ending)]
