"""Where things are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
GENERATED = WEB / "src" / "generated"
NODE_MODULES = WEB / "node_modules"
# What is made on the way and may be thrown away.
WORK = ROOT / ".build"
# What the service serves under /sdk/.
SDK = ROOT / "toolbar_py" / "service" / "sdk"
# What the service serves under /demo/.
PAGES = ROOT / "toolbar_py" / "service" / "pages"
