"""The response of each magic ending."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from outbound.sandbox.contract.contract import Verdict
from outbound.sandbox.http import ledger
from outbound.sandbox.playback import scenarios
from outbound.sandbox.playback.answers import Receipt
from outbound.sandbox.playback.scenarios import HUGE_BODY_BYTES, SCENARIOS, Delivery

RECEIPT = Receipt("c-1", 7, 500_003)
PLAIN = ["0200"]
REDIRECTS = ["0301", "0302", "0303", "0307", "0308"]
REFUSALS = [f"04{n}" for n in ("00", "01", "03", "04", "05", "08", "09", "10", "13", "15", "22", "25", "29")]
OUTAGES = ["0500", "0502", "0503", "0504", "0505"]
BROKEN = ["0600", "0601", "0602", "0603", "0604"]
ODD = [*(f"061{n}" for n in range(10)), "0630"]
SLOW = ["0620", "0621", "0622"]
AT_FIRST = {"0640": "1", "0641": None, "0642": "-1", "0643": "abc", "0644": "1"}
TRIES = {"0640": 2, "0641": 1, "0642": 1, "0643": 1, "0644": 2}
FAILING = [*REDIRECTS, *REFUSALS, *OUTAGES, *AT_FIRST]
ENDINGS = [*PLAIN, *FAILING, *BROKEN, *ODD, *SLOW]
TAKEN = {*PLAIN, "0601", "0602", "0603", "0604", *ODD, *SLOW}
SILENT = [*BROKEN, "0621"]


def destination(ending: str) -> str:
    return f"1199999{ending}"


def judged(ending: str, status: int = 200) -> Verdict:
    return Verdict(status, "VALIDATION_ERROR", "Validation error", body={"destination": destination(ending)})


def test_every_scenario_is_in_the_table():
    assert sorted(SCENARIOS) == sorted(ENDINGS)


def test_table_has_a_column_for_accepted_messages():
    assert {name for name, scenario in SCENARIOS.items() if scenario.taken} == TAKEN


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_ending_selects_its_scenario(ending):
    scenario = scenarios.scenario_for(judged(ending))

    assert scenario.name == ending
    assert f"  {ending}  " in scenarios.table()
    assert scenario.description in scenarios.table()


def test_other_destinations_are_accepted():
    assert scenarios.scenario_for(judged("1234")) == scenarios.NORMAL


@pytest.mark.parametrize("ending", ENDINGS)
def test_contract_precedes_scenarios_except_for_caller_and_address(ending):
    scenario = scenarios.scenario_for(judged(ending, status=400))

    expected = ending if ending in ("0401", "0403", "0404") else "contract"
    assert (scenario.name, scenario.taken) == (expected, False)


@pytest.mark.parametrize("ending", FAILING)
def test_failing_status_has_zenvias_error_body(gateway, post, ending):
    answer = post(destination(ending))

    line = gateway.ledger.last(1)[0]
    assert answer.status == line["status"] == SCENARIOS[ending].status
    assert set(json.loads(answer.body)) == {"code", "message"}
    assert (line["scenario"], line["taken"]) == (ending, False)


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_throttling_scenarios_have_retry_after(ending):
    headers = dict(SCENARIOS[ending].headers)

    assert headers.get("Retry-After") == ("5" if ending in ("0429", "0505") else AT_FIRST.get(ending))


def test_retry_after_date_is_in_the_future(post):
    asked = post(destination("0641")).headers["Retry-After"]

    assert timedelta(0) < parsedate_to_datetime(asked) - datetime.now(UTC) <= timedelta(seconds=2)


@pytest.mark.parametrize("ending", AT_FIRST)
def test_scenario_that_fails_at_first_accepts_later(gateway, post, ending):
    refused = [post(destination(ending)).status for _ in range(TRIES[ending])]

    again = post(destination(ending)).status

    assert set(refused) == {SCENARIOS[ending].status}
    assert again == 200
    assert [line["taken"] for line in gateway.ledger.last(9)] == [False] * TRIES[ending] + [True]


def test_tries_are_counted_by_destination(post):
    first, other = f"1188888{'0641'}", destination("0641")

    assert [post(number).status for number in (first, other, first, other)] == [429, 429, 200, 200]


@pytest.mark.parametrize("ending", REDIRECTS)
def test_redirect_points_elsewhere_on_the_gateway(post, ending):
    assert post(destination(ending)).headers["Location"] == "/elsewhere"


@pytest.mark.parametrize("ending", ["0200", "0620", "0622", "1234"])
def test_success_has_the_four_documented_values(gateway, post, ending):
    answer = post(destination(ending))

    assert answer.status == 200
    assert json.loads(answer.body) == {
        "status": "pending",
        "external_id": "c-1",
        "message_id": 1,
        "contact_id": ledger.FIRST_CONTACT_ID,
    }
    assert gateway.ledger.last(1)[0]["taken"] is True


@pytest.mark.parametrize(
    ("ending", "sign"),
    [
        ("0610", b"<html>"),
        ("0613", b'"external_id": "another"'),
        ("0614", b"[]"),
        ("0615", b"NaN"),
        ("0616", b'"status": "pondering"'),
    ],
)
def test_odd_success_has_its_odd_body(post, ending, sign):
    answer = post(destination(ending))

    assert answer.status == 200
    assert sign in answer.body


def test_compressed_success_is_a_valid_success_within(post):
    answer = post(destination("0630"))

    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["external_id"] == "c-1"


def test_huge_success_has_its_stated_length(post):
    answer = post(destination("0618"))

    assert len(answer.body) == HUGE_BODY_BYTES
    assert json.loads(answer.body)["external_id"] == "c-1"


def test_success_with_too_many_headers(post):
    with pytest.raises(http.client.HTTPException, match="headers"):
        post(destination("0619"))


def test_html_body_has_an_html_content_type(post):
    assert post(destination("0610")).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("ending", "length"), [("0611", 0), ("0614", 2), ("0617", 1024 * 1024)])
def test_odd_success_has_its_length(post, ending, length):
    assert len(post(destination(ending)).body) == length


def test_truncated_response_ends_before_its_content_length(post):
    with pytest.raises(http.client.IncompleteRead) as caught:
        post(destination("0612"))

    assert caught.value.partial.startswith(b'{"status"')


@pytest.mark.parametrize("ending", ["0600", "0601"])
def test_reset_connection_is_reset_for_the_client(gateway, post, ending):
    with pytest.raises(ConnectionResetError) as caught:
        post(destination(ending))

    # http.client's name for a plain close is a subclass of the reset, and must not pass for one.
    assert caught.type is ConnectionResetError
    assert gateway.ledger.last(1)[0]["taken"] is (ending == "0601")


@pytest.mark.parametrize("ending", ["0602", "0603", "0604", "0621"])
def test_closed_connection_has_no_response(gateway, post, ending):
    with pytest.raises(http.client.RemoteDisconnected):
        post(destination(ending))

    line = gateway.ledger.last(1)[0]
    assert (line["taken"], line["status"]) == (True, None)


@pytest.mark.parametrize("ending", SILENT)
def test_silent_scenario_has_no_response(ending):
    assert SCENARIOS[ending].status is None
    assert SCENARIOS[ending].answer(RECEIPT) == b""


def test_half_closed_connection_still_reads(gateway):
    body = json.dumps({"destination": destination("0603"), "templateId": "t"})
    head = f"POST /zenvia/a/1 HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with closing(socket.create_connection(("127.0.0.1", gateway.port), timeout=5)) as client:
        client.sendall(f"{head}\r\nAuthorization: t\r\n\r\n{body}".encode())

        ended = client.recv(1)

        assert ended == b""
        client.sendall(b"still here")
        client.sendall(b"and here")


def test_dripping_response_arrives_in_many_pieces(gateway):
    assert SCENARIOS["0622"].delivery is Delivery.DRIP
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)) as connection:
        connection.connect()
        body = json.dumps({"destination": destination("0622"), "templateId": "t"})
        headers = {"Content-Type": "application/json", "Authorization": "t"}

        connection.request("POST", "/zenvia/a/1", body, headers)
        first = connection.sock.recv(4096)

        assert b"}" not in first
