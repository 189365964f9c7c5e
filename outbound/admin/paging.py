"""Paging that stays quick on a history of millions: nobody counts what nobody will leaf through."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

CAP = 10_001  # four hundred pages of 25, and one row more to tell that there are more


class CappedPaginator(Paginator):
    """Counts at most CAP rows; a whole PostgreSQL table above that is as long as the planner believes.

    Nobody leafs further than CAP: whoever looks for something filters or searches.
    """

    template_name = "admin/outbound/pagination.html"

    @property
    def furthest(self) -> int:
        return CAP - 1

    @property
    def is_capped(self) -> bool:
        return self.count >= CAP

    @property
    def is_estimated(self) -> bool:
        return self.count > CAP

    @cached_property
    def num_pages(self) -> int:
        return max(1, min(ceil(self.count / self.per_page), self.furthest // self.per_page or 1))

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        counted = rows.order_by()[:CAP].count()
        return max(counted, _planner_estimate(rows)) if counted == CAP else counted


def _planner_estimate(rows: QuerySet[Any]) -> int:
    """Return how long PostgreSQL believes the whole table is; 0 for a part of it or elsewhere."""
    connection, query = connections[rows.db], rows.query
    if connection.vendor != "postgresql" or query.where or query.distinct:
        return 0
    table = connection.ops.quote_name(query.get_meta().db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])
