"""Helper that returns what is wrong with a content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from outbound.contents import clean_content

Codes = dict[str, list[str | None]]


@pytest.fixture
def problems() -> Callable[[Any], Codes]:
    """Return the error codes of a content by path, none if it is valid."""

    def found(raw: Any) -> Codes:
        try:
            clean_content(raw)
        except ValidationError as error:
            return {path: [one.code for one in errors] for path, errors in error.error_dict.items()}
        return {}

    return found
