"""Collects the Python packages for the browser: locked wheels from the package index, and our own."""

import hashlib
import subprocess
import sys
from pathlib import Path

from web.build.paths import ROOT, WEB, WORK

# The platform tag of PEP 783 for Python 3.14, and what pip calls the rest of it.
_PLATFORM = ["--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14", "--implementation", "cp"]
_LOCK = ROOT / "requirements" / "page.lock"


def download_wheels() -> list[Path]:
    """Fetch the wheels of ``requirements/page.lock``, each checked against its hash; once per state of the lock."""
    folder = WORK / "wheels" / hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary=:all:"]
        command += [*_PLATFORM, "--require-hashes", "--requirement", str(_LOCK), "--dest", str(partial)]
        subprocess.run(command, check=True)  # noqa: S603
        partial.rename(folder)
    return sorted(folder.glob("*.whl"))


def build_own_wheel() -> Path:
    """Make the wheel of ``wire`` and ``page``; the same sources give the same bytes."""
    folder = WORK / "own-wheel"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, cwd=WEB / "wheel", capture_output=True)  # noqa: S603
    return max(folder.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)


def write_index(wheels: list[Path], target: Path) -> str:
    """Write a package index (PEP 503) that micropip reads in the browser.

    Args:
        wheels: what it offers.
        target: the folder for the wheels and, for each, ``<name>.html``.

    Returns:
        the file name of micropip's wheel, the one that is not found through the index because it reads the index.
    """
    micropip = ""
    for wheel in wheels:
        content = wheel.read_bytes()
        (target / wheel.name).write_bytes(content)
        name = wheel.name.split("-")[0].lower().replace("_", "-")
        if name == "micropip":
            micropip = wheel.name
        digest = hashlib.sha256(content).hexdigest()
        page = f'<!DOCTYPE html>\n<title>{name}</title>\n<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>\n'
        (target / f"{name}.html").write_text(page)
    return micropip
