"""Says where and of what it was measured."""

import json
import os
import platform
import re
import subprocess
from pathlib import Path

from tests.bench.paths import ROOT, WHEELS
from tests.bench.results import Machine
from toolbar_py import __version__
from web.build.paths import NODE_MODULES

_GIB = 1 << 30


def machine(load_before: float) -> Machine:
    """Describe this machine.

    Args:
        load_before: the load average when the run began; above 1 or so, something else was running too.
    """
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(pages / _GIB, 1),
        system=_system(),
        load_before=round(load_before, 2),
        load_after=round(os.getloadavg()[0], 2),
    )


def versions(browsers: dict[str, str]) -> dict[str, str]:
    """Give the versions of everything that takes part."""
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    pyodide: dict[str, str] = json.loads((NODE_MODULES / "pyodide" / "package.json").read_text())
    wheels = {wheel.name.split("-")[0]: wheel.name.split("-")[1] for wheel in WHEELS.glob("*.whl")}
    return {
        "toolbar-py": __version__,
        **browsers,
        "Pyodide": pyodide["version"],
        "pydantic": wheels["pydantic"],
        "Python": platform.python_version(),
        "Node.js": node.removeprefix("v"),
    }


def commit() -> str:
    """Give the commit that was measured, and whether anything beside it was changed."""
    git = ["git", "-C", str(ROOT)]
    found = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return (found.stdout.strip() or "unknown") + (" with changes" if changed.stdout.strip() else "")


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1].strip() if found else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
