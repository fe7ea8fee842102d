"""Wires the page's Python together: what a host starts."""

from toolbar_py.page.agent import Agent
from toolbar_py.page.attendance import Attendance
from toolbar_py.page.calls import Calls
from toolbar_py.page.companion import Companion
from toolbar_py.page.contact import Contact
from toolbar_py.page.easycim import EasyCim
from toolbar_py.page.exchange import Exchange
from toolbar_py.page.feed import Feeds
from toolbar_py.page.gateway import Gateway
from toolbar_py.page.host.base import Host
from toolbar_py.page.inbound import Opener
from toolbar_py.page.instance import LocalInstance
from toolbar_py.page.tasks import Tasks
from toolbar_py.page.telephone import Telephone
from toolbar_py.wire.texts import Locale


class App:
    """The toolbar of one page: a few functions that the host calls, over ids and texts.

    Args:
        feeds: those of the interpreter, which its pages share.
        place: of this tab in its operator's stream of events; see :meth:`~toolbar_py.page.host.base.Host.tell`.
    """

    def __init__(self, host: Host, locale: Locale, feeds: Feeds, place: str) -> None:
        self._host = host
        self._tasks = Tasks(host)
        exchange = Exchange(host)
        gateway = Gateway(exchange)
        telephone = Telephone(exchange)
        instance = LocalInstance(host)
        companion = Companion(instance)
        opener = Opener(host, self._tasks, gateway, telephone, instance)
        self._attendance = Attendance(host, self._tasks, feeds, opener, place)
        handlers = {
            **EasyCim(self._tasks, gateway, instance, self._attendance, companion, host=host).handlers(),
            **Agent(host, telephone, self._attendance).handlers(),
            **Contact(self._tasks, telephone, self._attendance, instance).handlers(),
            **companion.handlers(),
        }
        self._calls = Calls(host, self._tasks, handlers, locale)
        self.call = self._calls.call
        self.abort = self._calls.abort
        self.resume = self._tasks.resume
        self.recheck = self._attendance.recheck
        self._tasks.start(instance.forget_old(), self._background_done)
        self._attendance.begin()

    def set_locale(self, locale: Locale) -> None:
        """Word what comes from now on in another language; the page's other settings may have changed as well."""
        self._calls.set_locale(locale)
        self._attendance.recheck(hurry=True, anew=True)

    def leave(self) -> None:
        """Give up the page's part in the event stream. What it has asked for may still be answered."""
        self._attendance.leave()

    def _background_done(self, _: str | None, error: BaseException | None) -> None:
        if error is not None:
            self._host.log("error", f"background task ended with {type(error).__name__}")
