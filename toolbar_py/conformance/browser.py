"""The browser in which a page is checked: Chromium, with the recorder in every document."""

import json
import os
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from toolbar_py.conformance.problem import CheckError
from toolbar_py.conformance.record import Entry, read_entry
from toolbar_py.wire.methods import METHODS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FOUND = Path(__file__).parents[2] / ".build" / "chromium"
_RECORDER = Path(__file__).with_name("recorder.js")
_NO_DISPLAY = re.compile(r"Missing X server|without having a XServer|Failed to connect to Wayland display")
"""How Chromium or Playwright say that a window has nowhere to be."""

_SEND = "toolbarConformanceEntry"

KEPT = ("ContactID", "ECID", "isManual", "outcomeResult", "offlineEnd")
"""The arguments of which the value is written down, not only the type; of CallData it is the ECID in it."""

SHOWN_WITHIN_MS = 2_000
"""How long a page may take to show that a save was refused."""

_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A page of a public address may reach the service on this machine without asking anybody.
    "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights",
]


@contextmanager
def chromium(*, headed: bool = False) -> Generator["Browser"]:
    """Run Chromium: ``$CHROMIUM``, else the one of this checkout, else the system's, else Playwright's own.

    Raises:
        CheckError: Playwright or Chromium is missing.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 (an optional dependency)
    except ImportError:
        raise CheckError("the check needs Playwright, which 'make setup' installs") from None
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    # Chromium's own sandbox refuses to run as root.
    arguments = [*_ARGUMENTS, "--no-sandbox"] if root else _ARGUMENTS
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=_executable(), args=arguments, headless=not headed)
        except Error as error:
            if headed and _NO_DISPLAY.search(str(error)):
                raise CheckError(
                    "there is no display for the browser's window: leave --headed out, or set DISPLAY"
                ) from None
            reason = str(error).strip().splitlines()[0]
            right = "set CHROMIUM to its path, or run: playwright install chromium"
            raise CheckError(f"Chromium does not start ({reason}): {right}") from None
        try:
            yield browser
        finally:
            browser.close()


def _executable() -> str | None:
    found = _FOUND.read_text().strip() if _FOUND.is_file() else None
    return os.environ.get("CHROMIUM") or found or next(filter(None, map(shutil.which, _NAMES)), None)


class Recorder:
    """Takes the entries of every document in a browser's context.

    Args:
        heard: is called with each entry as it comes.
    """

    def __init__(self, heard: Callable[[Entry], None]) -> None:
        self.entries: list[Entry] = []
        self.garbled = 0
        self._heard = heard
        self._frames: list[object] = []

    def record(self, context: "BrowserContext", pinned: dict[str, str]) -> None:
        """Put the recorder into every document of a context.

        Args:
            pinned: settings of ``TOOLBAR_CONFIG`` that hold whatever the page says.
        """
        # The type of Playwright's own method is not complete.
        context.expose_binding(_SEND, self._take)  # pyright: ignore[reportUnknownMemberType]
        settings = {
            "send": _SEND,
            "pinned": pinned,
            "methods": {method.path: list(method.parameters) for method in METHODS},
            "kept": KEPT,
            "shownWithinMs": SHOWN_WITHIN_MS,
        }
        source = _RECORDER.read_text().strip().removesuffix(";")
        context.add_init_script(f"({_function(source)})({json.dumps(settings)});")

    def _take(self, source: Any, text: str) -> None:
        frame = source["frame"]
        if frame not in self._frames:
            self._frames.append(frame)
        try:
            entry = read_entry(text, self._frames.index(frame))
        except ValidationError:
            self.garbled += 1
            return
        self.entries.append(entry)
        self._heard(entry)


def _function(source: str) -> str:
    """Give the function expression in a script that is nothing else, without the comment and brackets around it."""
    return source[source.index("(function") :]


def serve_sdk(context: "BrowserContext", service: str) -> None:
    """Give the browser the service's toolbar files, from whatever host the page wants them."""
    other = re.compile(rf"^(?!{re.escape(service)}/).*/sdk/")

    def fulfil(route: Any) -> None:
        path = re.sub(r"^.*?/sdk/", "/sdk/", route.request.url)
        route.fulfill(response=context.request.get(service + path))

    context.route(other, fulfil)
