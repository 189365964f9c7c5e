"""Every guard is where the mutants look for it, and so are its tests."""

from __future__ import annotations

import pytest

from tests.tools.mutants.__main__ import ALL, ROOT
from tests.tools.mutants.guards import Mutant


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_guard_and_its_tests_exist(mutant: Mutant) -> None:
    assert mutant.guard in (ROOT / mutant.file).read_text(encoding="utf-8")
    assert (ROOT / mutant.tests).exists()
