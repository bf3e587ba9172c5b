"""The index of clips: DuckDB, derived from the documents of the calls. Delete it and it is rebuilt."""
