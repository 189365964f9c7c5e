"""`TEST_CLOCK` moves a test, and what the test starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TELL = """
import subprocess, sys
from datetime import datetime, UTC
from tests.clock import moving
moving.follow()
ask = "from datetime import datetime, UTC; print(datetime.now(UTC).isoformat())"
print(datetime.now(UTC).isoformat(), flush=True)
subprocess.run([sys.executable, "-c", ask], check=True)
"""


def test_it_moves_this_process_and_those_that_it_starts() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CLOCK_SHIFT"}
    environment["TEST_CLOCK"] = "2028-02-29T00:30-03:00"

    done = subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert [line[:15] for line in done.stdout.split()] == ["2028-02-29T03:3"] * 2
