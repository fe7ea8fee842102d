"""``toolbar-py token``: make bearer tokens."""

import asyncio
import re
from typing import Annotated, Literal

import typer
from pydantic import TypeAdapter, ValidationError

from toolbar_py.cli.options import DEFAULT_DATA, DataDir, new_folder_told
from toolbar_py.service.settings import Settings
from toolbar_py.wire.base import OperatorId

_DEFAULT_TTL_S = 12 * 3600
_TTL_MAX_S = 366 * 24 * 3600
# Narrower than what the service takes from a telephone system or a token: new names are made here.
_NAME = re.compile(r"[^@\s]+@[^@\s]+")

RoleName = Literal["operator", "supervisor"]


def token(
    *,
    operator: Annotated[
        list[str], typer.Option(metavar="USER@DOMAIN", help="Whom the token speaks for. Repeat it for more tokens.")
    ],
    data: DataDir = DEFAULT_DATA,
    ttl: Annotated[
        int,
        typer.Option(
            min=0,
            max=_TTL_MAX_S,
            metavar="SECONDS",
            help="For how long the token is valid, at most a year as it cannot be taken back; 0 makes an expired one.",
        ),
    ] = _DEFAULT_TTL_S,
    role: Annotated[
        RoleName | None, typer.Option(help="What the operator may do; without it as registered, else 'operator'.")
    ] = None,
) -> None:
    """Print a token for each operator, one per line.

    An operator who is not known yet is registered. It works on the data folder, also while a service runs on it.
    """
    for name in operator:
        _check(name)
    # Loading the store takes longer than printing help should.
    from toolbar_py.service.accounts import issue_tokens  # noqa: PLC0415

    settings = Settings(data_dir=data)
    with new_folder_told(settings):
        tokens = asyncio.run(issue_tokens(settings, operator, ttl, role))
    for issued in tokens:
        if issued.registered:
            typer.echo(f"toolbar-py: {issued.operator} was not known and is registered now", err=True)
        typer.echo(issued.token)


def _check(name: str) -> None:
    try:
        known = _NAME.fullmatch(TypeAdapter(OperatorId).validate_python(name))
    except ValidationError:
        known = None
    if known is None:
        raise typer.BadParameter(
            f"'{name[:200]}' cannot be an operator's name: write it like anna@crm, in at most 128 characters",
            param_hint="--operator",
        )
