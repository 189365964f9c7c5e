"""How much memory an export of many rows takes: `python -m tests.reports.export_memory csv 100000`.

It makes a history of its own under DATA_DIR, and reports the rows and, in MB, the memory before and at most.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from outbound.lifecycle import MessageStatus  # noqa: E402
from outbound.models import Attempt, Message  # noqa: E402
from outbound.reports import export_columns, export_csv, export_xlsx  # noqa: E402
from tests.builders import a_message  # noqa: E402
from tests.tools.bench.setup import history  # noqa: E402


def export(kind: str) -> int:
    """Write the whole history to a discarded file; return how many rows it had."""
    counted = Counted(export_columns.rows(Message.objects.all(), "pt-br"))
    if kind == "csv":
        pieces: Iterable[bytes] = export_csv.stream(export_columns.headers(), counted)
    else:
        pieces = export_xlsx.build(export_columns.headers(), counted)
    for _piece in pieces:
        pass
    return counted.rows


class Counted:
    """Counts rows as they pass."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows, self.rows = rows, 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.rows += 1
            yield row


def megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(kind: str, count: int) -> None:
    call_command("migrate", verbosity=0)
    message = a_message(status=MessageStatus.ACCEPTED, external_id="pattern", payload="{}")
    Attempt.objects.create(message=message, number=1, external_id="pattern", opened_at=timezone.now())
    history.multiply(export_columns.BATCH_SIZE * 2)
    export(kind)
    before = megabytes()
    Message.objects.filter(external_id__startswith="past-").delete()
    history.multiply(count - 1)
    rows = export(kind)
    sys.stdout.write(json.dumps({"rows": rows, "before": before, "peak": megabytes()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
