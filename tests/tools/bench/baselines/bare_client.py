"""The limit of the wire: the sender's own client in a loop, without queue, marks or records.

`python -m tests.tools.bench.baselines.bare_client ADDRESS IN_FLIGHT MESSAGES` posts the bodies that wait
in the console's queue from so many threads, and reports the processor seconds that took.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import django

django.setup()

from outbound.gateways import gateway  # noqa: E402
from outbound.gateways.base import Client, Outgoing  # noqa: E402
from outbound.models import Message  # noqa: E402


def bodies(address: str, messages: int) -> list[Outgoing]:
    rows = Message.objects.order_by("pk").values_list("payload", "external_id")[:messages]
    return [
        Outgoing(address=address, token="bench-token", payload=payload, external_id=external_id)
        for payload, external_id in rows
    ]


def post_all(client: Client, waiting: Iterator[Outgoing]) -> None:
    for one in waiting:  # a list's iterator gives each item to one thread alone
        client.post(one)


def main(address: str, in_flight: str, messages: str) -> float:
    waiting = iter(bodies(address, int(messages)))
    with closing(gateway.open_client(int(in_flight))) as client:
        threads = [threading.Thread(target=post_all, args=(client, waiting)) for _ in range(int(in_flight))]
        before = time.process_time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.process_time() - before


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
