"""Accounts, credentials, sessions, reputation."""
