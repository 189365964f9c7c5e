"""Run the background worker: django-q2's cluster under a watchdog, the event processor and the launcher."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from django.core.management import call_command
from django.utils.translation import gettext as _

from outbound import tasks
from outbound.management.base import ConsoleCommand
from outbound.management.watchdog import Watchdog
from outbound.sending import heartbeat
from outbound.sending.engine.signals import FINISH_SOON
from outbound.sending.planning.launcher import Launcher
from outbound.tracking.loop import Intake

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # from linux/prctl.h
LOOK_SECONDS = 5.0
# A pump that is asked to stop waits at most 30 s for the requests in flight and records them.
FINISH_SECONDS = 40.0
# A cluster without a heartbeat rarely finishes anything.
FROZEN_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Command(ConsoleCommand):
    help = (
        "Run the background worker until SIGTERM or Ctrl-C. It then claims nothing more, waits for the "
        "requests that are under way, records their answers, and ends. When its cluster died, or when "
        "messages or events wait and nobody gets on with them for SENDER_SILENCE_SECONDS, it ends with "
        "status 1: a supervisor that starts it anew belongs around it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check", databases=["default"])
        heartbeat.last_beat()  # raises where the database or its tables are missing
        _prctl(PR_SET_CHILD_SUBREAPER, 1)  # orphans of the cluster become children of this process
        # In a group of its own: a Ctrl-C for all would kill the cluster's guard before its leader could stop
        # it, and the leader would wait for it forever.
        cluster = subprocess.Popen(  # noqa: S603
            [sys.executable, *_manage(), "qcluster"], start_new_session=True, preexec_fn=_end_with_parent
        )
        asked: list[float] = []

        def stop(_number: int, _frame: Any) -> None:
            asked.append(time.monotonic())
            _ask(cluster)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        intake, launcher = Intake(), Launcher(tasks.wake)
        intake.start()
        launcher.start()
        status = _watch(cluster, asked)
        launcher.stop()
        intake.stop()
        sys.exit(status)

    def state_after(self, error: BaseException) -> str:
        return _("Nothing is lost: what waits is in the database, and goes out once a worker runs.")


def _watch(cluster: subprocess.Popen[bytes], asked: list[float]) -> int:
    """Wait until the cluster ends, or end it if it makes no progress; return the exit status."""
    watchdogs = [Watchdog(name) for name in heartbeat.HAS_WORK]
    while (status := _ended(cluster)) is None:
        if asked:
            if time.monotonic() > asked[0] + FINISH_SECONDS:
                return _end(cluster, 0)
        elif silent := [one.name for one in watchdogs if one.is_alarmed()]:
            logger.error("Work waits, and there is no sign of the %s: ending, to be started anew.", silent[0])
            _ask(cluster)
            return _end(cluster, FROZEN_SECONDS if heartbeat.SENDER in silent else FINISH_SECONDS)
    if asked:
        return max(status, 0)
    logger.error("The cluster ended unasked: ending as well, to be started anew.")
    _signal(cluster, signal.SIGTERM)  # to its orphans: one that is sending finishes first
    return _end(cluster, FINISH_SECONDS)


def _ended(cluster: subprocess.Popen[bytes]) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return cluster.wait(LOOK_SECONDS)
    return None


def _ask(cluster: subprocess.Popen[bytes]) -> None:
    """Ask the sender to finish, and the leader to stop all others."""
    _signal(cluster, FINISH_SOON)
    cluster.terminate()


def _end(cluster: subprocess.Popen[bytes], seconds: float) -> int:
    """Wait for the cluster's processes, kill those left after `seconds`, and return the exit status."""
    deadline = time.monotonic() + seconds
    while not _is_gone(cluster) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal(cluster, signal.SIGKILL)
    return 1


def _is_gone(cluster: subprocess.Popen[bytes]) -> bool:
    cluster.poll()
    with suppress(ChildProcessError):
        while os.waitpid(-cluster.pid, os.WNOHANG)[0]:
            pass
    return not _signal(cluster, 0)


def _signal(cluster: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the cluster's process group; return whether it exists."""
    try:
        os.killpg(cluster.pid, number)
    except ProcessLookupError:
        return False
    return True


def _end_with_parent() -> None:
    """Make Linux stop the cluster when this process is killed."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)


def _manage() -> list[str]:
    return [sys.argv[0]] if sys.argv[0].endswith("manage.py") else ["-m", "django"]
