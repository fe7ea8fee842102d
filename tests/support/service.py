"""A real service in a process of its own, for tests."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import OperatorRecord, Role

_START_S = 30
_STOP_S = 15
_LOG_S = 10


class ServiceProcess:
    """``toolbar-py serve`` on a free port, up when the constructor returns; use it as a context manager.

    Args:
        data_dir: the data folder; what is in it stays when the process ends.
        demo: whether to hold the demo campaign.
        origins: the origins whose pages may call it.
        sdk_dir: the browser files; None takes the built ones.
        more: further arguments of the command.
        environment: added to this process's.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        demo: bool = True,
        origins: Sequence[str] = (),
        sdk_dir: Path | None = None,
        port: int = 0,
        more: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        command = [sys.executable, "-m", "toolbar_py.cli", "serve", "--data", str(data_dir), "--port", str(port)]
        command += ["--demo"] if demo else []
        command += [part for origin in origins for part in ("--allow-origin", origin)]
        command += ["--sdk-dir", str(sdk_dir)] if sdk_dir else []
        data_dir.mkdir(parents=True, exist_ok=True)
        self.log = data_dir / "stderr.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *more],
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.url = self._wait_until_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def token(self, operator: str = "op1@demo", *, role: Role = Role.OPERATOR, ttl_s: int = 3600) -> str:
        """Make a bearer token. The operator has to be known to the service: the demo's are."""
        text, _ = DataFolder(Settings(data_dir=self.data_dir)).tokens().issue(operator, role, ttl_s)
        return text

    def register(self, operator: OperatorRecord) -> None:
        """Make an operator known to the service."""
        store = DataFolder(Settings(data_dir=self.data_dir)).store()

        async def add() -> None:
            await store.add_operators([operator])
            await store.close()

        asyncio.run(add())

    def logged(self, text: str) -> str:
        """Wait for a line of its log that holds a text: it is written when the answer is out already."""
        until = time.monotonic() + _LOG_S
        while time.monotonic() < until:
            *lines, _unfinished = self.log.read_text().split("\n")
            found = [line for line in lines if text in line]
            if found:
                return found[0]
            time.sleep(0.01)
        raise RuntimeError(f"the log says nothing of {text}")

    def stop(self) -> int:
        """Stop it with SIGTERM, as an administrator would; gives the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash would."""
        self._process.kill()
        self._ended()

    def _ended(self) -> int:
        try:
            code = self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()
        return code

    def _wait_until_up(self) -> str:
        assert self._process.stdout is not None
        watchdog = threading.Timer(_START_S, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline()
        watchdog.cancel()
        url = next((word for word in line.split() if word.startswith("http")), None)
        if url is None:
            self._process.kill()
            self._ended()
            raise RuntimeError(f"the service did not start: {self.log.read_text()}")
        return url.rstrip("/")
