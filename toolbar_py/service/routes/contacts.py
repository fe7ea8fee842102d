"""``/contacts``: reading and searching (contract section 5)."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.base import Store
from toolbar_py.service.store.patterns import BadPatternError, compiled
from toolbar_py.service.views import contact_info
from toolbar_py.wire.base import Ecid
from toolbar_py.wire.contacts import (
    REGEXP_MAX,
    SEARCH_ROWS_MAX,
    ContactInfo,
    SearchAnswer,
    SearchRequest,
    SearchRows,
)
from toolbar_py.wire.errors import TooLargeError
from toolbar_py.wire.problems import invalid

_SEARCHES_MAX = 2
"""How many searches run at once: one by regular expression may take seconds, and other reads go before it."""


def contact_routes(store: Store, signed_in: SignedIn) -> APIRouter:
    """Give the routes that read contacts."""
    router = APIRouter(prefix="/contacts", tags=["contacts"])
    searches = asyncio.Semaphore(_SEARCHES_MAX)

    @router.post("/search", response_model=SearchAnswer, responses=refusals(401))
    async def search(request: SearchRequest, _who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Find contacts by their fields, exactly or by regular expression (RE2)."""
        _check_patterns(request)
        async with searches:
            rows, more = await store.search(request, SEARCH_ROWS_MAX)
        return answer(SearchAnswer(data=SearchRows(row_list=rows, truncated=more)))

    # A path converter, because an ECID may hold a slash, which arrives decoded.
    @router.get("/{ecid:path}", response_model=ContactInfo, responses=refusals(401, 404))
    async def contact(ecid: Annotated[Ecid, Path()], who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Give all that is known of a contact, as the asking operator sees it."""
        return answer(contact_info(await store.contact(ecid, who.operator), who.operator))

    return router


def _check_patterns(request: SearchRequest) -> None:
    if request.macro_activity_reg_exp is not None:
        _check_pattern("macroActivityRegExp", request.macro_activity_reg_exp)
    if request.search_mode == "REGEXP":
        for at, criterion in enumerate(request.list_field_to_search):
            _check_pattern(f"listFieldToSearch[{at}].value", criterion.value)


def _check_pattern(argument: str, pattern: str) -> None:
    if len(pattern) > REGEXP_MAX:
        raise TooLargeError(argument=argument, max=REGEXP_MAX, unit="characters")
    try:
        compiled(pattern)
    except BadPatternError as error:
        raise invalid(argument, "rule", reason=f"not a regular expression: {error}") from None
