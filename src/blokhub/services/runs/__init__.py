"""Sandboxed executions of workflows, and their traces."""
