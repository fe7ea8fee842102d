"""``/login`` and ``/profile``: who the operator is, and what the profile enables (contract section 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from toolbar_py.service.domain.presence import PAUSE_CODES
from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.passwords import Passwords
from toolbar_py.service.security.throttle import Throttle
from toolbar_py.service.security.tokens import Identity, Tokens
from toolbar_py.service.store.base import Store, UnknownOperatorError
from toolbar_py.wire.errors import UnauthenticatedError
from toolbar_py.wire.profile import Group, LoginAnswer, LoginRequest, Profile


def login_routes(store: Store, tokens: Tokens, passwords: Passwords, throttle: Throttle, ttl_s: int) -> APIRouter:
    """Give the route of the embedded service's own login.

    Args:
        ttl_s: for how many seconds a token is valid.
    """
    router = APIRouter(tags=["operators"])

    @router.post("/login", response_model=LoginAnswer, responses=refusals(401, 429))
    async def login(request: LoginRequest, connection: Request) -> Response:
        """Give a token for an operator and password, for a new login session."""
        key = f"{connection.client.host if connection.client else ''} {request.operator}"
        throttle.check(key)
        known = await store.operator(request.operator)
        if not await passwords.verify(known.password_hash if known else None, request.password) or known is None:
            throttle.failed(key)
            raise UnauthenticatedError(reason="wrong_password")
        throttle.succeeded(key)
        token, identity = tokens.issue(known.id, known.role, ttl_s)
        return answer(LoginAnswer(token=token, operator=known.id, expires_at=identity.expires_at))

    return router


def profile_routes(store: Store, signed_in: SignedIn) -> APIRouter:
    """Give the route of the operator's profile."""
    router = APIRouter(tags=["operators"])

    @router.get("/profile", response_model=Profile, responses=refusals(401))
    async def profile(who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Give what the operator's profile enables: script, outcomes, pause codes, groups, language."""
        operator = await store.operator(who.operator)
        if operator is None:
            raise UnknownOperatorError(who.operator)
        activities = await store.macro_activities()
        return answer(
            Profile(
                operator=operator.id,
                locale=operator.locale,
                script_enabled=operator.script_enabled,
                save_without_reservation=operator.save_without_reservation,
                inbound_macro_activity=operator.inbound_macro_activity,
                pause_codes=list(PAUSE_CODES),
                groups=[Group(id=each.macro_activity, description=each.macro_activity) for each in activities],
                macro_activities=activities,
            )
        )

    return router
