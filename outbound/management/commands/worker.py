"""Run the background worker: django-q2's cluster, woken at its start and stopped gently."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from outbound import tasks
from outbound.sending.stopping import FINISH_SOON

PR_SET_PDEATHSIG = 1  # from linux/prctl.h


class Command(BaseCommand):
    help = (
        "Run the background worker until SIGTERM or Ctrl-C. It then claims nothing more, waits for the "
        "requests that are under way, records their answers, and ends."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check", databases=["default"])
        tasks.wake()  # what was left waiting goes on at once, and not with the schedule's next minute
        # A group of its own: a signal to the whole group would kill the cluster's guard before its leader
        # could ask it to stop, and the leader would wait for it for ever.
        cluster = subprocess.Popen(  # noqa: S603
            [sys.executable, *_manage(), "qcluster"], start_new_session=True, preexec_fn=_end_with_parent
        )

        def stop(_number: int, _frame: Any) -> None:
            os.killpg(cluster.pid, FINISH_SOON)
            cluster.terminate()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        sys.exit(max(cluster.wait(), 0))


def _end_with_parent() -> None:
    """Let the cluster be asked to stop when this command is killed outright, where the kernel can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _manage() -> list[str]:
    return [sys.argv[0]] if sys.argv[0].endswith("manage.py") else ["-m", "django"]
