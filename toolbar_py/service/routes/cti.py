"""``/cti``: where a real telephone system, or its gateway, reports (contract section 5)."""

import json
from typing import Annotated, Any, Protocol, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from toolbar_py.service.middleware.scope import set_operator
from toolbar_py.service.openapi import reference, refusals
from toolbar_py.service.problems import asked_locale, problem_response
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.deskbase import RejectionRecord
from toolbar_py.service.telephony.webhook.intake import REPORTS_MAX, Intake, read_submissions
from toolbar_py.service.telephony.webhook.messages import CtiAnswer, CtiRejection, CtiRejections
from toolbar_py.service.telephony.webhook.reception import Reception
from toolbar_py.service.telephony.webhook.signature import HEADER, Message
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.errors import ForbiddenError, InvalidArgumentError, ToolbarError
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.texts import Locale, sentence

_REJECTIONS = 100
_REJECTIONS_MAX = 1_000

_CALLER = "telephone system"
"""Who asks, for the log: whoever knows a secret."""

_EVENTS: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": True,
            "description": "key=NAME, t=EPOCH_SECONDS, v1=HMAC-SHA256 of t.POST.path.body in hexadecimal digits",
            "schema": {"type": "string"},
        }
    ],
    "requestBody": {
        "required": True,
        "description": f"One report, or a list of up to {REPORTS_MAX}.",
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        reference(CtiReport),
                        {"type": "array", "items": reference(CtiReport), "minItems": 1, "maxItems": REPORTS_MAX},
                    ]
                }
            }
        },
    },
}


class Rejections(Protocol):
    """Where refused reports are recorded."""

    async def rejections(self, limit: int) -> list[RejectionRecord]:
        """Give the newest recorded refusals."""
        ...


def cti_routes(reception: Reception | None, intake: Intake, rejections: Rejections, supervisor: SignedIn) -> APIRouter:
    """Give the routes of the telephone system.

    Args:
        reception: lets signed reports in; None when no secret is shared with anybody.
        supervisor: lets supervisors in.
    """
    router = APIRouter(prefix="/cti", tags=["telephony"])

    @router.post("/events", response_model=CtiAnswer, responses=refusals(400, 401, 404), openapi_extra=_EVENTS)
    async def cti_events(request: Request) -> Response:
        """Take events of the telephone system, in their order, and say what became of each; no token, but signed."""
        if reception is None:
            return problem_response(request.scope, ForbiddenError(reason="cti_closed"), status=404)
        body = await request.body()
        await reception.admit(Message(request.method, _path(request), body), _signature(request))
        set_operator(request.scope, _CALLER)
        try:
            submissions = read_submissions(body)
        except InvalidArgumentError as error:
            return problem_response(request.scope, error, status=400)
        return answer(CtiAnswer(results=await intake.take(submissions, asked_locale(request.scope))))

    @router.get("/rejections", response_model=CtiRejections, responses=refusals(401, 403))
    async def cti_rejections(
        request: Request,
        _who: Annotated[Identity, Depends(supervisor)],
        limit: Annotated[int, Query(json_schema_extra={"minimum": 1, "maximum": _REJECTIONS_MAX})] = _REJECTIONS,
    ) -> Response:
        """Give the newest reports that were refused, with the reason; never a value of CallData."""
        if not 1 <= limit <= _REJECTIONS_MAX:
            raise invalid("limit", "range", min=1, max=_REJECTIONS_MAX)
        locale = asked_locale(request.scope)
        found = await rejections.rejections(limit)
        return answer(CtiRejections(rejections=[_rejection(record, locale) for record in found]))

    return router


def _path(request: Request) -> str:
    """Give the path with its query as the sender wrote it, which is what was signed."""
    query: bytes = request.scope["query_string"]
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


def _signature(request: Request) -> str:
    # Two of them would leave open which one counts; joined they are malformed.
    return ", ".join(request.headers.getlist(HEADER))


def _rejection(record: RejectionRecord, locale: Locale) -> CtiRejection:
    reason = cast(dict[str, Any], json.loads(record.reason))
    error = ToolbarError.from_code(reason["code"], reason["details"])
    return CtiRejection(
        at=record.at,
        event_id=record.event_id,
        agent=record.agent,
        contact_id=record.contact_id,
        event=record.event,
        code=error.code,
        reason=sentence(error, locale),
        details=error.details,
    )
