"""`TEST_CLOCK` moves a test and the processes that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.tools.clock.moving import WRONG_CLOCK

ROOT = Path(__file__).parents[3]
TELL = """
import subprocess, sys
from datetime import datetime, UTC
from tests.tools.clock import moving
moving.follow()
ask = "from datetime import datetime, UTC; print(datetime.now(UTC).isoformat())"
print(datetime.now(UTC).isoformat(), flush=True)
subprocess.run([sys.executable, "-c", ask], check=True)
"""
COMPARE = """
import time
time.sleep(0.5)
from _time_machine import original_time
print(time.time() - original_time())
"""


def test_this_process_and_those_it_starts_are_moved() -> None:
    moved = {"TEST_CLOCK": "2028-02-29T00:30-03:00"}

    said = run(TELL, **moved)

    assert [line[:15] for line in said.split()] == ["2028-02-29T03:3"] * 2


def test_a_moved_clock_ticks_before_it_is_read() -> None:
    moved = {"CLOCK_SHIFT": "3600", "PYTHONPATH": str(WRONG_CLOCK)}

    said = run(COMPARE, **moved)

    assert abs(float(said) - 3600) < 0.4


def run(program: str, **moved: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "CLOCK_SHIFT"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment | moved,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
