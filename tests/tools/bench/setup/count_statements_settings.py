"""The console's settings, with every statement counted."""

from __future__ import annotations

from console.settings import *  # noqa: F403
from console.settings import INSTALLED_APPS as SHIPPED

INSTALLED_APPS = [*SHIPPED, "tests.tools.bench.setup.count_statements.Counting"]
