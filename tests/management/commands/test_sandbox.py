"""`manage.py sandbox`: serves until it is stopped, never in production."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from outbound.sandbox.playback.event_scripts import SCRIPTS
from outbound.sandbox.playback.scenarios import SCENARIOS
from tests.installation import Installation, end, is_open


def test_it_refuses_in_production(settings: Settings, tmp_path: Path) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("sandbox", "--port", "0", "--ledger", str(tmp_path / "ledger.jsonl"))

    assert not (tmp_path / "ledger.jsonl").exists()


def test_help_lists_every_ending(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("sandbox", "--help")

    said = capsys.readouterr().out
    assert [ending for ending in (*SCENARIOS, *SCRIPTS) if ending not in said] == []


@pytest.mark.xdist_group("installation")
def test_it_serves_until_stopped(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    process = installation.start_sandbox()
    installation.wait_for_sandbox()

    took = end(process, signal.SIGTERM)

    assert process.returncode == 0
    assert took < 5
    assert not is_open(installation.port)
    assert str(installation.port) in installation.log("sandbox.log")


def test_events_go_only_to_this_machine(tmp_path: Path) -> None:
    hook, ledger = tmp_path / "callback.json", tmp_path / "ledger.jsonl"
    hook.write_text('{"url": "http://192.0.2.1/hooks/zenvia/1/s3cr3t/"}')

    with pytest.raises(CommandError, match="of this machine") as caught:
        call_command("sandbox", "--port", "0", "--ledger", str(ledger), "--callback-file", str(hook))

    assert "s3cr3t" not in str(caught.value)


@pytest.mark.xdist_group("installation")
def test_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.start_sandbox()
    installation.wait_for_sandbox()

    second = installation.manage("sandbox", "--port", str(installation.port))

    installation.stop()
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
