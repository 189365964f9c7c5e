"""Options that are refused when they are given twice, since one of the two values would be lost unsaid."""

from __future__ import annotations

import argparse
from typing import Any

from django.utils.translation import gettext as _


class _Once(argparse.Action):
    """An option of one value, or of none. Those that take several add up, by `append` or `extend`."""

    _given_in: argparse.Namespace | None = None

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        if self._given_in is namespace:
            raise argparse.ArgumentError(self, _("it was given more than once, and only one can count."))
        self._given_in = namespace
        super().__call__(parser, namespace, values, option_string)


class _StoreOnce(_Once, argparse._StoreAction):
    pass


class _StoreConstOnce(_Once, argparse._StoreConstAction):
    pass


class _StoreTrueOnce(_Once, argparse._StoreTrueAction):
    pass


class _StoreFalseOnce(_Once, argparse._StoreFalseAction):
    pass


_ACTIONS: dict[str | None, type[_Once]] = {
    None: _StoreOnce,
    "store": _StoreOnce,
    "store_const": _StoreConstOnce,
    "store_true": _StoreTrueOnce,
    "store_false": _StoreFalseOnce,
}


def refuse_repeats(parser: argparse.ArgumentParser) -> None:
    """Let `parser` refuse what is given twice, of all options that are added from now on."""
    for name, action in _ACTIONS.items():
        parser.register("action", name, action)
