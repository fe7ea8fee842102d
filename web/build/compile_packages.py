"""Runs inside stock Pyodide, in the build's browser page: installs, freezes and compiles the Python packages.

Compiled there because the bytecode must be that of Pyodide's own Python, whatever Python the build itself runs on.
``web/build/image.py`` sends this file as text and calls :func:`compile_packages`.
"""

import importlib.util
import json
import marshal
import struct
import zipfile
from pathlib import Path
from typing import Any

# Parts of the standard library that a browser or this product has no use for.
_LEFT_OUT = (
    "test/",
    "idlelib/",
    "unittest/",
    "tkinter/",
    "turtle",
    "ensurepip/",
    "lib2to3/",
    "pydoc",
    "_pyrepl/",
    "sqlite3/",
)
_NOT_INSTALLED = ("micropip/", "pydantic/v1/", "pydantic/mypy.py")
_STDLIB = "/lib/python314.zip"
_SITE_PACKAGES = Path("/lib/python3.14/site-packages")


async def compile_packages(index: str, site_customize: str) -> str:
    """Install our package with micropip, and write ``stdlib.zip`` and ``site.zip`` below ``/tmp``.

    Args:
        index: the address pattern of the package index.
        site_customize: the source of the module that Python imports at its start.

    Returns:
        what micropip resolved, as JSON text of lock entries by package name.
    """
    import micropip  # noqa: PLC0415 # pyright: ignore[reportMissingImports] -- it exists in Pyodide only

    installer: Any = micropip
    await installer.install("toolbar-py-page", index_urls=index)
    with zipfile.ZipFile(_STDLIB) as archive:
        stdlib = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    _write("/tmp/stdlib.zip", {n: s for n, s in stdlib.items() if not n.startswith(_LEFT_OUT)})  # noqa: S108
    _write("/tmp/site.zip", {**_installed(), "sitecustomize.py": site_customize.encode()})  # noqa: S108
    installed = {name.lower().replace("_", "-") for name in installer.list()}
    frozen: dict[str, Any] = json.loads(installer.freeze())["packages"]
    return json.dumps({name: entry for name, entry in frozen.items() if name in installed})


def _installed() -> dict[str, bytes]:
    found = {str(path.relative_to(_SITE_PACKAGES)): path.read_bytes() for path in _SITE_PACKAGES.rglob("*.py")}
    return {name: source for name, source in found.items() if not name.startswith(_NOT_INSTALLED)}


def _write(target: str, sources: dict[str, bytes]) -> None:
    # Stored, because the transfer compresses better; with a fixed date, so that the same sources give the same bytes.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(sources):
            info = zipfile.ZipInfo(name.removesuffix(".py") + ".pyc", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, _bytecode(name, sources[name]))


def _bytecode(name: str, source: bytes) -> bytes:
    # 2: no docstrings, no asserts. Unchecked: there will be no source to check against.
    code = compile(source, f"<{name}>", "exec", dont_inherit=True, optimize=2)
    # PEP 552: magic number, flags (1 is hash-based, 2 would be checked), hash of the source, code.
    return importlib.util.MAGIC_NUMBER + struct.pack("<L", 1) + importlib.util.source_hash(source) + marshal.dumps(code)
