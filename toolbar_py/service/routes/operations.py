"""At the root: where things are, whether the service lives and is ready, and its description (contract section 5)."""

import html
import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from toolbar_py import __version__
from toolbar_py.service.openapi import describe
from toolbar_py.service.problems import problem_response
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Store, StoreError
from toolbar_py.wire.errors import ServiceError

API = "/easycim/v1"


def operation_routes(app: FastAPI, store: Store, settings: Settings) -> APIRouter:
    """Give the routes for those who run the service."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def root(request: Request) -> Response:
        """Say where things are."""
        base = (settings.public_url or str(request.base_url)).rstrip("/")
        places = _places(base, demo=settings.demo)
        if "text/html" in request.headers.get("accept", ""):
            return Response(_page(places), media_type="text/html", headers={"Content-Security-Policy": _PAGE_CSP})
        return _json({"service": "easyCIM", "version": __version__, "links": places})

    @router.get("/healthz")
    async def healthz() -> Response:
        """Say that the process lives."""
        return _json({"status": "ok", "version": __version__})

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        """Say whether the database answers and is migrated and the browser files are there."""
        faults = await _faults(store, settings)
        if faults:
            return problem_response(request.scope, ServiceError(status=503, faults=[*faults]), status=503)
        return _json({"status": "ready", "version": __version__})

    description = _once(lambda: json.dumps(describe(app), ensure_ascii=False))

    @router.get("/openapi.json")
    @router.get(f"{API}/openapi.json")
    async def openapi() -> Response:
        """Give the OpenAPI description."""
        return Response(description(), media_type="application/json")

    return router


_PAGE_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def _faults(store: Store, settings: Settings) -> list[str]:
    faults: list[str] = []
    try:
        await store.check()
    except StoreError:
        faults.append("the database does not answer or is not migrated")
    if not (settings.sdk_dir / "toolbar.js").is_file():
        faults.append("the browser files are not built: run make setup")
    return faults


def _places(base: str, *, demo: bool) -> dict[str, str]:
    places = {
        "sdk": f"{base}/sdk/toolbar.js",
        "api": f"{base}{API}",
        "openapi": f"{base}{API}/openapi.json",
        "health": f"{base}/healthz",
        "ready": f"{base}/readyz",
    }
    if demo:
        places["demo"] = f"{base}/demo/"
    return places


def _page(places: dict[str, str]) -> str:
    items = "".join(
        f'<li>{html.escape(name)}: <a href="{html.escape(url)}">{html.escape(url)}</a></li>'
        for name, url in places.items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>easyCIM</title>'
        f"<h1>easyCIM {html.escape(__version__)}</h1><ul>{items}</ul></html>"
    )


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def _once(make: Callable[[], str]) -> Callable[[], str]:
    """Give a function that makes the text on its first call and keeps it."""
    kept: list[str] = []

    def get() -> str:
        if not kept:
            kept.append(make())
        return kept[0]

    return get
