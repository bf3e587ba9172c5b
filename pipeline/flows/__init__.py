"""Prefect flows: they schedule, retry, time out and record; the work is in the modules they call."""
