"""Bundles the JavaScript with esbuild: the loader as a classic script, the engine as a module."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from web.build.paths import NODE_MODULES, WEB

# Browsers that run Pyodide 314 at all.
_TARGET = "es2022"


def bundle(entry: str, target: Path, *, form: str, assets: Mapping[str, object] | None = None) -> None:
    """Bundle one entry point.

    Args:
        entry: below ``web/src``.
        target: the file to write.
        form: ``iife`` for a classic script, ``esm`` for a module.
        assets: where the loader finds the other files, below ``/sdk/``; becomes the constant ``ASSETS``.
    """
    command = [
        str(NODE_MODULES / ".bin" / "esbuild"),
        str(WEB / "src" / entry),
        "--bundle",
        "--minify",
        "--keep-names=false",
        "--legal-comments=none",
        "--log-level=warning",
        "--external:node:*",  # Pyodide's loader names them, for when it runs in Node.js
        f"--target={_TARGET}",
        f"--format={form}",
        f"--outfile={target}",
    ]
    if assets is not None:
        command.append(f"--define:ASSETS={json.dumps(dict(assets))}")
    subprocess.run(command, check=True)  # noqa: S603
