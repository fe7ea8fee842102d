"""Operators and their profiles in the database."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, bindparam, select

from toolbar_py.service.store.base import OperatorRecord, Role, UnknownOperatorError
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.tables import operators

_OPERATOR = select(operators).where(operators.c.id == bindparam("id"))


def find_operator(connection: Connection, operator: str) -> OperatorRecord:
    """Give an operator.

    Raises:
        UnknownOperatorError: nobody has this id.
    """
    row = connection.execute(_OPERATOR, {"id": operator}).mappings().first()
    if row is None:
        raise UnknownOperatorError(operator)
    return _record(row)


def add_operators(connection: Connection, dialect: Dialect, records: Sequence[OperatorRecord]) -> int:
    """Register the operators who are not known yet; gives how many were new."""
    statement = dialect.insert(operators).on_conflict_do_nothing().returning(operators.c.id)
    return len(connection.execute(statement, [_row(record) for record in records]).all())


def complete_operators(connection: Connection, dialect: Dialect, records: Sequence[OperatorRecord]) -> None:
    """Register the operators who are not known yet, and give the profile to those who have no password so far."""
    insert = dialect.insert(operators)
    profile = {column.name: insert.excluded[column.name] for column in operators.c if not column.primary_key}
    without_password = operators.c.password_hash.is_(None)
    statement = insert.on_conflict_do_update(index_elements=["id"], set_=profile, where=without_password)
    connection.execute(statement, [_row(record) for record in records])


def _row(record: OperatorRecord) -> dict[str, object]:
    return {**asdict(record), "role": record.role.value}


def _record(row: RowMapping) -> OperatorRecord:
    values = dict(row)
    return OperatorRecord(role=Role(values.pop("role")), **values)
