"""Passwords of the embedded login, as argon2id hashes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError


class Passwords:
    """Hashes and checks passwords in threads of its own: one check takes 64 MiB and tens of milliseconds.

    Args:
        threads: how many may run at once.
    """

    def __init__(self, threads: int = 2) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._nobody: str | None = None

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether the password is right.

        Without a hash the answer is no, after the same time as with one, so that nobody learns who exists.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password_hash, password)

    def close(self) -> None:
        """Finish what runs."""
        self._threads.shutdown()

    def _verify(self, password_hash: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody's password")
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None
