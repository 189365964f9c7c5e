"""The address of events is read from a file and is one of this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from outbound.sandbox.http import server
from outbound.sandbox.playback.callback_target import Address, CallbackTarget, read
from tests.sandbox.listener import write_hook

SECRET = "s3cr3t"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "callback.json"


def test_file_has_the_address(path: Path) -> None:
    write_hook(path, f"http://127.0.0.1:8000/hooks/zenvia/1/{SECRET}/", header="h")

    assert read(path) == Address("127.0.0.1", 8000, f"/hooks/zenvia/1/{SECRET}/", "h")
    assert CallbackTarget(path).address() == read(path)


@pytest.mark.parametrize("url", ["http://127.0.0.2:8000/x", "http://[::1]:8000/x"])
def test_every_local_address_is_accepted(path: Path, url: str) -> None:
    write_hook(path, url)

    assert read(path).port == 8000


@pytest.mark.parametrize(
    "said",
    [
        {"url": f"http://192.0.2.1/{SECRET}/"},
        {"url": f"http://example.com/{SECRET}/"},
        {"url": f"http://localhost.example.com/{SECRET}/"},
        {"url": f"http://127.0.0.1@example.com/{SECRET}/"},
        {"url": f"http://127.0.0.1:99999/{SECRET}/"},
        {"url": f"https://127.0.0.1/{SECRET}/"},
        {"url": f"http://127.0.0.1/{SECRET}/\r\nX: y"},
        {"url": f"http://127.0.0.1/{SECRET} /"},
        {"url": f"http://0.0.0.0/{SECRET}/"},
        {"url": f"//127.0.0.1/{SECRET}/"},
        {"url": f"http://127.0.0.1/{SECRET}/", "header": "a\nb"},
        {"url": f"http://127.0.0.1/{SECRET}/", "header": 7},
        {"url": 7},
        {},
        [SECRET],
        None,
    ],
)
def test_other_addresses_are_refused_without_showing_the_secret(path: Path, said: Any) -> None:
    path.write_text(json.dumps(said))

    with pytest.raises(ValueError, match="callback.json") as caught:
        CallbackTarget(path)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 5])
def test_file_that_is_not_json_is_refused(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)

    with pytest.raises(ValueError, match="JSON"):
        read(path)


def test_missing_file_is_no_address(path: Path) -> None:
    assert CallbackTarget(path).address() is None
    assert CallbackTarget(None).address() is None


def test_created_changed_and_deleted_file_is_noticed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hook = CallbackTarget(path)
    seen = [hook.address()]
    for number, url in enumerate(["http://127.0.0.1:1/a", "http://127.0.0.1:2/b", "http://192.0.2.1/c"]):
        write_hook(path, url)
        os.utime(path, ns=(number, number))
        seen.append(hook.address())
    path.unlink()

    assert [one and one.port for one in seen] == [None, 1, 2, None]
    assert hook.address() is None
    assert "may only name an http address of this machine" in capsys.readouterr().err


def test_gateway_does_not_start_with_a_bad_file(path: Path, tmp_path: Path) -> None:
    write_hook(path, "http://192.0.2.1/")

    with pytest.raises(ValueError, match="this machine"):
        server.start(ledger_path=tmp_path / "ledger.jsonl", callback_path=path)

    assert not (tmp_path / "ledger.jsonl").exists()


def test_repr_of_an_address_hides_the_secret(path: Path) -> None:
    write_hook(path, f"http://127.0.0.1/{SECRET}/", header=SECRET)

    assert SECRET not in repr(read(path))
