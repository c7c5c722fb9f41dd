"""What a caller gets when nothing answers at an address."""

from __future__ import annotations

from typing import Any

from blok.runner.reply import Headers, Reply, json_reply
from blok.server.project import Project


def not_found(project: Project, method: str, path: str) -> Reply:
    """404; in development with what would have answered, nearest first."""
    allowed = project.table.routes.allowed(path)
    headers: Headers = [("allow", ", ".join(allowed))] if allowed else []
    if not project.engine.settings.is_development:
        return json_reply(404, {"error": f"Workflow not found: {path.lstrip('/')}"}, headers)
    near = sorted(
        (
            {
                "route": f"{row['method']} {row['path']}",
                "source": row["file"],
                "distance": distance(path, row["path"]),
            }
            for row in project.routes()
        ),
        key=lambda item: item["distance"],
    )
    body: dict[str, Any] = {
        "error": "Workflow not found",
        "requested": {"method": method, "path": path},
        "registrationSources": {
            "fileScanRoots": [str(project.layout.workflows)],
            "manualMap": [],
            "legacyFlags": [],
        },
        "suggestions": [item for item in near if item["distance"] <= max(3, len(path) // 2)][:3],
        "docs": 'A workflow answers at trigger.http.path, or at its file name when that is "/".',
    }
    return json_reply(404, body, headers)


def distance(left: str, right: str) -> int:
    """The number of single-character edits between two addresses."""
    row = list(range(len(right) + 1))
    for index, char in enumerate(left, start=1):
        previous, row[0] = row[0], index
        for other, against in enumerate(right, start=1):
            previous, row[other] = (
                row[other],
                min(row[other] + 1, row[other - 1] + 1, previous + (char != against)),
            )
    return row[-1]
