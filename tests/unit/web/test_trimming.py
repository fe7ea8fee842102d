"""What the build takes out of the interpreter and its glue."""

import pytest

from web.build.trimming import TrimmingError, trim_glue, trim_interpreter

_MAGIC = b"\0asm\x01\0\0\0"
_CUSTOM = b"\x00\x03\x01xy"
_LONG = "x" * 200


def _entry(name: str, index: bytes) -> bytes:
    length = bytes([len(name)]) if len(name) < 128 else bytes([len(name) & 0x7F | 0x80, len(name) >> 7])
    return length + name.encode() + b"\x00" + index


def _module(*entries: bytes) -> bytes:
    content = bytes([len(entries)]) + b"".join(entries)
    size = bytes([len(content) & 0x7F | 0x80, len(content) >> 7])
    return _MAGIC + _CUSTOM + b"\x07" + size + content + _CUSTOM


def test_only_the_needed_exports_stay_and_all_else_is_the_same() -> None:
    kept, dropped, last = _entry("kept", b"\x81\x01"), _entry(_LONG, b"\x02"), _entry("last", b"\x03")
    small = kept + last
    expected = _MAGIC + _CUSTOM + b"\x07" + bytes([1 + len(small)]) + b"\x02" + small + _CUSTOM
    assert trim_interpreter(_module(kept, dropped, last), {"kept", "last"}) == expected


def test_an_export_that_is_not_there_is_named() -> None:
    with pytest.raises(TrimmingError, match="does not export gone"):
        trim_interpreter(_module(_entry("kept", b"\x01"), _entry(_LONG, b"\x01")), {"kept", "gone"})


def test_something_else_than_a_module_is_refused() -> None:
    with pytest.raises(TrimmingError, match="not a WebAssembly module"):
        trim_interpreter(b"\0asm\x02\0\0\0", {"kept"})


def test_the_glue_loses_the_assignments_that_are_not_needed() -> None:
    kept = '_a=Module["_a"]=wasmExports["a"];'
    other = 'memory=Module["memory"]=wasmMemory=wasmExports["memory"];_v=Module["_v"]=wasmExports["v"].value>>>0;'
    assert trim_glue(f'f();{kept}_b=Module["_b"]=wasmExports["b"];{other}g()', {"a", "v"}) == f"f();{kept}{other}g()"


def test_a_glue_of_another_form_is_refused() -> None:
    with pytest.raises(TrimmingError, match="another way"):
        trim_glue("a = exports.a;", {"a"})
