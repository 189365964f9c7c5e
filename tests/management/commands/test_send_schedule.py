"""`manage.py send`: lists of numbers from files, and the schedule."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from outbound.models import Campaign, Message
from tests.builders import a_template, an_integration
from tests.management.commands.test_send import TEMPLATE, refused, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registered() -> None:
    a_template(template_id="billing", body="Hello {{name}}.").adopt_placeholders()
    an_integration(slug="acme", remote_id="1")


def a_file(folder: Path, *numbers: str) -> str:
    path = folder / "numbers.txt"
    path.write_text("\n".join(numbers), encoding="utf-8")
    return str(path)


def test_numbers_are_read_from_a_file(tmp_path: Path) -> None:
    report = send(*TEMPLATE, "--to-file", a_file(tmp_path, "35 98800-0001", "", "35 98800-0002"), to=None)

    assert report["planned"] == 2
    assert Message.objects.filter(phone="+5535988000002").exists()


def test_numbers_of_a_file_follow_those_of_the_command_line(tmp_path: Path) -> None:
    report = send(*TEMPLATE, "--to-file", a_file(tmp_path, "35988001234", "35988000002"))

    assert (report["planned"], report["duplicates"]) == (2, ["35988001234"])


def test_numbers_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("35988000001\n35988000002\n"))

    assert send(*TEMPLATE, "--to-file", "-", to=None)["planned"] == 2


def test_file_may_have_more_numbers_than_a_form(tmp_path: Path) -> None:
    numbers = [f"3598{number:07}" for number in range(7000)]

    assert send(*TEMPLATE, "--to-file", a_file(tmp_path, *numbers), to=None)["planned"] == 7000


def test_invalid_line_is_reported_by_position(tmp_path: Path) -> None:
    (line,) = refused(*TEMPLATE, "--to-file", a_file(tmp_path, "35988000001", "name and phone"), to=None)

    assert line.startswith("numbers.1: ")


def test_unreadable_file_is_reported_at_numbers(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    for name in ("missing", "binary"):
        (line,) = refused(*TEMPLATE, "--to-file", str(tmp_path / name), to=None)
        assert line.startswith("numbers: ")


def test_no_number_is_refused() -> None:
    assert [line.split(": ")[0] for line in refused(*TEMPLATE, to=None)] == ["recipients"]


def test_standard_input_serves_content_or_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("35988001234"))

    lines = refused("--content", "-", "--to-file", "-", to=None)

    assert "numbers" in [line.split(": ")[0] for line in lines]


def here(**ahead: float) -> datetime:
    """Return a future moment, to the minute, in the console's time zone."""
    return timezone.localtime(timezone.now() + timedelta(**ahead)).replace(second=0, microsecond=0)


@time_machine.travel("2026-11-25T12:00-03:00")
def test_schedule_is_saved() -> None:
    starts_at, not_after = here(hours=2), here(hours=5)

    options = ("--not-before", f"{starts_at:%Y-%m-%dT%H:%M}", "--not-after", f"{not_after:%Y-%m-%d %H:%M}")
    send(*TEMPLATE, *options)

    campaign = Campaign.objects.get()
    assert (campaign.starts_at, campaign.not_after) == (starts_at, not_after)
    assert Message.objects.get().due_at == starts_at


def test_moment_may_have_a_time_zone() -> None:
    starts_at = here(hours=2)

    send(*TEMPLATE, "--not-before", starts_at.astimezone(UTC).isoformat())

    assert Campaign.objects.get().starts_at == starts_at.astimezone(UTC)


# In São Paulo, 4 November 2018 has no midnight, and 17 February 2018 has 23:30 twice.
@pytest.mark.parametrize("written", ["2018-11-04T00:30", "2018-02-17T23:30"])
def test_skipped_or_repeated_time_is_refused(written: str) -> None:
    (line,) = refused(*TEMPLATE, "--not-before", written)

    assert line.startswith("starts_at: ")
    assert written.replace("T", " ") in line


@pytest.mark.parametrize("written", ["", "soon", "2026-11-30", "2026-13-01T09:00", "9999-12-31T23:59"])
def test_invalid_moment_is_refused(written: str) -> None:
    (line,) = refused(*TEMPLATE, "--not-before", written)

    assert line.startswith("starts_at: ")


def test_start_too_far_ahead_is_refused() -> None:
    (line,) = refused(*TEMPLATE, "--not-before", "9999-12-30T09:00")

    assert line.startswith("starts_at: ")


def test_end_in_the_past_is_refused() -> None:
    (line,) = refused(*TEMPLATE, "--not-after", "2001-01-01T09:00")

    assert line.startswith("not_after: ")


@pytest.mark.parametrize(("options", "expected"), [((), True), (("--no-first-wave",), False)])
def test_first_wave_is_on_by_default(options: tuple[str, ...], expected: bool) -> None:
    send(*TEMPLATE, *options)

    assert Campaign.objects.get().first_wave is expected
