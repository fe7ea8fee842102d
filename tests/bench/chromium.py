"""Chromium as operators have it, with a profile of its own; tabs are opened and closed over its HTTP interface."""

import json
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

_START_S = 30
_STOP_S = 15
_TIMEOUT_S = 30
_SWITCHES = (
    "--headless",
    "--remote-debugging-port=0",
    # No experiments, no password store of the desktop.
    "--disable-field-trial-config",
    "--password-store=basic",
    "--use-mock-keychain",
    "--no-default-browser-check",
    # Pages that take turns are all in front, as far as they can tell.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


class Chromium:
    """A running Chromium; see :class:`tests.bench.browsers.Browser`.

    Nothing listens to its pages: it is started without the switches of a test driver, which among others turn the
    partitioning of other sites' storage off, and then Chromium refuses shared workers to a frame of another site.

    Args:
        executable: its path.
        switches: added to those that measuring needs.
        scratch: an existing folder for the profile.
    """

    def __init__(self, executable: str, switches: Sequence[str], scratch: Path) -> None:
        self._profile = TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True)
        folder = Path(self._profile.name)
        command = [executable, *_SWITCHES, *switches, f"--user-data-dir={folder}", "about:blank"]
        self._log = folder / "stderr.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        try:
            self._address = self._wait_until_up(folder / "DevToolsActivePort")
        except RuntimeError:
            self.close()
            raise

    @property
    def version(self) -> str:
        """Its version."""
        return json.loads(self._ask("version"))["Browser"].rpartition("/")[2]

    def open_tab(self, url: str) -> str:
        """Open a page, and give what names its tab."""
        return json.loads(self._ask(f"new?{quote(url, safe='')}", method="PUT"))["id"]

    def close_tab(self, tab: str) -> None:
        """Close a page."""
        self._ask(f"close/{tab}")

    def shared_workers(self) -> set[str]:
        """Name the shared workers that are alive."""
        targets: list[dict[str, str]] = json.loads(self._ask("list"))
        return {target["id"] for target in targets if target["type"] == "shared_worker"}

    def end_worker(self, worker: str) -> None:
        """End a shared worker."""
        with suppress(HTTPError):  # it may have ended by itself
            self._ask(f"close/{worker}")

    def close(self) -> None:
        """End the browser, and forget its profile."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def _ask(self, what: str, method: str = "GET") -> bytes:
        request = Request(f"{self._address}/json/{what}", method=method)  # noqa: S310 -- our own browser
        with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            return answer.read()

    def _wait_until_up(self, told: Path) -> str:
        """Wait until the browser says where it can be reached."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            lines = told.read_text().splitlines() if told.exists() else []
            if len(lines) > 1:
                return f"http://127.0.0.1:{lines[0]}"
            time.sleep(0.02)
        raise RuntimeError(f"Chromium did not start: {self._log.read_text()[-500:]}")
