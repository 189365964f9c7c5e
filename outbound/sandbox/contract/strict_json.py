"""Parses JSON strictly: UTF-8, no repeated key, no NaN or Infinity (RFC 8259)."""

from __future__ import annotations

import json
import math

# Far above any message, and low enough to be encoded again without exhausting the stack.
MAX_DEPTH = 64


def loads(raw: bytes) -> object:
    """Return the value in `raw`.

    Raises ValueError for bytes that are not UTF-8, text that is not JSON, a key that comes twice in one
    object, NaN and Infinity (also a number too large to be anything else), and more than 64 levels.
    """
    try:
        value: object = _DECODER.decode(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    # Counting brackets is quicker, and most bodies have too few to be that deep.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise ValueError("nested too deeply")
    return value


def _deeper_than(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper_than(item, levels - 1) for item in inner)


def _without_repeated_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_repeated_keys, parse_constant=_refuse_constant, parse_float=_finite
)
