"""The clip index, the HTTP API and the pages."""
