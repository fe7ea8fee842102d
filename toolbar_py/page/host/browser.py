"""The browser as host: the only file that knows Pyodide.

Every function that is used again and again is fetched from JavaScript once and kept: reading an attribute of a
JavaScript object costs as much as calling it.
"""

import random

from pyodide.ffi import JsProxy, create_proxy

from toolbar_py.page.app import App
from toolbar_py.wire.texts import Locale


class BrowserHost:
    """Calls the boundary object that the engine's JavaScript made (``web/src/engine/boundary.ts``)."""

    def __init__(self, boundary: JsProxy) -> None:
        self.now_ms = boundary.now
        self.random = boundary.random
        self.ask = boundary.ask
        self.cancel = boundary.cancel
        self.answer = boundary.answer
        self.log = boundary.log


def start(boundary: JsProxy, locale: Locale, entropy: int) -> None:
    """Start the toolbar and register it with the page's ``TOOLBAR`` object.

    Args:
        boundary: the JavaScript end; its ``register(call, resume, abort, set_locale, instance)`` takes the Python
            end, and from then on the methods of ``TOOLBAR`` are these functions. The proxies live as long as the page.
        locale: the language of the page's texts.
        entropy: a fresh random number. A memory image freezes the state of Python's generator, and two restored
            runtimes must share no random state.
    """
    random.seed(entropy)
    app = App(BrowserHost(boundary), locale)
    instance = f"{random.getrandbits(64):016x}"
    functions = (app.call, app.resume, app.abort, app.set_locale)
    boundary.register(*(create_proxy(function) for function in functions), instance)
