"""The part of ijson that the service uses; the package ships no types."""

from collections.abc import Iterator
from typing import IO

class JSONError(Exception): ...

def items(source: IO[bytes], prefix: str, *, use_float: bool = False) -> Iterator[object]: ...
