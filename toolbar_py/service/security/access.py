"""Who asks: the FastAPI dependency that every private route names."""

from fastapi import Request
from fastapi.security import HTTPBearer

from toolbar_py.service.middleware.scope import set_operator
from toolbar_py.service.security.tokens import Identity, Tokens
from toolbar_py.service.store.base import Role
from toolbar_py.wire.errors import ForbiddenError, UnauthenticatedError


class SignedIn(HTTPBearer):
    """Checks the bearer token and gives the identity; in OpenAPI it is the scheme ``bearer``.

    Args:
        role: which role is needed, when not any.
    """

    def __init__(self, tokens: Tokens, role: Role | None = None) -> None:
        super().__init__(scheme_name="bearer", bearerFormat="JWT", auto_error=False)
        self._tokens = tokens
        self._role = role

    async def __call__(self, request: Request) -> Identity:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Give who asks.

        Raises:
            UnauthenticatedError: ``missing_token``, ``invalid_token`` or ``expired_token``.
            ForbiddenError: the role is not the one that is needed.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError(reason="missing_token")
        identity = self._tokens.verify(token.strip())
        set_operator(request.scope, identity.operator)
        if self._role is not None and identity.role is not self._role:
            raise ForbiddenError(reason=f"{self._role.value}_only")
        return identity
