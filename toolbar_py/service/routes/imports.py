"""``/contacts/import``: contacts from a CSV or JSON file (contract section 5)."""

import asyncio
import tempfile
from pathlib import Path
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from toolbar_py.service.importfiles import Format
from toolbar_py.service.imports import Importer, ImportOrder
from toolbar_py.service.openapi import reference, refusals
from toolbar_py.service.problems import asked_locale, problem_response
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.base import Store
from toolbar_py.wire.base import Name, ShortText
from toolbar_py.wire.contacts import ImportedContact, ImportReport
from toolbar_py.wire.problems import invalid

_CHUNK = 1 << 20

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV with a header row (ecid, phoneNumber, campaign; other columns are fields), or a JSON list.",
        "content": {
            Format.CSV.value: {"schema": {"type": "string"}},
            Format.JSON.value: {"schema": {"type": "array", "items": reference(ImportedContact)}},
        },
    }
}


def import_routes(store: Store, importer: Importer, supervisor: SignedIn, folder: Path) -> APIRouter:
    """Give the route that imports contacts.

    Args:
        supervisor: lets supervisors in.
        folder: where an upload is kept until all of it is here.
    """
    router = APIRouter(prefix="/contacts", tags=["contacts"])

    @router.post("/import", response_model=ImportReport, responses=refusals(401, 403, 415), openapi_extra=_BODY)
    async def import_contacts(
        request: Request,
        _who: Annotated[Identity, Depends(supervisor)],
        macro_activity: Annotated[Name, Query(alias="macroActivity")],
        campaign: Annotated[ShortText, Query()] = "",
    ) -> Response:
        """Import contacts into a macro activity; what is wrong with a row is in the report, good rows are taken."""
        form = _format(request)
        if form is None:
            allowed = ", ".join(each.value for each in Format)
            return problem_response(request.scope, invalid("Content-Type", "choice", allowed=allowed), status=415)
        await store.require_macro_activity(macro_activity)
        with tempfile.TemporaryFile(dir=folder) as file:
            await _receive(request, file)
            order = ImportOrder(file, form, macro_activity, campaign, asked_locale(request.scope))
            return answer(await importer.run(order))

    return router


def _format(request: Request) -> Format | None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return next((form for form in Format if form.value == media_type), None)


async def _receive(request: Request, file: IO[bytes]) -> None:
    """Write the upload to a file; one that breaks off raises and leaves nothing behind."""
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _CHUNK:
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(file.write, bytes(waiting))
