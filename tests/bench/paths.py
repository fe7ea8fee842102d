"""Where things are."""

from web.build.paths import ROOT, SDK, WORK

BENCH = ROOT / "tests" / "bench"
PAGES = BENCH / "pages"
# What `make setup` leaves of the stock files.
PYODIDE = WORK / "pyodide"
WHEELS = WORK / "python"
# What is made on the way and may be thrown away.
SCRATCH = WORK / "bench"
DOCS = ROOT / "docs"

__all__ = ["BENCH", "DOCS", "PAGES", "PYODIDE", "ROOT", "SCRATCH", "SDK", "WHEELS"]
