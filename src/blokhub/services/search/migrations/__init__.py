"""Migrations of the rows of the index."""
