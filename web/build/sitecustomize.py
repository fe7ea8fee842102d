"""Imported by Python at its start, in the browser: finds pydantic's compiled core, which was linked before.

The packages lie in a zip archive, from which Python does not import compiled modules.
"""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

_NAME = "pydantic_core._pydantic_core"
_PATH = "/lib/python3.14/site-packages/pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"


class LinkedLibraryFinder:
    """Knows the one module that is linked into the interpreter."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Give the module's spec when it is asked for by name."""
        if name != _NAME:
            return None
        loader = importlib.machinery.ExtensionFileLoader(name, _PATH)
        return importlib.util.spec_from_file_location(name, _PATH, loader=loader)


sys.meta_path.insert(0, LinkedLibraryFinder)
