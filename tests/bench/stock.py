"""Lays out stock Pyodide and the wheels as a careful site would: named by content, compressed ahead of time."""

import hashlib
import shutil
from pathlib import Path

from tests.bench.paths import BENCH, PYODIDE, WHEELS
from web.build import publish


def lay_out_stock(sdk: Path) -> tuple[str, str]:
    """Put the stock files beside the toolbar's.

    Args:
        sdk: the folder that the service serves under ``/sdk/``; what lies below ``assets`` never expires.

    Returns:
        the stock folder below ``/sdk/``, with a slash at the end, and the name of micropip's wheel.
    """
    folder = sdk / "assets" / f"stock-{_digest([PYODIDE, WHEELS])}"
    # The wheels and the standard library are compressed archives already.
    archives = [PYODIDE / "python_stdlib.zip"]
    shutil.copytree(PYODIDE, folder / "pyodide", ignore=shutil.ignore_patterns("*.zip"))
    publish.compress_all(folder)
    for archive in archives:
        shutil.copy2(archive, folder / "pyodide")
    shutil.copytree(WHEELS, folder / "python")
    shutil.copy2(BENCH / "pages" / "stock.js", sdk)
    (micropip,) = folder.glob("python/micropip-*.whl")
    return f"{folder.relative_to(sdk).as_posix()}/", micropip.name


def _digest(folders: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.iterdir()):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
