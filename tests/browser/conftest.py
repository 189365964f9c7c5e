"""Fixtures of browser tests: Chromium, a live server, and a sandbox gateway."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page

from outbound import roles
from outbound.management import demo
from outbound.models import Integration
from outbound.sandbox.http import ledger
from outbound.sandbox.http.server import start
from outbound.sending.engine.sender import Sender

PASSWORD = "correct horse battery staple"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# What axe finds in the skin's own markup: the menu's scroll area is a region like every other scroll
# area, and an inline table has a column without a heading for its delete buttons.
THE_SKINS_OWN = [("landmark-unique", "simplebar"), ("empty-table-header", "w-px")]
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in Path(item.path).parents]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("browser"))
        if CHROMIUM is None and not os.environ.get("REQUIRE_BROWSER"):
            item.add_marker(
                pytest.mark.skip(reason="NO CHROMIUM FOUND: the pages were not tested in a browser")
            )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    assert CHROMIUM, "REQUIRE_BROWSER is set, and there is no Chromium."
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}


@dataclass(frozen=True)
class Gateway:
    """A sandbox gateway for one test, and the ledger of its requests."""

    port: int
    ledger_path: Path

    def lines(self) -> list[dict[str, Any]]:
        return list(ledger.read(self.ledger_path))


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    server = start(port=0, ledger_path=tmp_path / "ledger.jsonl")
    yield Gateway(server.port, tmp_path / "ledger.jsonl")
    server.stop()


@pytest.fixture
def console(transactional_db: None, gateway: Gateway) -> Integration:
    """The demo data, with its integration pointing at the gateway of this test."""
    demo.prepare(gateway.port)
    user = User.objects.get(username=demo.USERNAME)
    user.set_password(PASSWORD)
    user.save()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    return Integration.objects.get(name=demo.INTEGRATION)


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """Errors of the browser console and failed requests; a test that has any fails."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda asked: found.append(asked.url) if _is_foreign(asked.url) else None)
    yield found
    assert not found, "The browser complained, or asked another host."


@pytest.fixture
def signed_in(page: Page, live_server: Any, console: Integration, complaints: list[str]) -> Page:
    """A browser signed in as the operator, on the home page."""
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_username", demo.USERNAME)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/")
    return page


@pytest.fixture
def violations(complaints: list[str]) -> Callable[[Page], list[str]]:
    """Return what axe reports of a page, without the errors about its own inline styles."""

    def ask(page: Page) -> list[str]:
        before = list(complaints)
        found = Axe().run(page).response["violations"]
        complaints[:] = before
        return [
            f"{rule['id']}: {node['target']}"
            for rule in found
            for node in rule["nodes"]
            if not _is_the_skins(rule["id"], str(node["target"]))
        ]

    return ask


def send_what_is_due() -> None:
    """Send everything that is due, in this thread."""
    Sender(seconds=20, slots=settings.SENDER_SLOTS, linger=False).run()


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:", "about:"))


def _is_the_skins(rule: str, target: str) -> bool:
    return any(rule == known and part in target for known, part in THE_SKINS_OWN)
