"""The HTTP routes of the content service."""

from typing import Any

from blokhub.services.content.api import authoring, packages, versions

ROUTES: list[Any] = [*packages.ROUTES, *versions.ROUTES, *authoring.ROUTES]
