"""`manage.py send`: every number is in the report, or the command is refused."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbound.models import Message
from tests.builders import a_recipient, a_template, an_integration
from tests.management.commands.test_send import refused

pytestmark = pytest.mark.django_db
ANA, BRUNO, CARLA = "35988001234", "11988887777", "21977776666"
OPTED_OUT, ABROAD = "31966665555", "+351912345678"
# As people write it, and whose it is.
SPELLINGS = {
    ANA: ANA,
    "(35) 98800-1234": ANA,
    "+55 35 8800-1234": ANA,
    BRUNO: BRUNO,
    "55 11 98888-7777": BRUNO,
    CARLA: CARLA,
    OPTED_OUT: OPTED_OUT,
    ABROAD: ABROAD,
}


@pytest.fixture(autouse=True)
def registered() -> None:
    a_template(template_id="hello", body="Hello.")
    an_integration(slug="acme", remote_id="1")
    a_recipient(phone=f"+55{OPTED_OUT}", opted_out_at=timezone.now())


def send(*named: str) -> dict[str, Any]:
    out = StringIO()
    call_command("send", "--integration", "acme", "--template", "hello", *named, stdout=out)
    return json.loads(out.getvalue())


def faults(*named: str) -> list[str]:
    return [line.split(": ")[0] for line in refused("--template", "hello", *named, to=None)]


def a_file(folder: Path, content: bytes, name: str = "numbers.txt") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def reached() -> set[str]:
    return set(Message.objects.values_list("phone", flat=True))


@pytest.mark.parametrize(
    "named",
    [
        ("--to", ANA, "--to", BRUNO),
        ("--to", ANA, BRUNO),
        ("--to", f"{ANA},{BRUNO}"),
        ("--to", f"{ANA};{BRUNO}\n"),
        ("--to", ANA, "--dry-run", "--to", BRUNO),
    ],
)
def test_all_numbers_of_the_command_line_are_planned(named: tuple[str, ...]) -> None:
    assert send(*named)["planned"] == 2


def test_files_and_numbers_add_up(tmp_path: Path) -> None:
    first, second = a_file(tmp_path, ANA.encode(), "1"), a_file(tmp_path, BRUNO.encode(), "2")

    send("--to-file", first, "--to", CARLA, "--to-file", second)

    assert reached() == {f"+55{number}" for number in (ANA, BRUNO, CARLA)}


@pytest.mark.parametrize(
    "content",
    [
        f"{ANA}\r\n{BRUNO}\r\n".encode(),
        f"{ANA}\r{BRUNO}".encode(),
        f"\n\n{ANA}\n \n{BRUNO}\n\n".encode(),
        f"{ANA}, {BRUNO}".encode(),
        f"{ANA}\t{BRUNO};".encode(),
        f"{ANA}\n{BRUNO}".encode("utf-8-sig"),
        f"{ANA}\n{BRUNO}".encode("utf-16"),
        b"\xfe\xff" + f"{ANA}\n{BRUNO}".encode("utf-16-be"),
    ],
)
def test_file_is_read_in_common_encodings(tmp_path: Path, content: bytes) -> None:
    send("--to-file", a_file(tmp_path, content))

    assert reached() == {f"+55{ANA}", f"+55{BRUNO}"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (f"telefone\n{ANA}".encode(), "numbers.0"),
        (f"{ANA}\n# {BRUNO}".encode(), "numbers.1"),
        (f"{ANA} # Ana\n{BRUNO}".encode(), "numbers.0"),
        (f"{ANA}, Ana\n{BRUNO}".encode(), "numbers.1"),
        (f"{ANA} {BRUNO}".encode(), "numbers.0"),
        (f"{ANA}\u2028{BRUNO}".encode(), "numbers.0"),
        (f"{ANA}/{BRUNO}".encode(), "numbers.0"),
        (f"{ANA}\n{BRUNO}\x00".encode(), "numbers.1"),
        (f"{ANA}\n-\n{BRUNO}".encode(), "numbers.1"),
        (f"{ANA}\n{BRUNO}".encode("utf-16-le"), "numbers.0"),
        (f"número\n{ANA}".encode("latin-1"), "numbers"),
        (f"{ANA}\n{BRUNO}".encode("utf-16")[:-1], "numbers"),
        (b"", "recipients"),
        (b"\xef\xbb\xbf", "recipients"),
        (b"\n ,;\r\n", "recipients"),
    ],
)
def test_file_with_anything_else_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    assert faults("--to-file", a_file(tmp_path, content))[0] == fault


@pytest.mark.parametrize("empty", ["", " ", ","])
def test_empty_number_beside_another_is_refused(empty: str) -> None:
    assert faults("--to", ANA, "--to", empty) == ["recipients"]


def test_empty_file_beside_a_number_is_refused(tmp_path: Path) -> None:
    (line,) = refused("--template", "hello", "--to", ANA, "--to-file", a_file(tmp_path, b""), to=None)

    assert "numbers.txt" in line


def test_empty_file_name_is_refused() -> None:
    assert faults("--to", ANA, "--to-file", "") == ["numbers"]


def test_standard_input_is_read_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(ANA))

    assert faults("--to-file", "-", "--to-file", "-") == ["numbers"]


@pytest.mark.parametrize("option", ["--field", "--context"])
def test_name_with_two_values_is_refused(option: str) -> None:
    assert len(faults("--to", ANA, option, "k=1", option, "k=2")) == 1


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    typed=st.lists(st.sampled_from(sorted(SPELLINGS)), min_size=1, max_size=12),
    cut=st.integers(0, 12),
    in_a_file=st.booleans(),
)
def test_planned_skipped_and_duplicates_are_all_numbers(
    tmp_path: Path, typed: list[str], cut: int, in_a_file: bool
) -> None:
    people = {SPELLINGS[one] for one in typed}
    first, rest = typed[:cut], typed[cut:]
    named = [word for one in first for word in ("--to", one)]
    if rest:
        inline = ["--to-file", a_file(tmp_path, "\n".join(rest).encode())]
        named += inline if in_a_file else ["--to", *rest]

    report = send("--dry-run", *named)

    assert report["planned"] == len(people - {OPTED_OUT, ABROAD})
    assert len(report["skipped"]) == len(people & {OPTED_OUT, ABROAD})
    assert report["planned"] + len(report["skipped"]) + len(report["duplicates"]) == len(typed)
    assert set(report["duplicates"]) <= set(typed)
