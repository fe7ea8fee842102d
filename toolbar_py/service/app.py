"""Wires one service: everything is made here and handed to what needs it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from toolbar_py import __version__
from toolbar_py.service.clock import now_ms
from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.demo import seed
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.events.stream import Sources
from toolbar_py.service.housekeeping import keep_house
from toolbar_py.service.imports import Importer
from toolbar_py.service.leases import Leases
from toolbar_py.service.middleware.cors import Cors
from toolbar_py.service.middleware.limits import BodyLimit
from toolbar_py.service.middleware.trace import Guard, Trace
from toolbar_py.service.problems import install_problems
from toolbar_py.service.routes.agents import agent_routes
from toolbar_py.service.routes.appointments import appointment_routes
from toolbar_py.service.routes.calls import call_routes
from toolbar_py.service.routes.contacts import contact_routes
from toolbar_py.service.routes.cti import cti_routes
from toolbar_py.service.routes.events import event_routes
from toolbar_py.service.routes.frame import frame_routes
from toolbar_py.service.routes.imports import import_routes
from toolbar_py.service.routes.operations import API, operation_routes
from toolbar_py.service.routes.profile import login_routes, profile_routes
from toolbar_py.service.routes.scripts import script_routes
from toolbar_py.service.routes.sdk import sdk_routes
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.passwords import Passwords
from toolbar_py.service.security.throttle import Throttle
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Role, Store
from toolbar_py.service.telephony.none import NoTelephones
from toolbar_py.service.telephony.operations import Operations
from toolbar_py.service.telephony.port import TelephoneSystem
from toolbar_py.service.telephony.simulator.joining import simulator
from toolbar_py.service.telephony.switchboard import DeskSwitchboard
from toolbar_py.service.telephony.webhook.intake import Intake
from toolbar_py.service.telephony.webhook.joining import reception, webhook_telephones
from toolbar_py.service.telephony.webhook.telephones import WebhookTelephones

_PUBLIC = ("/sdk/", "/healthz", "/readyz", "/openapi.json", f"{API}/openapi.json")


async def prepare(settings: Settings) -> None:
    """Bring a data folder up to date before a service starts on it, so that what is wrong can be told plainly.

    Raises:
        SetupError: the data folder cannot be used.
    """
    store = DataFolder(settings).store()
    try:
        await _open(store, settings)
    finally:
        await store.close()


def create_app(settings: Settings, telephones: TelephoneSystem | None = None, hub: Hub | None = None) -> FastAPI:
    """Give the ASGI app of one service; its lifespan opens and migrates the store.

    Args:
        telephones: the telephone system; None takes the one that the settings name, else the simulator.
        hub: the operators' event streams; who runs the app ends them when it stops.

    Raises:
        SetupError: the data folder cannot be used.
    """
    folder = DataFolder(settings)
    hub = hub or Hub()
    store = folder.store(hub.publish)
    tokens = folder.tokens()
    leases = Leases(store.desks)
    sources = Sources(store.desks, hub, leases, now_ms, settings.heartbeat_ms)
    system = telephones or _telephones(settings, store)
    switchboard = DeskSwitchboard(sources, system)
    operations = Operations(store.desks)
    passwords = Passwords()
    importer = Importer(store)
    signed_in = SignedIn(tokens)
    supervisor = SignedIn(tokens, Role.SUPERVISOR)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        await _open(store, settings)
        chores = [
            asyncio.create_task(keep_house(store, now_ms, settings)),
            asyncio.create_task(leases.keep(hub, settings.lease_ms)),
        ]
        await system.start(switchboard)
        yield
        hub.close()
        await system.stop()
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await store.close()
        passwords.close()

    app = FastAPI(
        title="easyCIM",
        version=__version__,
        description="The embedded easyCIM behind the toolbar.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
        middleware=[
            Middleware(Trace),
            Middleware(Cors, origins=settings.allow_origins, public=_PUBLIC),
            Middleware(Guard),
            Middleware(BodyLimit, limit=settings.body_limit, of_path={f"{API}/contacts/import": settings.import_limit}),
        ],
    )
    install_problems(app)
    api = APIRouter(prefix=API)
    api.include_router(script_routes(store, signed_in))
    # Before /contacts/{ecid}, which would take any path below it.
    api.include_router(import_routes(store, importer, supervisor, settings.data_dir))
    api.include_router(contact_routes(store, signed_in))
    api.include_router(event_routes(sources, signed_in))
    api.include_router(agent_routes(switchboard, operations, store.desks, signed_in))
    api.include_router(call_routes(switchboard, operations, signed_in))
    # A real telephone system reports past its adapter, which has to know what came from there.
    intake = Intake(system if isinstance(system, WebhookTelephones) else switchboard)
    api.include_router(cti_routes(reception(settings.cti, store.desks, now_ms), intake, store.desks, supervisor))
    api.include_router(appointment_routes(store.desks, now_ms, settings.slot_capacity, signed_in))
    api.include_router(profile_routes(store, signed_in))
    api.include_router(login_routes(store, tokens, passwords, Throttle(now_ms), settings.token_ttl_s))
    app.include_router(operation_routes(app, store, settings))
    app.include_router(api)
    app.include_router(frame_routes(settings))
    app.include_router(sdk_routes(settings))
    return app


def _telephones(settings: Settings, store: Store) -> TelephoneSystem:
    real = webhook_telephones(settings.cti, now_ms, store.desks)
    if real is not None:
        return real
    return NoTelephones() if settings.simulator is None else simulator(settings.simulator, store, now_ms)


async def _open(store: Store, settings: Settings) -> None:
    await store.open()
    if settings.demo:
        await seed(store)
