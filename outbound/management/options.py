"""Refuses options that are given twice, since argparse silently drops the first value."""

from __future__ import annotations

import argparse
from typing import Any

from django.utils.translation import gettext as _


class _SingleOption(argparse.Action):
    """An option with one value or none; `append` and `extend` are for several."""

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


class _StoreOnce(_SingleOption, argparse._StoreAction):
    pass


class _StoreConstOnce(_SingleOption, argparse._StoreConstAction):
    pass


class _StoreTrueOnce(_SingleOption, argparse._StoreTrueAction):
    pass


class _StoreFalseOnce(_SingleOption, argparse._StoreFalseAction):
    pass


_ACTIONS: dict[str | None, type[_SingleOption]] = {
    None: _StoreOnce,
    "store": _StoreOnce,
    "store_const": _StoreConstOnce,
    "store_true": _StoreTrueOnce,
    "store_false": _StoreFalseOnce,
}


def refuse_repeats(parser: argparse.ArgumentParser) -> None:
    """Make `parser` refuse repetitions of the options that are added after this call."""
    for name, action in _ACTIONS.items():
        parser.register("action", name, action)
