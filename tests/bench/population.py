"""A thousand operators in a service's data folder, logged in, before the service is started."""

import asyncio
from pathlib import Path

from toolbar_py.service import demo
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Role
from toolbar_py.wire.telephony import Presence

_TOKEN_S = 3_600


def settle(data_dir: Path, count: int) -> dict[str, str]:
    """Make operators known, log them in and give a token for each.

    Args:
        data_dir: the service's; made when missing.
    """
    folder = DataFolder(Settings(data_dir=data_dir))
    names = [f"agent{number}@bench" for number in range(1, count + 1)]

    async def register() -> None:
        store = folder.store()
        await store.open()
        try:
            await demo.seed(store)
            await store.add_operators([new_operator(name, Role.OPERATOR) for name in names])
            await asyncio.gather(*(store.desks.set_presence(name, Presence.LOGGED_IN, None) for name in names))
        finally:
            await store.close()

    asyncio.run(register())
    tokens = folder.tokens()
    return {name: tokens.issue(name, Role.OPERATOR, _TOKEN_S)[0] for name in names}
