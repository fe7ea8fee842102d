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

from toolbar_py.page.app import App
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
        self.cancel = boundary.cancel
        self.log = boundary.log
        self._effects: list[str] = []

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        self._effects.append(f"ask{_FIELD}{ask_id}{_FIELD}{kind}{_FIELD}{head}{_FIELD}{body}")

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """See :class:`~toolbar_py.page.host.base.Host`."""
        self._effects.append(f"answer{_FIELD}{call_id}{_FIELD}{'ok' if ok else 'failed'}{_FIELD}{text}")

    def gathering(self, function: Callable[_P, None]) -> Callable[_P, str]:
        """Make a function give back what it had to say to JavaScript, as one text."""

        @wraps(function)
        def gather(*args: _P.args, **kwargs: _P.kwargs) -> str:
            function(*args, **kwargs)
            return self.take()

        return gather

    def take(self) -> str:
        """Give the effects that were gathered, and forget them."""
        text = _EFFECT.join(self._effects)
        self._effects.clear()
        return text


def start(boundary: JsProxy, locale: Locale, entropy: int) -> None:
    """Start the toolbar and register it with the page's ``TOOLBAR`` object.

    Args:
        boundary: the JavaScript end; its ``register(call, resume, abort, set_locale, instance, effects)`` takes the
            Python end, and from then on the methods of ``TOOLBAR`` are these functions. The proxies live as long as
            the page.
        locale: the language of the page's texts.
        entropy: a fresh random number. A memory image freezes the state of Python's generator, and two restored
            runtimes must share no random state.
    """
    random.seed(entropy)
    host = BrowserHost(boundary)
    app = App(host, locale)
    instance = f"{random.getrandbits(64):016x}"
    boundary.register(
        create_proxy(host.gathering(app.call)),
        create_proxy(host.gathering(app.resume)),
        create_proxy(host.gathering(app.abort)),
        create_proxy(app.set_locale),
        instance,
        host.take(),
    )
