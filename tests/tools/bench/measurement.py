"""What all measurements share: the gateway, the number of repeats, and medians."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.tools.bench.setup.gateway import Gateway

IN_FLIGHT = 64


@dataclass(frozen=True)
class Measurement:
    """`is_quick` measures everything once and briefly: good for finding a fault, not for a verdict."""

    gateway: Gateway
    is_quick: bool

    @property
    def repeats(self) -> range:
        return range(1 if self.is_quick else 3)

    def of(self, full: int, quick: int) -> int:
        return quick if self.is_quick else full


def per_second(rates: list[float]) -> str:
    """Write the median, and what it is the median of."""
    spread = f" ({min(rates):,.0f}-{max(rates):,.0f})" if len(rates) > 1 else ""
    return f"{median(rates):,.0f}/s{spread}"
