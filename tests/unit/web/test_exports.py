"""Which of the interpreter's exports the build keeps."""

from pathlib import Path

import pytest

from web.build.exports import Symbols, needed_exports

# As Emscripten writes it: every export is declared, assigned and named for the module.
GLUE = """
var _used,_unused,_value,memory;
function assign(wasmExports){
_used=Module["_used"]=wasmExports["used"];
_unused=Module["_unused"]=wasmExports["unused"];
_linked=Module["_linked"]=wasmExports["linked"];
_value=Module["_value"]=wasmExports["value"].value;
memory=wasmExports["memory"];
}
function work(){return _used()}
"""


@pytest.fixture
def kept(tmp_path: Path) -> list[str]:
    glue = tmp_path / "glue.mjs"
    glue.write_text(GLUE)
    script = tmp_path / "engine.ts"
    script.write_text("module._touched(1);")
    symbols = Symbols(
        exports=["used", "unused", "linked", "value", "memory", "touched"],
        own_imports=[],
        library_imports=["linked"],
    )
    return needed_exports(symbols, glue, [script])


@pytest.mark.parametrize("name", ["used", "linked", "value", "memory", "touched"])
def test_what_somebody_asks_for_is_kept(kept: list[str], name: str) -> None:
    assert name in kept


def test_what_is_only_declared_is_left_out(kept: list[str]) -> None:
    assert "unused" not in kept
