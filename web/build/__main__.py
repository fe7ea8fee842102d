"""``python -m web.build``: everything that the service serves to browsers, from the sources."""

import shutil
from pathlib import Path

from web.build import bundle, contract, packages, publish
from web.build.paths import GENERATED, NODE_MODULES, PAGES, SDK, WEB, WORK

# Pyodide's own files that a browser fetches.
_PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def main() -> None:
    """Build into a fresh folder, then put it in the place of the old one."""
    contract.generate()
    sdk = _emptied(WORK / "sdk")
    pyodide = _emptied(WORK / "pyodide")
    for name in _PYODIDE_FILES:
        shutil.copy2(NODE_MODULES / "pyodide" / name, pyodide / name)
    python = _emptied(WORK / "python")
    micropip = packages.write_index([*packages.download_wheels(), packages.build_own_wheel()], python)

    engine = WORK / "engine.js"
    bundle.bundle("engine/engine.ts", engine, form="esm")
    index = publish.publish_asset(python, sdk)
    assets = {
        "engine": publish.publish_asset(engine, sdk),
        "pyodide": publish.publish_asset(pyodide, sdk),
        "index": index,
        "micropip": index + micropip,
    }
    bundle.bundle("toolbar.ts", sdk / "toolbar.js", form="iife", assets=assets)
    shutil.copy2(GENERATED / "toolbar.d.ts", sdk / "toolbar.d.ts")
    publish.write_manifest(sdk)
    publish.compress_all(sdk)
    publish.replace_folder(sdk, SDK)

    pages = WORK / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(WEB / "pages", pages)
    publish.replace_folder(pages, PAGES)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


main()
