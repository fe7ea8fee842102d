"""Tokens and operators from the command line, for whoever may write the data folder."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.activities import DEFAULT
from toolbar_py.service.store.base import OperatorRecord, Role


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token for an operator.

    Args:
        registered: whether the operator was not known before.
    """

    operator: str
    token: str
    registered: bool


async def issue_tokens(
    settings: Settings, operators: Sequence[str], ttl_s: int, role: str | None = None
) -> list[IssuedToken]:
    """Make a token for each operator, registering those who are not known yet.

    Args:
        ttl_s: for how many seconds the tokens are valid.
        role: what they may do; None is what they are registered with, else ``operator``.

    Raises:
        SetupError: the data folder cannot be used.
    """
    folder = DataFolder(settings)
    store = folder.store()
    try:
        await store.open()
        tokens = folder.tokens()
        issued: list[IssuedToken] = []
        for operator in operators:
            added = await store.add_operators([new_operator(operator, Role(role or Role.OPERATOR))])
            known = await store.operator(operator)
            registered_role = known.role if known else Role.OPERATOR
            text, _ = tokens.issue(operator, Role(role) if role else registered_role, ttl_s)
            issued.append(IssuedToken(operator, text, registered=added > 0))
        return issued
    finally:
        await store.close()


def new_operator(operator: str, role: Role) -> OperatorRecord:
    """Give an operator with the profile that new ones have, without a password."""
    return OperatorRecord(
        id=operator,
        role=role,
        locale="it",
        password_hash=None,
        script_enabled=True,
        save_without_reservation=True,
        inbound_macro_activity=DEFAULT.code,
    )
