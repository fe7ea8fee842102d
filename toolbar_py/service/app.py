"""Wires one service: everything is made here and handed to what needs it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from toolbar_py import __version__
from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.demo import seed
from toolbar_py.service.middleware.cors import Cors
from toolbar_py.service.middleware.limits import BodyLimit
from toolbar_py.service.middleware.trace import Guard, Trace
from toolbar_py.service.problems import install_problems
from toolbar_py.service.routes.contacts import contact_routes
from toolbar_py.service.routes.operations import API, operation_routes
from toolbar_py.service.routes.scripts import script_routes
from toolbar_py.service.routes.sdk import sdk_routes
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.settings import Settings

_PUBLIC = ("/sdk/", "/healthz", "/readyz", "/openapi.json", f"{API}/openapi.json")


def create_app(settings: Settings) -> FastAPI:
    """Give the ASGI app of one service; its lifespan opens and migrates the store.

    Raises:
        SetupError: the data folder cannot be used.
    """
    folder = DataFolder(settings)
    store = folder.store()
    signed_in = SignedIn(folder.tokens())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        await store.open()
        if settings.demo:
            await seed(store)
        yield
        await store.close()

    app = FastAPI(
        title="easyCIM",
        version=__version__,
        description="The embedded easyCIM behind the toolbar.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
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
    api.include_router(contact_routes(store, signed_in))
    app.include_router(operation_routes(app, store, settings))
    app.include_router(api)
    app.include_router(sdk_routes(settings))
    return app
