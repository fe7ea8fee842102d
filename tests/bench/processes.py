"""Helpers as processes that are spoken to in lines, and what those in Node.js need installed."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.bench.paths import BENCH

_STOP_S = 20


class HelperProcess:
    """A process that ends with its standard input, and so with the ``with`` block.

    Args:
        command: what to run.
        timeout_s: how long it may take for a line; it is killed then.
        environment: added to this process's.
    """

    def __init__(self, command: Sequence[str], timeout_s: float, environment: Mapping[str, str] | None = None) -> None:
        self._name = " ".join(command)
        self._timeout_s = timeout_s
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # It ends with its standard input, and takes its browsers with it.
        try:
            self._process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def read_line(self) -> str:
        """Give the next line that it prints.

        Raises:
            RuntimeError: it printed none in time, or has ended.
        """
        assert self._process.stdout is not None
        watchdog = threading.Timer(self._timeout_s, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"{self._name} ended, or said nothing for {self._timeout_s:.0f} s")
        return line.strip()

    def ask(self, line: str) -> str:
        """Send a line and give the line that it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.read_line()


class NodeProcess(HelperProcess):
    """A script of this folder in Node.js; see :class:`HelperProcess`. ``script``: its file name."""

    def __init__(self, script: str, environment: Mapping[str, str], timeout_s: float) -> None:
        super().__init__(["node", str(BENCH / script)], timeout_s, environment)


def install_node_packages() -> None:
    """Install what the scripts need, once per state of the lock."""
    lock = BENCH / "package-lock.json"
    installed = BENCH / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    subprocess.run(["npm", "ci", "--prefix", str(BENCH), "--silent"], check=True)
