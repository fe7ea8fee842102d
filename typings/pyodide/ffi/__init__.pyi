"""The two names of Pyodide that toolbar_py uses; its own types need Python 3.14 on the host."""

from typing import Any

class JsProxy:
    def __getattr__(self, name: str) -> Any: ...

def create_proxy(obj: Any, /) -> JsProxy: ...
