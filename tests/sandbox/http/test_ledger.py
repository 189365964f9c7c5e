"""The ledger holds a whole line for each request."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from outbound.sandbox.http import ledger
from outbound.sandbox.http.ledger import FIRST_CONTACT_ID, Ledger, Request
from tests.limits import no_file_grows_beyond


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox" / "ledger.jsonl"


def request(destination: str | None = "11999999999", **changes: Any) -> Request:
    body = {"destination": destination}
    values: dict[str, Any] = {
        "method": "POST",
        "path": "/zenvia/acme/42",
        "authorization": "altu-token",
        "raw": json.dumps(body).encode(),
        "body": body,
        "destination": destination,
        "external_id": "c-1",
        "scenario": "normal",
        "taken": True,
        "status": 200,
    }
    return Request(**{**values, **changes})


def test_line_has_everything_but_the_token(path):
    Ledger(path).append(request())

    (line,) = ledger.read(path)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "number": 1,
        "method": "POST",
        "path": "/zenvia/acme/42",
        "token": hashlib.sha256(b"altu-token").hexdigest()[:12],
        "destination": "11999999999",
        "external_id": "c-1",
        "body": {"destination": "11999999999"},
        "raw": '{"destination": "11999999999"}',
        "scenario": "normal",
        "taken": True,
        "status": 200,
    }
    assert "altu-token" not in path.read_text()


def test_line_is_written_before_append_returns(path):
    book = Ledger(path)

    for expected in (1, 2, 3):
        book.append(request())

        assert len(ledger.read(path)) == expected


def test_contact_keeps_its_id_and_each_message_has_a_new_one(path):
    book = Ledger(path)

    receipts = [book.append(request(number)) for number in ("11999990001", "11999990002", "11999990001")]

    assert [receipt.message_id for receipt in receipts] == [1, 2, 3]
    assert [receipt.contact_id - FIRST_CONTACT_ID for receipt in receipts] == [0, 1, 0]


def test_counters_continue_after_a_restart(path):
    first = Ledger(path)
    first.append(request("11999990001"))
    first.append(request("11999990002", taken=False, status=500))
    first.close()

    second = Ledger(path)
    receipt = second.append(request("11999990002"))

    assert (receipt.message_id, receipt.contact_id) == (2, FIRST_CONTACT_ID + 1)
    assert [line["number"] for line in ledger.read(path)] == [1, 2, 3]


def test_incomplete_line_is_skipped(path):
    Ledger(path).append(request())
    with path.open("ab") as file:
        file.write(b'{"number": 2, "at": "20')

    Ledger(path).append(request())

    assert [line["number"] for line in ledger.read(path)] == [1, 2]


def test_line_is_not_written_in_part(path):
    book = Ledger(path)
    book.append(request())
    whole = path.stat().st_size

    with no_file_grows_beyond(whole + 40), pytest.raises(OSError, match="space"):
        book.append(request())

    assert path.stat().st_size == whole
    book.append(request())
    assert [line["number"] for line in ledger.read(path)] == [1, 2]


def test_missing_ledger_is_empty(path):
    assert ledger.read(path) == []


def test_many_threads_write_whole_lines_without_gaps(path):
    book = Ledger(path)
    threads = [threading.Thread(target=lambda: [book.append(request()) for _ in range(50)]) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [line["number"] for line in ledger.read(path)] == list(range(1, 401))


def test_bytes_that_are_not_text_are_kept_readable(path):
    Ledger(path).append(request(None, raw=b"\xff\n{", body=None, authorization=""))

    (line,) = ledger.read(path)
    assert (line["raw"], line["body"], line["destination"], line["token"]) == ("\ufffd\n{", None, None, None)


def test_only_the_last_thousand_lines_are_kept_in_memory(path):
    book = Ledger(path)
    for _ in range(1003):
        book.append(request())

    last = book.last(2000)

    assert (len(last), last[0]["number"], last[-1]["number"]) == (1000, 4, 1003)
    assert [line["number"] for line in book.last(2)] == [1002, 1003]
