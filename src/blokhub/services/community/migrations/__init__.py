"""Migrations of the tables of runs."""
