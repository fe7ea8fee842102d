"""``python -m toolbar_py.cli`` is ``toolbar-py``."""

from toolbar_py.cli.main import run

run()
