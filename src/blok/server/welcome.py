"""The page at ``/``: what this project answers to."""

from __future__ import annotations

from html import escape

from blok.runner.reply import Reply, text_reply
from blok.server.project import Project

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Blok</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;color:#1f2937}}
code{{font:14px ui-monospace,monospace}}td{{padding:.2rem 1rem .2rem 0}}a{{color:#1e3a8a}}</style>
<h1>Blok is running</h1>{body}<p><a href="/__blok">Runs</a> · <a href="/health-check">Health</a> ·
<a href="/metrics">Metrics</a></p></html>"""


def welcome_page(project: Project) -> Reply:
    """Routes in development; only the name in production, where the list is nobody's business."""
    if not project.engine.settings.is_development:
        return text_reply(
            200,
            _PAGE.format(body="").replace('<a href="/__blok">Runs</a> · ', ""),
            "text/html; charset=utf-8",
        )
    rows = "".join(
        f"<tr><td><code>{escape(row['method'])}</code><td><code>{escape(row['path'])}</code><td>{escape(row['file'])}"
        for row in project.routes()
    )
    body = (
        f"<table>{rows}</table>"
        if rows
        else "<p>No workflow files yet. Add one to <code>workflows/</code>.</p>"
    )
    return text_reply(200, _PAGE.format(body=body), "text/html; charset=utf-8")
