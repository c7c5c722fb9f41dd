"""Migrations of the tables that every service has."""
