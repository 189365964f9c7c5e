"""The console's settings with django-q2 as its queue, by default or tuned."""

from __future__ import annotations

import os

from console.settings import *  # noqa: F403

QUEUES = {
    "stock": {"name": "naive", "orm": "default"},
    "tuned": {"name": "naive", "orm": "default", "workers": 16, "save_limit": -1, "bulk": 50},
}
Q_CLUSTER = QUEUES[os.environ["NAIVE"]]
