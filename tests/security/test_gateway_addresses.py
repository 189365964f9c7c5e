"""An integration's address is requested at exactly the host and port that were validated."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings, settings
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st
from requests import PreparedRequest
from urllib3.util import parse_url

from outbound.models import Integration
from outbound.models.validators import LOOPBACK_HOSTS, validate_base_url

GATEWAY = "outbound.ms.altubots.com"
GOOD = f"https://{GATEWAY}/zenvia"
NO_ADDRESS = [
    f"{GOOD}#",
    f"{GOOD}#x",
    f"https://{GATEWAY}#@evil.example/zenvia",
    f"{GOOD}?",
    f"{GOOD}?x=1",
    f"https://{GATEWAY}?/zenvia",
    f"{GOOD};x=1",
    f"https://@{GATEWAY}/zenvia",
    f"https://:@{GATEWAY}/zenvia",
    f"https://user@{GATEWAY}/zenvia",
    f"https://user:secret@{GATEWAY}/zenvia",
    f"https://{GATEWAY}@evil.example/zenvia",
    f"https://{GATEWAY}:443@evil.example/zenvia",
    f"https://{GATEWAY}:0/zenvia",
    f"https://{GATEWAY}:/zenvia",
    f"https://{GATEWAY}:0443/zenvia",
    f"https://{GATEWAY}:65536/zenvia",
    f"https://{GATEWAY}:99999999999999999999/zenvia",
    f"https://{GATEWAY}:+443/zenvia",
    f"https://{GATEWAY}:-1/zenvia",
    f"https://{GATEWAY}:4_43/zenvia",
    f"https://{GATEWAY}:\u0664\u0664\u0663/zenvia",
    f"https://{GATEWAY}./zenvia",
    f"https://{GATEWAY}../zenvia",
    f"https://.{GATEWAY}/zenvia",
    f"https://{GATEWAY}\\@evil.example/zenvia",
    f"https://{GATEWAY}\\.evil.example/zenvia",
    f"https:\\\\{GATEWAY}/zenvia",
    f"https:/{GATEWAY}/zenvia",
    f"https:{GATEWAY}/zenvia",
    f"https:///{GATEWAY}/zenvia",
    f"//{GATEWAY}/zenvia",
    f"{GATEWAY}/zenvia",
    f" {GOOD}",
    f"{GOOD} ",
    f"{GOOD}\n",
    f"{GOOD}\r\nX: y",
    f"https://{GATEWAY}\t/zenvia",
    f"https://{GATEWAY}\x00/zenvia",
    f"https://{GATEWAY}\u200b/zenvia",
    f"https://{GATEWAY}\u3002evil.example/zenvia",
    f"https://{GATEWAY}\uff0fzenvia",
    "https://\uff4futbound.ms.altubots.com/zenvia",
    "https://\u043eutbound.ms.altubots.com/zenvia",
    "http\u017f://outbound.ms.altubots.com/zenvia",
    "https://%6futbound.ms.altubots.com/zenvia",
    f"https://{GATEWAY}%2eevil.example/zenvia",
    f"https://{GATEWAY}%00/zenvia",
    f"https://[{GATEWAY}]/zenvia",
    "https://[::1/zenvia",
    "https://[::1%25eth0]/zenvia",
    "https://[::ffff:127.0.0.1]/zenvia",
    f"{GOOD}/..",
    f"{GOOD}/../x",
    f"{GOOD}/./x",
    f"{GOOD}/.",
    f"{GOOD}/%2e%2e/x",
    f"{GOOD}//x",
    f"{GOOD}//",
    f"{GOOD}/a b",
    "https://",
    "https://:443/zenvia",
    "",
]


def code_of(value: str) -> str:
    """The code of what `value` is refused for; empty where it is taken."""
    try:
        validate_base_url(value)
    except ValidationError as error:
        return str(error.code)
    return ""


@pytest.mark.parametrize("is_production", [True, False])
@pytest.mark.parametrize("value", NO_ADDRESS)
def test_ambiguous_address_is_refused(settings: LazySettings, value: str, is_production: bool) -> None:
    settings.PRODUCTION = is_production

    assert code_of(value) == "path_invalid"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (GOOD, ""),
        (f"{GOOD}/", ""),
        (f"https://{GATEWAY}", ""),
        (f"https://{GATEWAY}/", ""),
        (f"https://{GATEWAY}:443/zenvia", ""),
        (f"HTTPS://{GATEWAY.upper()}/zenvia", ""),
        (f"https://{GATEWAY}/a/b-c/d_e/f.g/~h", ""),
        ("https://other.example:9443/zenvia", ""),
        ("https://other.example/zenvia", "host_not_allowed"),
        (f"https://{GATEWAY}:8443/zenvia", "host_not_allowed"),
        (f"https://{GATEWAY}:80/zenvia", "host_not_allowed"),
        (f"https://{GATEWAY}:65535/zenvia", "host_not_allowed"),
        (f"https://{GATEWAY}.evil.example/zenvia", "host_not_allowed"),
        (f"https://evil-{GATEWAY}/zenvia", "host_not_allowed"),
        (f"http://{GATEWAY}/zenvia", "https_required"),
        (f"http://{GATEWAY}:443/zenvia", "https_required"),
        (f"ftp://{GATEWAY}/zenvia", "https_required"),
        ("http://127.0.0.1:8001/zenvia", "https_required"),
        ("http://[::1]:8001/zenvia", "https_required"),
        ("https://127.0.0.1/zenvia", "host_not_allowed"),
        ("https://[::1]/zenvia", "host_not_allowed"),
        ("https://localhost:8001/zenvia", "host_not_allowed"),
    ],
)
def test_only_gateway_hosts_are_allowed_in_production(settings: LazySettings, value: str, code: str) -> None:
    settings.PRODUCTION = True
    settings.GATEWAY_HOSTS = [GATEWAY, "other.example:9443"]

    assert code_of(value) == code


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
@pytest.mark.parametrize("port", ["", ":1", ":80", ":443", ":8001", ":65535"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_local_sandbox_may_have_any_port(host: str, port: str, scheme: str) -> None:
    assert code_of(f"{scheme}://{host}{port}/zenvia") == ""


@pytest.mark.parametrize(
    "value", ["http://127.1/x", "http://2130706433/x", "http://0/x", "http://127.0.0.1.x/x"]
)
def test_address_that_resembles_localhost_is_refused(value: str) -> None:
    assert code_of(value) == "https_required"


# -- whatever passes is read alike by all ---------------------------------------------------------------

ODD = st.sampled_from(
    [*"@#?:/\\.;%&=[]- \t\n\x00_~0189azAZ", "//", "..", ":0", "%2e", "\u3002", "\uff0f", "\u017f", "é"]
)
STARTS = st.sampled_from(
    [
        GOOD,
        f"https://{GATEWAY}:443/a",
        "http://127.0.0.1:8001/zenvia",
        "http://[::1]:80/x",
        "http://localhost",
    ]
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """An address that is nearly one: up to three odd pieces put in anywhere, or in place of a character."""
    value = draw(STARTS)
    for _time in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(value)))
        value = value[:at] + draw(ODD) + value[at + draw(st.integers(0, 1)) :]
    return value


@given(st.one_of(addresses(), st.text()))
@example(f"https://{GATEWAY}/zenvia#")
@example(f"https://{GATEWAY}:/zenvia")
def test_request_goes_to_the_host_and_port_of_the_address(value: str) -> None:
    if code_of(value):
        return
    integration = Integration(base_url=value, slug="acme", remote_id="42")
    prepared = PreparedRequest()

    prepared.prepare_url(integration.address, None)

    read, split = parse_url(prepared.url), urlsplit(prepared.url)
    assert (read.host or "").strip("[]") == split.hostname
    assert read.port == split.port
    assert split.hostname in {*LOOPBACK_HOSTS, *settings.GATEWAY_HOSTS}
    assert split.hostname in LOOPBACK_HOSTS or (split.scheme, split.port or 443) == ("https", 443)
    assert (read.auth, split.query, split.fragment) == (None, "", "")
    path = re.sub(r"^[a-z]+://[^/]*", "", value, flags=re.IGNORECASE).rstrip("/")
    assert split.path == f"{path}/acme/42"
