"""A form that a test of the audit log posts."""

from __future__ import annotations

from typing import Any, NamedTuple


class Posted(NamedTuple):
    """What is posted: the arguments of the address, the form, and the query behind the address."""

    args: tuple[int, ...]
    form: dict[str, Any]
    query: str = ""
