"""The gateway that the console sends through; nothing outside this package names a provider."""

from __future__ import annotations

from outbound.gateways.base import Gateway
from outbound.gateways.zenvia import gateway as zenvia

gateway: Gateway = zenvia
