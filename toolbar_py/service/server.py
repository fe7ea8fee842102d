"""Runs a service: takes the port, starts uvicorn, tells when it is up, stops cleanly on a signal."""

import asyncio
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager

import uvicorn

from toolbar_py.service.app import create_app, prepare
from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.errors import SetupError
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.logs import log_to_stderr
from toolbar_py.service.settings import Settings

_KEEP_ALIVE_S = 75
"""Longer than the pauses of an operator between two contacts, and than most proxies keep a connection."""

_GRACE_S = 10


def serve(
    settings: Settings, announce: Callable[[str], None], warn: Callable[[str], None], log_level: str = "info"
) -> None:
    """Run a service until SIGTERM or SIGINT, then finish the requests that run and return.

    Args:
        announce: is called once with the URL, when the service answers.
        warn: is called with a sentence about what goes on although it may not be what was meant.
        log_level: how much goes to stderr: ``debug``, ``info``, ``warning`` or ``error``.

    Raises:
        SetupError: the port is taken, the address is not this machine's, or the data folder cannot be used.
    """
    log_to_stderr(log_level)
    listener = _listen(settings.host, settings.port)
    with closing(listener), DataFolder(settings).serving() as alone:
        if not alone:
            advice = "stop one, or give each a folder of its own (--data)"
            warn(f"another service runs on the data folder {settings.data_dir}: {advice}")
        asyncio.run(prepare(settings))
        hub = Hub()
        config = uvicorn.Config(
            create_app(settings, hub=hub),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = (settings.public_url or f"http://{host}:{listener.getsockname()[1]}").rstrip("/")
        _Server(config, hub, lambda: announce(url)).run([listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SetupError(f"cannot listen on {host}: {error.strerror}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise SetupError(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return listener


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, hub: Hub, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits for the requests that run, and a stream would run for ever.
        self._hub.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # uvicorn raises the signal again when it has stopped, which would make a clean stop look like a crash.
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
