"""Addresses of files: https, a public name, and nothing ambiguous."""

from __future__ import annotations

from typing import Any

import pytest

from outbound.contents.links import MAX_URL_LENGTH, host_of, problem_with


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.com/a.pdf",
        "HTTPS://FILES.EXAMPLE.COM/a.pdf",
        "https://files.example.com:443/a.pdf?x=1&y=%20",
        "https://files.example.com./a.pdf",
        "https://exemplo.com.br",
        "https://ação.com.br/a.pdf",
        "https://a_b.example.com/",
        "https://files.example.com/" + "x" * (MAX_URL_LENGTH - 26),
    ],
)
def test_public_address_is_valid(url: str) -> None:
    assert problem_with(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a.pdf",
        "ftp://files.example.com/a.pdf",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "localhost:8000/a",
    ],
)
def test_only_https_is_accepted(url: str) -> None:
    assert problem_with(url) == "https_only"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.1/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://１２７.０.０.１/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::1]/",
        "https://169.254.169.254/",
        "https://8.8.8.8/",
        "https://localhost/",
        "https://files.localhost/",
        "https://printer.local/",
        "https://db.internal/",
        "https://intranet/",
        "https://a..example.com/",
        "https://example.com。/",
        "https://ex%61mple/",
        f"https://{'a' * 64}.example.com/",
        "https://-a.example.com/",
        "https://example.com-/",
    ],
)
def test_host_that_is_not_public_is_refused(url: str) -> None:
    assert problem_with(url) == "host_not_public"


@pytest.mark.parametrize(
    "url",
    [
        "files.example.com/a.pdf",
        "//files.example.com/a.pdf",
        "",
        "https:///x",
        "https://",
        "https:files.example.com",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com/a\tb",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/#@evil.example/",
        "https://example.com#.evil.example/",
        "https://example.com:22/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/",
        "https://exa\u200bmple.com/",
        "https://example.com/a\u202efdp.exe",
        "https://example.com/\x7f",
        "https://example.com/" + "x" * (MAX_URL_LENGTH - 19),
    ],
)
def test_ambiguous_address_is_invalid(url: str) -> None:
    assert problem_with(url) == "invalid"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "file_url_https_only"),
        ("https://127.1/", "file_url_host_not_public"),
        ("https:///x", "file_url_invalid"),
    ],
)
def test_error_code_names_the_attribute(problems: Any, url: str, code: str) -> None:
    assert problems({"type": "file", "fileUrl": url}) == {"fileUrl": [code]}


@pytest.mark.parametrize(
    ("url", "host"), [("https://Example.com:443/a", "example.com"), ("https://[", ""), (None, ""), (7, "")]
)
def test_host_of_an_address_is_returned(url: object, host: str) -> None:
    assert host_of(url) == host
