"""Which of the interpreter's exports are needed at all.

Emscripten exports every symbol of a main module, so that any library could be linked to it later, and looks at each of
them when it starts: some 8,500, which takes a fifth of a boot. What is known here is the one library that is linked,
and all JavaScript that will run.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
# The glue reads the value of some exports, whether it uses it or not.
_READ = re.compile(r'wasmExports\["([\w$]+)"\]\.')
# The glue names every export in the same four places, to declare and to assign it: what is used has more.
_BOILERPLATE = 4


class Symbols(TypedDict):
    """What the two Wasm files say of themselves: names."""

    exports: list[str]
    own_imports: list[str]
    library_imports: list[str]


def needed_exports(symbols: Symbols, glue: Path, scripts: Iterable[Path]) -> list[str]:
    """Name the exports that somebody can ask for.

    Args:
        symbols: of the interpreter and of the library that is linked to it.
        glue: Emscripten's part, which knows an export by its name with an underscore before it.
        scripts: all other JavaScript and TypeScript that touches the module.
    """
    text = glue.read_text()
    uses = Counter(_WORD.findall(text))
    read = set(_READ.findall(text))
    named = {word for script in scripts for word in _WORD.findall(script.read_text())}
    imported = {*symbols["own_imports"], *symbols["library_imports"]}

    def is_needed(name: str) -> bool:
        known_as = f"_{name}"
        if name in imported or name in read or known_as in named:
            return True
        # A few have no such name: the memory, the table.
        return uses[name] + uses[known_as] > _BOILERPLATE or (uses[name] > 0 and not uses[known_as])

    return [name for name in symbols["exports"] if is_needed(name)]
