"""Guards that recognise a copied or restored installation."""

from __future__ import annotations

from tests.tools.mutants.guards import Mutant

OF_COPIES = [
    Mutant(
        "a copied database sleeps",
        "outbound/sending/installation/clone_guard.py",
        "if _key(kept) != known.key:",
        "if False:",
        "tests/sending/installation/test_clone_guard.py",
    ),
    Mutant(
        "a restored database sleeps",
        "outbound/sending/installation/clone_guard.py",
        "return RESTORED if kept.highest_attempt > highest_attempt() else",
        "return RESTORED if False else",
        "tests/sending/installation/test_clone_guard.py",
    ),
    Mutant(
        "one id on two databases stops the second",
        "outbound/sending/installation/clone_guard.py",
        "if known.place and place != known.place:",
        "if False:",
        "tests/sending/installation/test_copied_directory.py",
    ),
    Mutant(
        "a copy of the whole data directory sleeps",
        "outbound/sending/installation/installation_file.py",
        'said.get("place", here) != here',
        "False",
        "tests/sending/installation/test_copied_directory.py",
    ),
    Mutant(
        "a database that was put back under a working sender stops it",
        "outbound/sending/installation/restore_guard.py",
        "if highest < max(self._opened, written):",
        "if False:",
        "tests/sending/installation/test_restore_guard.py",
    ),
    Mutant(
        "a claim that opens lower attempts than before stops",
        "outbound/sending/installation/restore_guard.py",
        "if opened <= self._opened:",
        "if False:",
        "tests/sending/installation/test_restore_guard.py",
    ),
    Mutant(
        "attempts are written down before the first byte",
        "outbound/sending/installation/restore_guard.py",
        "        return self._written(opened)\n",
        "        return True\n",
        "tests/sending/installation/test_restore_guard.py",
    ),
]
