"""Recorded behaviour of the workflow formats, replayed against this runtime."""
