"""``python -m web.build``: everything that the service serves to browsers, from the sources."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Error

from web.build import bundle, contract, image, packages, publish
from web.build.paths import GENERATED, NODE_MODULES, PAGES, SDK, WEB, WORK

# Pyodide's own files that its stock boot fetches.
_PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")

# The hidden frame; the service puts the allowed origins in.
_FRAME = """<!doctype html>
<html data-allow-origins='[]'>
<meta charset="utf-8">
<title>easyCIM toolbar</title>
<link rel="modulepreload" href="{worker[path]}" integrity="{worker[integrity]}">
<script type="module" src="{frame[path]}" integrity="{frame[integrity]}"></script>
</html>
"""


def main() -> None:
    """Build into a fresh folder, then put it in the place of the old one."""
    contract.generate()
    pyodide = _emptied(WORK / "pyodide")
    for name in _PYODIDE_FILES:
        shutil.copy2(NODE_MODULES / "pyodide" / name, pyodide / name)
    python = _emptied(WORK / "python")
    micropip = packages.write_index([*packages.download_wheels(), packages.build_own_wheel()], python)
    work = _image(pyodide, python, micropip)

    sdk = _emptied(WORK / "sdk")
    parts = {
        "glue": work / "pyodide.asm.mjs",
        "interpreter": work / "pyodide.asm.wasm",
        "library": work / "library.wasm",
        "image": work / "image.bin",
        "stdlib": work / "stdlib.zip",
        "site": work / "site.zip",
    }
    files: dict[str, object] = {name: _published(path, sdk) for name, path in parts.items()}
    files["empty"] = publish.publish_asset(work / "empty", sdk)
    scripts = {name: _script(name, sdk, files) for name in ("engine", "worker")}
    frame = _script("frame", sdk, {**files, **scripts})
    (sdk / "frame.html").write_text(_FRAME.format(frame=frame, worker=scripts["worker"]))
    bundle.bundle("toolbar.ts", sdk / "toolbar.js", form="iife", assets=scripts)
    shutil.copy2(GENERATED / "toolbar.d.ts", sdk / "toolbar.d.ts")
    publish.write_manifest(sdk)
    publish.compress_all(sdk)
    publish.replace_folder(sdk, SDK)

    pages = WORK / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(WEB / "pages", pages)
    publish.replace_folder(pages, PAGES)


def _image(pyodide: Path, python: Path, micropip: str) -> Path:
    """Make the memory image; gives the folder with what the engine boots from."""
    work = WORK / "image"
    try:
        image.make_image(pyodide, python, micropip, _emptied(work))
    except Error as error:
        # Chromium crashes now and then, on a machine that is busy besides; what was wrong with the image says so again.
        sys.stderr.write(f"The browser failed ({error.message.splitlines()[0]}), once more ...\n")
        image.make_image(pyodide, python, micropip, _emptied(work))
    return work


def _script(name: str, sdk: Path, assets: dict[str, object]) -> dict[str, str]:
    target = WORK / f"{name}.js"
    bundle.bundle(f"engine/{name}.ts", target, form="esm", assets=assets)
    return _published(target, sdk)


def _published(path: Path, sdk: Path) -> dict[str, str]:
    return {"path": publish.publish_asset(path, sdk), "integrity": publish.integrity(path)}


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


main()
