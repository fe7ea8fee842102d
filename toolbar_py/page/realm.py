"""One interpreter and the pages that are connected to it: one, or all the tabs that share a worker."""

from toolbar_py.page.app import App
from toolbar_py.page.feed import Feeds
from toolbar_py.page.host.base import Host
from toolbar_py.wire.texts import Locale


class Realm:
    """Gives each page an ``App`` of its own; pages of one operator share an event stream and a desk."""

    def __init__(self) -> None:
        self._feeds = Feeds()

    def connect(self, host: Host, locale: Locale, place: str) -> App:
        """Start the toolbar of a page.

        Args:
            locale: the language of the page's texts.
            place: of the page's tab in the stream of events; ``""`` for a tab that has none.
        """
        return App(host, locale, self._feeds, place)
