"""Brings a database to the present schema when the service starts."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from toolbar_py.service.store.base import StoreVersionError
from toolbar_py.service.store.dialect import Dialect

HEAD = "0005"
"""The newest migration. Kept here too, so that an up-to-date start need not load Alembic."""


def version(connection: Connection) -> str | None:
    """Give the version of the database's schema, or None when it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(connection: Connection, dialect: Dialect) -> None:
    """Apply the migrations that are missing, in the transaction of ``connection``: all of them or none.

    Raises:
        StoreVersionError: the database is newer than this program.
    """
    dialect.lock_schema(connection)
    found = version(connection)
    if found == HEAD:
        return
    # Alembic takes a fifth of a second to load and is needed once per database.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreVersionError(f"the database has schema {found}, this version knows up to {HEAD}: update toolbar-py")
    command.upgrade(config, "head")
