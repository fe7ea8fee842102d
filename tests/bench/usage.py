"""What processes use of the machine, and how many files they may open."""

import os
import resource
import time
from pathlib import Path

_MB = 1_000_000


class Meter:
    """Measures how many processors a process keeps busy, from its making on.

    Args:
        pid: of a running process.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._started = time.monotonic()
        self._before = _seconds(pid)

    def cores(self) -> float | None:
        """Give the average since the beginning; None where the system does not tell."""
        now = _seconds(self._pid)
        if now is None or self._before is None:
            return None
        return round((now - self._before) / (time.monotonic() - self._started), 3)


def memory_mb(pid: int) -> float | None:
    """Give the memory that a process holds; None where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / _MB, 1)


def files_missing(needed: int) -> str:
    """Let this process and those it starts open as many files as they need; say why not, when they may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _reaches(soft, needed):
        return ""
    if not _reaches(hard, needed):
        return f"a process may open {hard} files here, and {needed} are needed: raise the limit (ulimit -Hn)"
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return ""


def _reaches(limit: int, needed: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= needed


def _seconds(pid: int) -> float | None:
    """Give the processor time that a process has used."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name of the program, in parentheses, may hold anything.
    columns = text.rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")
