"""Full disks: a limit on the size of files, and a small disk mounted on a directory."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BALLAST = "ballast"


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes for a while; anybody may do so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def limited_to(size: int) -> Callable[[], None]:
    """Return what limits a process that is about to start."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def limit_files(pids: Iterable[int], size: int) -> None:
    """Let no file of some processes that run, and of those they start, grow beyond so many bytes."""
    for pid in pids:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def can_mount() -> bool:
    """Whether this user may mount a small disk, which some systems forbid even to root."""
    if os.getuid() != 0:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    with suppress(OSError):
        return subprocess.run(command, capture_output=True).returncode == 0
    return False


@contextmanager
def small_disk(directory: Path, megabytes: int) -> Iterator[None]:
    """Have `directory` on a disk of its own for a while; what is there is carried over, and lost then."""
    kept = directory.with_name(f"{directory.name}.kept")
    directory.rename(kept)
    directory.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(directory)]
    subprocess.run(mount, check=True)
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", str(directory)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)


def fill(directory: Path, room: int = 0) -> None:
    """Leave no more than so many bytes of room on the disk of `directory`."""
    path = directory / BALLAST
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    os.truncate(path, path.stat().st_size - room)


def make_room(directory: Path) -> None:
    (directory / BALLAST).unlink()
