"""The doors of the runs service: its HTTP routes, and the nodes that running workflows may call."""

from blokhub.services.runs.api.routes import ROUTES

__all__ = ["ROUTES"]
