"""The console's settings with a data directory and services of the tests' own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

MEMORY = "/dev/shm"  # noqa: S108
MEMORY_NEEDED = 2 * 1024**3

# Each commit waits for the disk, so tests keep their files in memory where there is enough.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
    tempfile.tempdir = MEMORY

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="console-tests-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "")
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["GATEWAY_HOSTS"] = "outbound.ms.altubots.com,elsewhere.example,gateway.example"

from console.settings import *  # noqa: E402, F403

# Thousands of accounts are made here, and none is worth guarding.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
