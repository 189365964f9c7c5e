"""The console's settings with a data directory and services of the tests' own."""

from __future__ import annotations

import os
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="console-tests-")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "")
os.environ["LOG_LEVEL"] = "WARNING"
os.environ["GATEWAY_HOSTS"] = "outbound.ms.altubots.com,elsewhere.example,gateway.example"

from console.settings import *  # noqa: E402, F403

# Thousands of accounts are made here, and none is worth guarding.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
