"""What Alembic runs: our migrations, in the transaction that the store has begun."""

from __future__ import annotations

from alembic import context

from clips_api.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
