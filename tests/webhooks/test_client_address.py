"""A client's address is read in every form that proxies write, and only from a trusted proxy."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from outbound.webhooks.client_address import client_address, read_address

WRITTEN: list[tuple[str, str]] = [
    ("192.0.2.1", "192.0.2.1"),
    ("192.0.2.1:5678", "192.0.2.1"),
    (" 192.0.2.1 ", "192.0.2.1"),
    ('"192.0.2.1:5678"', "192.0.2.1"),
    ("[192.0.2.1]:80", "192.0.2.1"),
    ("2001:db8::1", "2001:db8::1"),
    ("2001:DB8:0::1", "2001:db8::1"),
    ("[2001:db8::1]", "2001:db8::1"),
    ("[2001:db8::1]:443", "2001:db8::1"),
    ('"[2001:db8::1]:443"', "2001:db8::1"),
    ("::ffff:192.0.2.1", "192.0.2.1"),
    ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
    ("fe80::1%eth0", "fe80::1"),
    ("[fe80::1%25eth0]:443", "fe80::1"),
    ("", ""),
    ("-", ""),
    ("unknown", ""),
    ("unix:", ""),
    ("_hidden", ""),
    ("not-an-ip", ""),
    ("192.0.2", ""),
    ("192.0.2.1:", ""),
    ("192.0.2.1:port", ""),
    ("192.0.2.1:5:6", ""),
    ("\u0661.2.3.4", ""),
    ("192.0.2.1\x00", ""),
    ("[2001:db8::1", ""),
    ("[2001:db8::1]443", ""),
    ("[[2001:db8::1]]", ""),
    ("2001:db8::1%", ""),
]
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def asked(**meta: Any) -> str:
    return client_address(RequestFactory().get("/", **meta))


@pytest.fixture
def behind_a_proxy(settings: LazySettings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(("written", "read"), WRITTEN)
def test_address_is_read_in_every_form(written: str, read: str) -> None:
    assert read_address(written) == read


@given(addresses, st.integers(1, 65535))
def test_port_is_ignored(address: IPv4Address | IPv6Address, port: int) -> None:
    written = f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"

    assert read_address(written) == read_address(str(address)) != ""


@given(st.one_of(st.text(), st.text('0123456789abcdef.:[]%", '), addresses.map(str)))
def test_any_text_gives_an_address_or_nothing(written: str) -> None:
    read = read_address(written)

    assert not read or str(ip_address(read)) == read == read_address(read)
    assert "%" not in read


@pytest.mark.usefixtures("behind_a_proxy")
@pytest.mark.parametrize(
    ("forwarded", "read"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("10.0.0.1, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1,,192.0.2.1:443", "192.0.2.1"),
        ("not-an-ip, [2001:db8::1]:443", "2001:db8::1"),
        # What the proxy wrote cannot be read. The element before is whatever the client likes.
        ("10.0.0.1, unknown", ""),
        ("10.0.0.1,", ""),
        ("not-an-ip", ""),
    ],
)
def test_only_the_element_of_the_proxy_counts(forwarded: str, read: str) -> None:
    assert asked(HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="203.0.113.9") == read


@pytest.mark.usefixtures("behind_a_proxy")
def test_request_past_the_proxy_has_the_address_of_its_socket() -> None:
    assert asked(REMOTE_ADDR="203.0.113.9") == "203.0.113.9"


def test_header_is_ignored_without_a_proxy() -> None:
    assert asked(HTTP_X_FORWARDED_FOR="192.0.2.1", REMOTE_ADDR="::ffff:203.0.113.9") == "203.0.113.9"
