"""The browser as host: the only file that knows Pyodide.

To call a JavaScript function costs Python as much as a good part of its own work, and so does reading an attribute of
a JavaScript object. So what Python asks and answers is gathered, and leaves as the one text that the function gives
back which JavaScript called; and the few functions that Python does call are fetched once and kept.
"""

import random
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from pyodide.ffi import JsProxy, create_proxy

from toolbar_py.page.realm import Realm
from toolbar_py.wire.texts import Locale

_P = ParamSpec("_P")

# JSON text has no control characters, so they can separate it (web/src/engine/boundary.ts reads it back).
_FIELD = "\x1f"
_EFFECT = "\x1e"


class BrowserHost:
    """Carries effects out to the boundary object that the engine's JavaScript made."""

    def __init__(self, boundary: JsProxy) -> None:
        self.now_ms = boundary.now
        self.random = boundary.random
        self._cancel = boundary.cancel
        self.log = boundary.log
        self._push = boundary.push
        self._effects: list[str] = []

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        self._effects.append(f"ask{_FIELD}{ask_id}{_FIELD}{kind}{_FIELD}{head}{_FIELD}{body}")

    def cancel(self, ask_id: int) -> bool | None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        unsaid = f"ask{_FIELD}{ask_id}{_FIELD}"
        said = [effect for effect in self._effects if not effect.startswith(unsaid)]
        if len(said) == len(self._effects):
            return bool(self._cancel(ask_id))
        self._effects[:] = said  # JavaScript has not heard of it, and must not begin it now
        return None

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        self._effects.append(f"answer{_FIELD}{call_id}{_FIELD}{'ok' if ok else 'failed'}{_FIELD}{text}")

    def tell(self, kind: str, mark: str, text: str) -> None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        self._effects.append(f"tell{_FIELD}{kind}{_FIELD}{mark}{_FIELD}{text}")

    def take(self) -> str:
        """Give the effects that were gathered, and forget them."""
        text = _EFFECT.join(self._effects)
        self._effects.clear()
        return text

    def push(self) -> None:
        """Carry out what was gathered while JavaScript called another page's functions."""
        if self._effects:
            self._push(self.take())


class BrowserRealm:
    """One interpreter in a browser: the pages that are connected to it, and what it has to say to each of them."""

    def __init__(self) -> None:
        self._realm = Realm()
        self._hosts: list[BrowserHost] = []

    def connect(self, boundary: JsProxy, locale: Locale, place: str) -> None:
        """Start the toolbar for a page and register it with the page's ``TOOLBAR`` object.

        Args:
            boundary: the JavaScript end; its ``register(call, resume, abort, set_locale, recheck, leave, instance,
                effects)`` takes the Python end, and from then on the methods of ``TOOLBAR`` are these functions. The
                proxies live as long as the page; ``recheck`` is called when a request was sent under the name of
                somebody else, ``leave`` when the page goes, and what the others give back is still carried out after
                that. Its ``push(effects)`` carries out what is said while JavaScript is elsewhere.
            locale: the language of the page's texts.
            place: of the tab in its operator's stream of events; ``""`` for a tab that has none.
        """
        host = BrowserHost(boundary)
        self._hosts.append(host)
        app = self._realm.connect(host, locale, place)

        def leave() -> None:
            app.leave()
            if host in self._hosts:
                self._hosts.remove(host)

        def set_locale(changed: Locale) -> None:
            app.set_locale(changed)
            host.push()

        instance = f"{random.getrandbits(64):016x}"
        boundary.register(
            create_proxy(self._gathering(host, app.call)),
            create_proxy(self._gathering(host, app.resume)),
            create_proxy(self._gathering(host, app.abort)),
            create_proxy(set_locale),
            create_proxy(self._gathering(host, app.recheck)),
            create_proxy(self._gathering(host, leave)),
            instance,
            host.take(),
        )
        self._push_others(host)

    def _gathering(self, host: BrowserHost, function: Callable[_P, None]) -> Callable[_P, str]:
        """Make a page's function give back what it had to say to that page, as one text."""

        @wraps(function)
        def gather(*args: _P.args, **kwargs: _P.kwargs) -> str:
            function(*args, **kwargs)
            if len(self._hosts) > 1 or host not in self._hosts:
                self._push_others(host)
            return host.take()

        return gather

    def _push_others(self, host: BrowserHost) -> None:
        for other in list(self._hosts):
            if other is not host:
                other.push()


def open_realm(entropy: int) -> Callable[[JsProxy, Locale, str], None]:
    """Give the function by which pages are connected; called once in an interpreter.

    Args:
        entropy: a fresh random number. A memory image freezes the state of Python's generator, and two restored
            runtimes must share no random state.
    """
    random.seed(entropy)
    return BrowserRealm().connect
