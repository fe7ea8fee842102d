"""The secret that signs tokens: made once per data folder, readable by its owner only."""

import os
import secrets
import tempfile
from pathlib import Path

from toolbar_py.service.errors import SetupError

_BYTES = 32


def load_secret(folder: Path) -> bytes:
    """Give the secret of a data folder; the first call makes it, also when several come at once.

    Raises:
        SetupError: the file is cut short, or it cannot be read or made.
    """
    path = folder / "secret"
    try:
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        raise SetupError(f"cannot use {path}: {error.strerror}") from None
    if len(secret) < _BYTES:
        raise SetupError(f"{path} is too short: remove it to have a new one made (all tokens end)")
    return secret


def _make(path: Path) -> None:
    # mkstemp gives 0600; a hard link either makes the whole file appear or fails because it is there.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
