"""Migrations of the read-tables of packages."""
