"""Makes the memory image of a warmed Python, in headless Chromium, and proves it by restoring it.

See ``web/src/engine/image.ts`` for what it is, and docs/performance.md for what it brings.
"""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from toolbar_py.page.warmup import rehearse
from web.build import bundle, publish
from web.build.exports import Symbols, needed_exports
from web.build.paths import ROOT, WEB
from web.build.trimming import trim_glue, trim_interpreter
from web.build.workshop import open_workshop

_BUILD = WEB / "build"
_ENGINE = WEB / "src" / "engine"
# The versions and hashes that micropip resolved, kept in the repository: another resolution fails the build.
_FROZEN = ROOT / "requirements" / "page.frozen.json"
_OWN = "toolbar-py-page"

_WARM_UP = """
import gc
import toolbar_py.page.host.browser
from toolbar_py.page.warmup import rehearse
rehearse()
gc.collect()
gc.freeze()
"""

_SELF_TEST = "import json\nfrom toolbar_py.page.warmup import rehearse\njson.dumps(rehearse())"


class ImageBuildError(Exception):
    """The image could not be made, or is not what it should be."""


def make_image(pyodide: Path, python: Path, micropip: str, work: Path) -> None:
    """Fill a folder with what the engine boots from.

    Args:
        pyodide: Pyodide's own files.
        python: the package index with the wheels.
        micropip: the name of micropip's wheel in it.
        work: an empty folder; receives ``pyodide.asm.mjs``, ``pyodide.asm.wasm``, ``stdlib.zip``, ``site.zip``,
            ``library.wasm`` and ``image.bin``.

    Raises:
        ImageBuildError: naming what is wrong.
    """
    shutil.copytree(pyodide, work / "pyodide")
    shutil.copytree(python, work / "python")
    _extract_library(python, work / "library.wasm")
    empty = work / "empty"
    write_empty_files(empty)
    bundle.bundle("maker.ts", work / "maker.js", form="esm")
    (work / "index.html").write_text('<!doctype html><script type="module" src="maker.js"></script>')
    with open_workshop(work) as (page, address):
        given = (address + "python/{package_name}.html", (_BUILD / "sitecustomize.py").read_text())
        script = (_BUILD / "compile_packages.py").read_text() + f"\nawait compile_packages(*{given!r})"
        arguments = [address + "pyodide/", f"{address}python/{micropip}", script]
        lock = page.evaluate("(given) => maker.compile(...given)", arguments)
        _check_frozen(json.loads(lock))
        page.reload()
        symbols: Symbols = page.evaluate("(given) => maker.symbols(...given)", _wasm_files(address))
        _trim(symbols, pyodide, work)
        page.evaluate("(given) => maker.make(...given)", [_files(work, address), _WARM_UP])
        page.reload()
        answers = page.evaluate("(given) => maker.prove(...given)", [_files(work, address), _SELF_TEST])
    # The same rehearsal on this machine's Python is what the restored one must answer.
    if json.loads(answers) != json.loads(json.dumps(rehearse())):
        raise ImageBuildError("the restored interpreter does not answer as it should")


def write_empty_files(folder: Path) -> None:
    """Write the empty files that Pyodide fetches whether it needs them or not."""
    folder.mkdir()
    for name in ("pyodide.asm.wasm", "python_stdlib.zip"):
        (folder / name).write_bytes(b"")


def _wasm_files(address: str) -> list[str]:
    return [address + "pyodide/pyodide.asm.wasm", address + "library.wasm"]


def _trim(symbols: Symbols, pyodide: Path, work: Path) -> None:
    glue = pyodide / "pyodide.asm.mjs"
    needed = set(needed_exports(symbols, glue, [pyodide / "pyodide.mjs", *_ENGINE.glob("*.ts")]))
    (work / glue.name).write_text(trim_glue(glue.read_text(), needed))
    interpreter = pyodide / "pyodide.asm.wasm"
    (work / interpreter.name).write_bytes(trim_interpreter(interpreter.read_bytes(), needed))


def _files(work: Path, address: str) -> dict[str, Any]:
    names = {
        "glue": "pyodide.asm.mjs",
        "interpreter": "pyodide.asm.wasm",
        "library": "library.wasm",
        "image": "image.bin",
        "stdlib": "stdlib.zip",
        "site": "site.zip",
    }
    files: dict[str, Any] = {
        key: {"url": address + name, "integrity": publish.integrity(work / name) if (work / name).exists() else ""}
        for key, name in names.items()
    }
    return {**files, "empty": f"{address}empty/"}


def _extract_library(python: Path, target: Path) -> None:
    (wheel,) = python.glob("pydantic_core-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".so")]
        target.write_bytes(archive.read(name))


def _check_frozen(packages: dict[str, Any]) -> None:
    """Hold what micropip resolved against what the repository says; write it down when nothing is there yet."""
    resolved = {
        name: {"version": entry["version"], "sha256": entry["sha256"]}
        for name, entry in sorted(packages.items())
        if name != _OWN
    }
    if not _FROZEN.exists():
        _FROZEN.write_text(json.dumps(resolved, indent=2) + "\n")
    frozen = json.loads(_FROZEN.read_text())
    if frozen != resolved:
        raise ImageBuildError(
            f"micropip resolved other packages than {_FROZEN.relative_to(ROOT)} says; delete that file to accept them"
        )
