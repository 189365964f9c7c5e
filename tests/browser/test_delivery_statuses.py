"""Delivery statuses from the sandbox through the webhook to the page, in real processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from outbound.management import demo
from tests.installation import Installation, until
from tests.journeys.checker import send_to
from tests.journeys.conftest import install  # noqa: F401 - a fixture

QUICK = 15_000  # milliseconds within which the page has to show what came


@dataclass
class Console:
    """An installation with web server, worker and a sandbox that posts events, and a browser on it."""

    installation: Installation
    page: Page
    url: str

    def show_message_to(self, number: str) -> None:
        """Wait for the message to a number, and open its page."""
        found = f"SELECT id FROM outbound_message WHERE phone = '{number}' ORDER BY id DESC"
        ((pk, *_),) = until(lambda: self.installation.rows(found), "the message is there")[:1]
        self.page.goto(f"{self.url}/admin/outbound/message/{pk}/change/")

    def expect_state(self, state: str) -> None:
        expect(self.page.locator("#state .oc-badge")).to_contain_text(state, timeout=QUICK)

    def leave_a_mark(self) -> None:
        """Mark the loaded page; the mark is gone after a reload."""
        self.page.evaluate("window.isTheSame = true")

    def assert_never_reloaded(self) -> None:
        assert self.page.evaluate("window.isTheSame") is True


@pytest.fixture
def console(install: Callable[..., Installation], page: Page, complaints: list[str]) -> Console:  # noqa: F811
    installation = install()
    installation.start_sandbox()
    port = installation.start_web()
    password = installation.open_webhook(port)
    installation.start("worker", log="worker.log")
    url = f"http://127.0.0.1:{port}"
    page.goto(f"{url}/admin/")
    page.fill("#id_username", demo.USERNAME)
    page.fill("#id_password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/admin/")
    until(lambda: "running." in installation.log("worker.log"), "the cluster runs")
    return Console(installation, page, url)


def compose(console: Console, number: str) -> None:
    """Send a template to a number in the browser."""
    page = console.page
    page.goto(f"{console.url}/admin/outbound/campaign/compose/")
    page.get_by_label("Template", exact=False).locator("visible=true").last.select_option("Boas-vindas")
    page.fill("#id_numbers", number)
    page.click("button[value=review]")
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="Send to 1 person").click()
    page.wait_for_url("**/change/")


def test_open_page_turns_to_read(console: Console) -> None:
    compose(console, "35 98800-0700")
    console.show_message_to("+5535988000700")
    console.leave_a_mark()

    console.expect_state("Read")

    console.assert_never_reloaded()


def test_late_event_resolves_unconfirmed_message(console: Console) -> None:
    console.installation.order(event_delay=0.5)
    compose(console, "35 98800-0601")
    unconfirmed = "SELECT id FROM outbound_message WHERE status = 'unconfirmed'"
    until(lambda: console.installation.rows(unconfirmed), "the message is unconfirmed")

    console.show_message_to("+5535988000601")
    console.leave_a_mark()
    console.expect_state("Unconfirmed")
    console.expect_state("Delivered")

    console.assert_never_reloaded()
    assert console.installation.requests() == 1


def test_opt_out_keyword_skips_queued_message(console: Console) -> None:
    installation, person = console.installation, "35988000712"
    installation.order(event_delay=0.2)
    installation.change("UPDATE outbound_integration SET per_second = 2")
    others = [f"1190000{number}" for number in range(5000, 5024)]

    long = send_to(installation, *others, person)
    send_to(installation, person)  # sends take turns, so this one goes at once
    console.page.goto(f"{console.url}/admin/outbound/campaign/{long}/change/")

    progress = console.page.locator("#progress")
    expect(progress).to_contain_text("Not sent: 1", timeout=QUICK)
    expect(progress).to_contain_text("The person asked not to receive messages: 1")
    assert [line["destination"] for line in installation.ledger()].count(person) == 1
    console.page.goto(f"{console.url}/admin/outbound/recipient/?q={person}")
    expect(console.page.locator("main")).to_contain_text("Opted out")
