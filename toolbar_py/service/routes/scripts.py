"""``/scripts``: opening and saving (contract sections 3 and 5)."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from toolbar_py.service.domain.calldata import fields_from_call_data
from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.answers import answer, json_answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.base import OpenCommand, OpenInboundCommand, SaveCommand, Store
from toolbar_py.service.views import opened_script
from toolbar_py.wire.base import IdempotencyKey
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.scripts import OpenedScript, OpenInboundRequest, OpenRequest, SavedScript, SaveRequest


def script_routes(store: Store, signed_in: SignedIn) -> APIRouter:
    """Give the routes that open and save scripts."""
    router = APIRouter(prefix="/scripts", tags=["scripts"])

    @router.post("/open", response_model=OpenedScript, responses=refusals(401, 404))
    async def open_script(request: OpenRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Open the script of an ECID and reserve it; what another holds or what is closed opens to be read."""
        command = OpenCommand(who.caller, request.ecid, request.contact_id, request.is_manual)
        return answer(opened_script(await store.open_script(command), who.operator))

    @router.post("/open-inbound", response_model=OpenedScript, responses=refusals(401, 404))
    async def open_inbound(request: OpenInboundRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Open a new script for an inbound contact; the same contact always gets the same ECID."""
        call_data = request.call_data
        fields = None if call_data is None else fields_from_call_data(call_data)
        command = OpenInboundCommand(who.caller, request.contact_id, request.ani, fields, request.dnis)
        return answer(opened_script(await store.open_inbound(command), who.operator))

    @router.post("/save", response_model=SavedScript, responses=refusals(401, 404, 409))
    async def save_script(
        request: SaveRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: Annotated[IdempotencyKey, Header(alias="Idempotency-Key")],
    ) -> Response:
        """Save a script with an outcome. The same key and content get the same answer and have one effect."""
        if request.contact_id is None and request.ecid is None:
            raise invalid("contactId", "missing")
        saved = await store.save_script(
            SaveCommand(
                caller=who.caller,
                key=idempotency_key,
                content_hash=hashlib.sha256(request.model_dump_json().encode()).hexdigest(),
                contact_id=request.contact_id,
                ecid=request.ecid,
                outcome=request.outcome,
                offline_end=request.offline_end,
                note=request.note,
                labels=request.labels,
            )
        )
        return json_answer(saved.text, {"Idempotent-Replayed": "true"} if saved.replayed else None)

    return router
