"""Bearer tokens: who the operator is, in which login session and with which role (JWT, HS256 only)."""

import secrets
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from toolbar_py.service.store.base import Caller, Clock, Role
from toolbar_py.wire.errors import UnauthenticatedError

_ALGORITHMS = ["HS256"]
_TOKEN_MAX = 4_000
_KNOWN_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token speaks for. ``expires_at`` in epoch ms."""

    operator: str
    session: str
    role: Role
    expires_at: int

    @property
    def caller(self) -> Caller:
        """The part the store needs."""
        return Caller(self.operator, self.session)


class Tokens:
    """Makes and checks tokens.

    Args:
        secret: at least 32 bytes.
        clock: gives epoch ms.
    """

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._key = OctKey.import_key(secret)
        self._clock = clock
        # Checking a signature costs as much as answering a small request: what was good stays good until it expires.
        self._known: dict[str, Identity] = {}

    def issue(self, operator: str, role: Role, ttl_s: int) -> tuple[str, Identity]:
        """Make a token for a new login session.

        Args:
            ttl_s: for how many seconds it is valid.
        """
        now_s = self._clock() // 1000
        identity = Identity(operator, secrets.token_urlsafe(12), role, (now_s + ttl_s) * 1000)
        claims = {
            "sub": operator,
            "sid": identity.session,
            "role": role.value,
            "iat": now_s,
            "exp": now_s + ttl_s,
        }
        return jwt.encode({"alg": "HS256"}, claims, self._key, _ALGORITHMS), identity

    def verify(self, token: str) -> Identity:
        """Check a token.

        Raises:
            UnauthenticatedError: ``invalid_token`` or ``expired_token``.
        """
        identity = self._known.get(token)
        if identity is None:
            identity = self._decode(token)
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[token] = identity
        if identity.expires_at <= self._clock():
            self._known.pop(token, None)
            raise UnauthenticatedError(reason="expired_token")
        return identity

    def _decode(self, token: str) -> Identity:
        if len(token) > _TOKEN_MAX:
            raise UnauthenticatedError(reason="invalid_token")
        try:
            claims = jwt.decode(token, self._key, _ALGORITHMS).claims
        except (JoseError, ValueError):
            raise UnauthenticatedError(reason="invalid_token") from None
        try:
            operator, session, expires_s = claims["sub"], claims["sid"], claims["exp"]
            if not (isinstance(operator, str) and isinstance(session, str) and isinstance(expires_s, int)):
                raise UnauthenticatedError(reason="invalid_token")
            return Identity(operator, session, Role(claims["role"]), expires_s * 1000)
        except (KeyError, ValueError):
            raise UnauthenticatedError(reason="invalid_token") from None
