"""PostgreSQL databases that tests create and drop."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import psycopg


def another_database(server_url: str, name: str, template: str | None = None) -> str:
    """Create a PostgreSQL database, as a copy of another if one is named, and return its URL."""
    drop_database(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        copied = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def drop_database(server_url: str, name: str) -> None:
    assert re.fullmatch(r"journey_\w+", name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
