"""What people wrote: relational, in SQLite or PostgreSQL. One module a noun; `schema` has their tables."""
