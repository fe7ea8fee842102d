"""``/sdk/``: the browser files, for every page anywhere; ``/demo/``: the demo pages (contract section 1)."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from toolbar_py.service.problems import problem_response
from toolbar_py.service.settings import Settings
from toolbar_py.service.static import StaticFolder
from toolbar_py.wire.problems import invalid

_PUBLIC = {"Cross-Origin-Resource-Policy": "cross-origin", "Timing-Allow-Origin": "*"}

_DEMO_CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""What a careful CRM allows its pages: the demo shows that the toolbar needs no more."""


def sdk_routes(settings: Settings) -> APIRouter:
    """Give the routes of the browser files, and in demo mode those of the demo pages."""
    router = APIRouter(include_in_schema=False)
    files = StaticFolder(settings.sdk_dir, _PUBLIC, immutable="assets")

    @router.api_route("/sdk/{path:path}", methods=["GET", "HEAD"])
    async def sdk(request: Request, path: str) -> Response:
        """Give one of the browser files."""
        response = await files.serve(request, path)
        if response is not None:
            return response
        if not (settings.sdk_dir / "toolbar.js").is_file():
            error = invalid("path", "rule", reason="the browser files are not built: run make setup")
            return problem_response(request.scope, error, status=404)
        raise HTTPException(404)

    if settings.demo:
        pages = StaticFolder(settings.pages_dir, {"Content-Security-Policy": _DEMO_CSP})

        @router.get("/demo")
        async def to_demo() -> Response:
            """Lead to the demo's start page."""
            return RedirectResponse("/demo/")

        @router.api_route("/demo/{path:path}", methods=["GET", "HEAD"])
        async def demo(request: Request, path: str) -> Response:
            """Give one of the demo pages."""
            response = await pages.serve(request, path)
            if response is None:
                raise HTTPException(404)
            return response

    return router
