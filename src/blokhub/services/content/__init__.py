"""Packages: workflows and nodes, their versions, drafts and forks."""
