"""Runs the steps on the connection that ``storage.migrate`` hands over, inside its transaction."""

from alembic import context

from storage.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("run migrations through storage.migrate, which knows how to open our databases")

context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
