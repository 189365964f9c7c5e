"""`/healthz` answers ok, or not and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from console import health
from outbound.lifecycle import CampaignStatus
from outbound.models import WebhookEvent
from outbound.sending import heartbeat
from tests.builders import a_campaign, a_message, an_integration, an_operator
from tests.sending.steps import later
from tests.tracking.events import an_answer, arrived

ROOT = Path(__file__).parents[2]
ASK = """
import django
django.setup()
from django.test import Client
answer = Client().get("/healthz", headers={"host": "10.0.0.7", "cookie": "__Host-sessionid=abc"})
print(answer.status_code, answer.content.decode())
"""


def somebody_waits() -> None:
    campaign = a_campaign(status=CampaignStatus.RUNNING, integration=an_integration(name="Secret Ltd"))
    a_message(campaign=campaign, integration=campaign.integration, due_at=later(minutes=-5))


@pytest.mark.django_db
def test_working_console_answers_ok(client: Client) -> None:
    somebody_waits()
    heartbeat.beat(timezone.now())

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Content-Type"] == "text/plain"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_missing_sender_is_reported(client: Client) -> None:
    somebody_waits()

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, f"{health.MISSING[heartbeat.SENDER]}\n".encode())


@pytest.mark.django_db
def test_missing_event_processing_is_reported(client: Client) -> None:
    heartbeat.beat(timezone.now())
    arrived(an_integration(), an_answer("5511988887777", "SAIR"))
    WebhookEvent.objects.update(due_at=later(minutes=-5))

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, f"{health.MISSING[heartbeat.INTAKE]}\n".encode())


@pytest.mark.django_db
def test_signed_in_user_sees_nothing_more(client: Client) -> None:
    client.force_login(an_operator())

    response = client.get("/healthz")

    assert response.content == b"ok\n"
    assert not response.cookies


@pytest.mark.django_db
def test_head_is_allowed_and_post_is_not(client: Client) -> None:
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_neither_host_name_nor_https_is_needed(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["console.example.com"]

    response = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert response.status_code == 200


@pytest.mark.django_db
def test_healthy_answer_takes_one_query(client: Client, django_assert_num_queries: Any) -> None:
    heartbeat.beat(timezone.now())

    with django_assert_num_queries(1):
        client.get("/healthz")


@pytest.mark.parametrize(
    "database", ["sqlite:////nowhere/at/all.sqlite3", "postgres://nobody@127.0.0.1:1/nothing"]
)
def test_unreachable_database_is_reported(tmp_path: Path, database: str) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "DATABASE_URL": database,
        "DATA_DIR": str(tmp_path),
        "PRODUCTION": "1",
        "SECRET_KEY": "0123456789" * 6,
        "TOKEN_KEYS": Fernet.generate_key().decode(),
    }

    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.stdout.strip() == f"503 {health.NO_DATABASE}", done.stderr
