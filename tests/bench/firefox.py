"""Firefox over WebDriver BiDi."""

import json
import os
import shutil
from pathlib import Path

from tests.bench.processes import NodeProcess

_TIMEOUT_S = 60


def find_firefox() -> str | None:
    """Give the path of Firefox, if there is one: ``$FIREFOX``, else Debian's, else any."""
    candidates = (os.environ.get("FIREFOX"), "firefox-esr", "firefox")
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def firefox_driver(path: str, scratch: Path) -> NodeProcess:
    """Start what drives Firefox; use it as a context manager.

    Args:
        path: of the browser.
        scratch: an existing folder for what it writes into its user's home.
    """
    return NodeProcess("firefox.mjs", {"BENCH_FIREFOX": path, "HOME": str(scratch)}, _TIMEOUT_S)


class Firefox:
    """A running Firefox; see :class:`tests.bench.browsers.Browser`. It does not tell of its shared workers."""

    def __init__(self, driver: NodeProcess) -> None:
        self._driver = driver
        self._name = self._ask("launch")

    @property
    def version(self) -> str:
        """Its version."""
        return self._ask("version", browser=self._name).removeprefix("firefox/")

    def open_tab(self, url: str) -> str:
        """Open a page, and give what names its tab."""
        return self._ask("open", browser=self._name, url=url)

    def close_tab(self, tab: str) -> None:
        """Close a page."""
        self._ask("closeTab", tab=tab)

    def shared_workers(self) -> set[str]:
        """Give nothing: shared workers end with their last page here."""
        return set()

    def end_worker(self, worker: str) -> None:
        """Do nothing, as there are none to name."""

    def close(self) -> None:
        """End the browser, and forget its profile."""
        self._ask("close", browser=self._name)

    def _ask(self, command: str, **given: str) -> str:
        answer = json.loads(self._driver.ask(json.dumps({"command": command, **given})))
        if "error" in answer:
            raise RuntimeError(f"Firefox, {command}: {answer['error']}")
        return answer["result"]
