"""Wires the page's Python together: what a host starts."""

from toolbar_py.page.calls import Calls
from toolbar_py.page.desk import Desk
from toolbar_py.page.easycim import EasyCim
from toolbar_py.page.gateway import Gateway
from toolbar_py.page.host.base import Host
from toolbar_py.page.tasks import Tasks
from toolbar_py.wire.texts import Locale


class App:
    """The running toolbar: three functions that the host calls, over ids and texts."""

    def __init__(self, host: Host, locale: Locale) -> None:
        self._host = host
        self._tasks = Tasks(host)
        desk = Desk(host)
        easycim = EasyCim(Gateway(host), desk)
        self._calls = Calls(host, self._tasks, easycim.handlers(), locale)
        self.call = self._calls.call
        self.abort = self._calls.abort
        self.set_locale = self._calls.set_locale
        self.resume = self._tasks.resume
        self._tasks.start(desk.forget_old(), self._background_done)

    def _background_done(self, _: str | None, error: BaseException | None) -> None:
        if error is not None:
            self._host.log("error", f"background task ended with {type(error).__name__}")
