"""The page that shows runs: their graph, and their data beside it. Nothing in it comes from elsewhere."""

from __future__ import annotations

from importlib import resources

from blok.runner.reply import Reply, text_reply

FILES = {
    "inspector.html": "text/html; charset=utf-8",
    "inspector.css": "text/css; charset=utf-8",
    "inspector.js": "text/javascript; charset=utf-8",
    "elements.js": "text/javascript; charset=utf-8",
    "graph.js": "text/javascript; charset=utf-8",
    "progress.js": "text/javascript; charset=utf-8",
    "details.js": "text/javascript; charset=utf-8",
}


def inspector_file(name: str) -> Reply:
    """One file of the page; ``name`` is one of ``FILES``."""
    text = resources.files("blok.server.inspector").joinpath(name).read_text("utf-8")
    reply = text_reply(200, text, FILES[name])
    reply.headers.append(("cache-control", "no-cache"))
    return reply
