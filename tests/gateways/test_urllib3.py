"""The parts of urllib3 and requests that `base/connections.py` overrides exist and are called."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from outbound.gateways.base import connections
from outbound.gateways.base.connections import DirectAdapter, MarkedConnection, MarkedPool
from outbound.gateways.zenvia.client import ZenviaClient
from tests.gateways.conftest import Serve, kept_alive

OVERRIDDEN = [
    (MarkedConnection, HTTPConnection, ["_new_conn", "is_connected", "request", "send"]),
    (MarkedPool, HTTPConnectionPool, ["ConnectionCls", "_put_conn"]),
    (DirectAdapter, HTTPAdapter, ["build_response", "cert_verify", "init_poolmanager"]),
]

CALLED = [
    (MarkedConnection, "_new_conn"),
    (MarkedConnection, "request"),
    (MarkedConnection, "send"),
    (MarkedPool, "_put_conn"),
]


def test_urllib3_is_bound_to_one_minor_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    bound = next(one for one in project["dependencies"] if one.startswith("urllib3"))

    assert bound == "urllib3>=2.8,<2.9"
    assert urllib3.__version__.startswith("2.8.")


@pytest.mark.parametrize(("ours", "theirs", "names"), OVERRIDDEN)
def test_every_overridden_part_exists_upstream(ours: type, theirs: type, names: list[str]) -> None:
    upstream = {name for parent in theirs.__mro__[:-1] for name in vars(parent)}
    own = {name for name in vars(ours) if name in upstream and not name.startswith("__")}

    assert own == set(names)


def test_pools_of_both_schemes_use_our_connections() -> None:
    classes = DirectAdapter(slots=1).poolmanager.pool_classes_by_scheme

    assert classes == {"http": connections.MarkedPool, "https": connections.MarkedTLSPool}
    assert issubclass(connections.MarkedTLSPool, HTTPSConnectionPool)
    assert issubclass(connections.MarkedTLSPool.ConnectionCls, HTTPSConnection)


def test_call_passes_through_each_overridden_part(
    client: ZenviaClient, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def noted(kind: type, name: str) -> None:
        original: Callable[..., object] = getattr(kind, name)

        def note(*args: object, **kwargs: object) -> object:
            called.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(kind, name, note)

    for kind, name in CALLED:
        noted(kind, name)
    client.post(serve(kept_alive()))

    # urllib3 writes the head of a request with one `send` and its body with the next.
    assert called == ["request", "send", "_new_conn", "send", "_put_conn"]
