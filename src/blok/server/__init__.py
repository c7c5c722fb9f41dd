"""Serves a project over HTTP."""

from blok.server.application import Application
from blok.server.asgi import AsgiApp
from blok.server.build import build_application
from blok.server.project import Layout, Project, find_layout

__all__ = ["Application", "AsgiApp", "Layout", "Project", "build_application", "find_layout"]
