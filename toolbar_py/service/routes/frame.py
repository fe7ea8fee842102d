"""``/sdk/frame.html``: the hidden frame in which Python runs for pages that allow little (docs/runtimes.md)."""

import html
import json

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from toolbar_py.service.settings import Settings

_ORIGINS = "data-allow-origins='[]'"
"""The place in the built page where the allowed origins go."""


def frame_routes(settings: Settings) -> APIRouter:
    """Give the route of the frame's page, which only the allowed origins may frame and talk to.

    Twice, because either check alone has gone wrong elsewhere: the browser refuses to show the frame to others
    (``frame-ancestors``), and the frame's script takes ports from the named origins only.
    """
    router = APIRouter(include_in_schema=False)
    page = settings.sdk_dir / "frame.html"
    ancestors = " ".join(["'self'", *settings.allow_origins])
    policy = (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
    origins = html.escape(json.dumps(settings.allow_origins), quote=True)

    @router.api_route("/sdk/frame.html", methods=["GET", "HEAD"])
    async def frame(_request: Request) -> Response:
        """Give the frame's page."""
        try:
            text = page.read_text()
        except FileNotFoundError:
            raise HTTPException(404) from None
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        body = text.replace(_ORIGINS, f'data-allow-origins="{origins}"')
        return Response(body, media_type="text/html", headers=headers)

    return router
