"""How the browser tests, the snapshot build and the demo's self-check start Chromium."""

import os
from pathlib import Path

ROOT = Path(__file__).parent


def launch_options() -> dict[str, object]:
    """Give the arguments for Playwright's ``chromium.launch``: the Chromium that ``make setup`` found, kept quiet."""
    found = ROOT / ".build" / "chromium"
    path = os.environ.get("CHROMIUM") or (found.read_text().strip() if found.exists() else None)
    arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium's own sandbox refuses to run as root.
        arguments.append("--no-sandbox")
    return {"executable_path": path, "args": arguments}
