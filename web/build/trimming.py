"""Takes out of the interpreter and its glue what nobody asks for: thousands of exports, each of which costs at a boot.

Every byte is read, hashed, parsed and, of an export, assigned twice, on each visit. What is taken out is only what
would not be there anyway: an export that is not needed (see ``exports.py``), and the glue's statement that keeps it.
"""

import re
from collections.abc import Collection

_MAGIC = b"\0asm\x01\0\0\0"
_EXPORT_SECTION = 7
_MORE = 0x80
_BITS = 7

# As Emscripten writes it: the variable, the module's property of the same name, and where its value comes from.
_ASSIGNMENT = re.compile(r'([\w$]+)=Module\["\1"\]=wasmExports\["([\w$]+)"\];')


class TrimmingError(Exception):
    """A file does not look as it did when this was written."""


def trim_interpreter(wasm: bytes, needed: Collection[str]) -> bytes:
    """Give a WebAssembly module that exports the needed names only, and is the same otherwise.

    See the WebAssembly core specification, section 5.5 (binary format of modules).

    Raises:
        TrimmingError: it is no such module, or does not export all of them.
    """
    if not wasm.startswith(_MAGIC):
        raise TrimmingError("not a WebAssembly module of version 1")
    trimmed = bytearray(_MAGIC)
    kept: set[str] = set()
    at = len(_MAGIC)
    while at < len(wasm):
        kind = wasm[at]
        size, start = _read_number(wasm, at + 1)
        at = start + size
        content = wasm[start:at]
        if kind == _EXPORT_SECTION:
            entries = {name: entry for name, entry in _exports(content) if name in needed}
            kept.update(entries)
            content = _number(len(entries)) + b"".join(entries.values())
        trimmed += bytes([kind]) + _number(len(content)) + content
    if missing := set(needed) - kept:
        raise TrimmingError(f"the interpreter does not export {', '.join(sorted(missing)[:5])}")
    return bytes(trimmed)


def trim_glue(text: str, needed: Collection[str]) -> str:
    """Give Emscripten's glue without the assignments of exports that are not needed.

    Raises:
        TrimmingError: it has no such assignments.
    """
    trimmed, count = _ASSIGNMENT.subn(lambda found: found[0] if found[2] in needed else "", text)
    if not count:
        raise TrimmingError("the glue assigns its exports in another way than is known")
    return trimmed


def _exports(content: bytes) -> list[tuple[str, bytes]]:
    """Give the name and the bytes of each entry of an export section."""
    count, at = _read_number(content, 0)
    found: list[tuple[str, bytes]] = []
    for _ in range(count):
        begin = at
        length, at = _read_number(content, at)
        name = content[at : at + length].decode()
        # Behind the name: what kind of thing it is, one byte, and its index.
        _, at = _read_number(content, at + length + 1)
        found.append((name, content[begin:at]))
    return found


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """Give an unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & ~_MORE) << shift
        shift += _BITS
        if not byte & _MORE:
            return value, at


def _number(value: int) -> bytes:
    """Write an unsigned LEB128 number."""
    written = bytearray()
    while value >= _MORE:
        written.append(value & ~_MORE & 0xFF | _MORE)
        value >>= _BITS
    return bytes([*written, value])
