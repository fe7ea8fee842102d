"""The part of google-re2 that the service uses; the package ships no types."""

class error(Exception): ...  # noqa: N801, N818 (its own name)

class Options:
    max_mem: int
    log_errors: bool
    def __init__(self) -> None: ...

class _Regexp:
    def search(self, text: str) -> object | None: ...

def compile(pattern: str, options: Options | None = None) -> _Regexp: ...  # noqa: A001 (its own name)
