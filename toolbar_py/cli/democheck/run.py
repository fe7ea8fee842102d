"""Starts all that the check needs, for as long as it takes: data folder, service, web server, browser."""

import runpy
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

import toolbar_py
from toolbar_py.cli.democheck.calls import FIRST, SECOND, all_calls
from toolbar_py.cli.democheck.deskpage import DeskPage
from toolbar_py.cli.democheck.deskwork import DeskWork
from toolbar_py.cli.democheck.hostpage import CrmPage, CrmSite, crm_site
from toolbar_py.cli.democheck.report import Asked, Report
from toolbar_py.cli.democheck.steps import play, start
from toolbar_py.cli.democheck.traffic import Traffic
from toolbar_py.service.clock import now_ms
from toolbar_py.service.errors import SetupError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_CONFIG = Path(toolbar_py.__file__).parents[1] / "playwright.config.py"
_SHOWS_UP_MS = 20_000
_STOP_S = 15


def run_check(console: Console) -> bool:
    """Run the check on fresh demo data.

    Returns:
        whether every answer was right.

    Raises:
        SetupError: the service, Playwright or Chromium is missing or does not start.
    """
    with (
        tempfile.TemporaryDirectory(prefix="toolbar-demo-") as folder,
        chromium() as browser,
        crm_site() as site,
        _service(Path(folder), site.origin) as (url, log),
    ):
        return check(url, log, site, browser, console)


def check(url: str, log: Path, site: CrmSite, browser: "Browser", console: Console) -> bool:
    """Check a service that runs.

    Args:
        url: of the service, which holds fresh demo data and allows the site's origin.
        log: where the service's stderr goes.

    Returns:
        whether every answer was right.
    """
    from playwright.sync_api import Error  # noqa: PLC0415 (a dev dependency)

    report = Report(console)
    report.say(f"easyCIM with fresh demo data is at {url}, the page that calls it at {site.origin}.")
    report.say("Each call is followed by what its Promise gave, and by how many requests easyCIM got for it.")
    contexts = {operator: browser.new_context() for operator in (FIRST, SECOND)}
    try:
        address = site.serve_desk(url)
        traffic = Traffic(url, log)
        desks: dict[str, CrmPage] = {}
        for operator, context in contexts.items():
            context.set_default_timeout(_SHOWS_UP_MS)
            page = context.new_page()
            desks[operator] = CrmPage(page, url, traffic)
            page.goto(address)
        start(desks, report)
        play(all_calls(now_ms()), desks, report)
        pages = {operator: DeskPage(context.new_page()) for operator, context in contexts.items()}
        DeskWork(pages, f"{url}/demo/", report, (Error,)).run()
    except Error as error:
        report.step(Asked("-", "the browser"), None, [str(error).strip().splitlines()[0]])
    finally:
        for context in contexts.values():
            context.close()
    return report.finish()


@contextmanager
def chromium() -> Generator["Browser"]:
    """Run a headless Chromium as ``playwright.config.py`` says.

    Raises:
        SetupError: Playwright, its configuration or Chromium is missing.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 (a dev dependency)
    except ImportError:
        raise SetupError("the check needs Playwright, which is not installed: run make setup") from None
    if not _CONFIG.is_file():
        raise SetupError(f"the check runs from a checkout of the sources: {_CONFIG} is missing")
    options: dict[str, Any] = runpy.run_path(str(_CONFIG))["launch_options"]()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(**options)
        except Error as error:
            reason = str(error).strip().splitlines()[0]
            raise SetupError(f"the check needs Chromium, which does not start ({reason}): run make setup") from None
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _service(folder: Path, origin: str) -> Generator[tuple[str, Path]]:
    """Run ``toolbar-py serve`` with the demo data on a free port; gives its URL and its log."""
    command = [sys.executable, "-m", "toolbar_py.cli", "serve", "--demo", "--port", "0"]
    command += ["--data", str(folder / "data"), "--allow-origin", origin]
    log = folder / "log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,  # noqa: S603 (ours)
    ):
        try:
            said = process.stdout.readline() if process.stdout else ""
            url = next((word for word in said.split() if word.startswith("http")), None)
            if url is None:
                raise SetupError(f"the service did not start: {log.read_text()}")
            yield url.rstrip("/"), log
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
