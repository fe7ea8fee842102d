"""Boots in the states of :class:`State`, in any browser."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from tests.bench.postbox import Postbox, Tab
from tests.bench.results import Sample, State

# What a page leaves for later (cache entries, compiled code) is written by then.
_REST_S = 0.3
_GONE_S = 10


class Browser(Protocol):
    """A running browser with a profile of its own."""

    @property
    def version(self) -> str:
        """Its version."""
        ...

    def open_tab(self, url: str) -> str:
        """Open a page, and give what names its tab."""
        ...

    def close_tab(self, tab: str) -> None:
        """Close a page."""
        ...

    def shared_workers(self) -> set[str]:
        """Name the shared workers that are alive; always none where the browser does not tell."""
        ...

    def end_worker(self, worker: str) -> None:
        """End a shared worker."""
        ...

    def close(self) -> None:
        """End the browser, and forget its profile."""
        ...


class Booter:
    """Boots pages: with a fresh profile wherever nothing may be cached, else with two that are kept for the whole run.

    Args:
        launch: starts the browser with a fresh profile.
        box: where the pages report.
    """

    def __init__(self, launch: Callable[[], Browser], box: Postbox) -> None:
        self._launch = launch
        self._box = box
        self._warm = launch()
        self._alive = launch()
        self._keepers: set[str] = set()

    @property
    def version(self) -> str:
        """The browser's version."""
        return self._warm.version

    def boot(self, url: str, state: State) -> tuple[Sample, bool]:
        """Open a page that measures its boot.

        Returns:
            what it measured, and whether a runtime that was alive before is still the one that answers.
        """
        match state:
            case State.EMPTY:
                return self._empty(url), False
            case State.WARM:
                with self._page(self._warm, url) as tab:
                    sample = _sample(tab)
                self._end_workers()
                return sample, False
            case State.ALONE:
                return self._alone(url)
            case State.TAB:
                self._keep(url)
                with self._page(self._alive, url) as tab:
                    return _sample(tab), True
            case State.NAVIGATION:
                self._keep(url)
                with self._page(self._alive, url) as tab:
                    return self._navigate(tab, url), True

    def shares(self, url: str) -> bool:
        """Say whether the page's runtime is one that tabs share."""
        with self._page(self._warm, url) as tab:
            _sample(tab)
            shared = bool(self._warm.shared_workers())
        self._end_workers()
        return shared

    def close(self) -> None:
        """Close both browsers."""
        self._warm.close()
        self._alive.close()

    def _empty(self, url: str) -> Sample:
        browser = self._launch()
        try:
            with self._page(browser, url) as tab:
                return _sample(tab)
        finally:
            browser.close()

    def _alone(self, url: str) -> tuple[Sample, bool]:
        with self._page(self._warm, url) as tab:
            _sample(tab)
            before = self._warm.shared_workers()
            sample = self._go(tab, url)
            survived = bool(before & self._warm.shared_workers())
        self._end_workers()
        return sample, survived

    def _navigate(self, tab: Tab, url: str) -> Sample:
        _sample(tab)
        return self._go(tab, url)

    def _go(self, tab: Tab, url: str) -> Sample:
        """Let a page go on to the next, as CRM pages do."""
        tab.tell(go=f"{_addressed(url, tab)}&page=2")
        return _sample(tab)

    def _keep(self, url: str) -> None:
        """Have a tab open that keeps a shared runtime alive."""
        if url not in self._keepers:
            tab = self._box.new_tab()
            self._alive.open_tab(_addressed(url, tab))
            _sample(tab)
            self._keepers.add(url)

    def _end_workers(self) -> None:
        """End the shared workers, which may outlive their pages: the next boot would be none."""
        deadline = time.monotonic() + _GONE_S
        while alive := self._warm.shared_workers():
            if time.monotonic() > deadline:
                raise RuntimeError("a shared worker does not end")
            for worker in alive:
                self._warm.end_worker(worker)
            time.sleep(0.05)

    @contextmanager
    def _page(self, browser: Browser, url: str) -> Generator[Tab]:
        tab = self._box.new_tab()
        name = browser.open_tab(_addressed(url, tab))
        try:
            yield tab
        finally:
            browser.close_tab(name)
            tab.end()
            time.sleep(_REST_S)


def _addressed(url: str, tab: Tab) -> str:
    return f"{url}&tab={tab.number}"


def _sample(tab: Tab) -> Sample:
    return Sample.model_validate(tab.hear())
