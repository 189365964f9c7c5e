"""A signal asks to stop; it takes effect when the work is in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from outbound.sending.engine import signals
from outbound.sending.engine.signals import FINISH_SOON, SIGNALS, asked_by_signal


@pytest.fixture(autouse=True)
def _not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_is_over", threading.Event())


@pytest.fixture
def received() -> Iterator[list[int]]:
    """Collect the signals that reach this process, instead of ending it."""
    numbers: list[int] = []
    before = {number: signal.signal(number, lambda got, _frame: numbers.append(got)) for number in SIGNALS}
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_a_wish_first_and_takes_effect_at_the_end(received: list[int], number: int) -> None:
    with asked_by_signal() as stop:
        signal.raise_signal(number)
        asked, effect = stop.is_set(), list(received)

    assert (asked, effect) == (True, [])
    assert received == [number]


def test_without_a_signal_nothing_happens(received: list[int]) -> None:
    with asked_by_signal() as stop:
        pass

    assert not stop.is_set()
    assert received == []


def test_a_fault_in_the_work_does_not_swallow_the_signal(received: list[int]) -> None:
    def work() -> None:
        with asked_by_signal():
            signal.raise_signal(signal.SIGTERM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    assert received == [signal.SIGTERM]


def test_who_was_asked_to_finish_begins_nothing_more(received: list[int]) -> None:
    with asked_by_signal():
        signal.raise_signal(FINISH_SOON)

    with asked_by_signal() as stop:
        assert stop.is_set()


def test_to_finish_can_be_asked_between_two_pieces_of_work() -> None:
    before = signal.getsignal(FINISH_SOON)
    with asked_by_signal():
        pass

    signal.raise_signal(FINISH_SOON)

    with asked_by_signal() as stop:
        assert stop.is_set()
    signal.signal(FINISH_SOON, before)


def test_another_thread_gets_an_event_that_no_signal_sets() -> None:
    def ask() -> bool:
        with asked_by_signal() as stop:
            return stop.is_set()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() is False
