"""The built web: its files, and its page for every address that a reader may open."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Headers = list[tuple[bytes, bytes]]
_FILES = ("/assets/", "/shared/", "/modules/", "/icon.svg")
# What the hub answers itself; any other address is a page of the web.
_NOT_PAGES = ("/api", "/internal", "/health", "/metrics", "/problems", "/.well-known", "/__")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_ENCODINGS = ((b"br", ".br"), (b"gzip", ".gz"))
_IMMUTABLE = b"public, max-age=31536000, immutable"
REPORTS = "/api/system/csp-reports"
# No inline script or style, no eval, nothing from elsewhere but pictures in a README.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: https:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        f"report-uri {REPORTS}",
    )
)


@dataclass(frozen=True)
class WebAnswer:
    """A file with the headers that belong to it."""

    status: int
    headers: Headers
    body: bytes


class WebFiles:
    """The files below `folder`, in memory once they were asked for and until they change on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[int, bytes]] = {}

    @property
    def built(self) -> bool:
        """Whether there is anything to serve."""
        return (self._folder / "index.html").is_file()

    def find(self, scope: dict[str, Any]) -> WebAnswer | None:
        """The answer to a request that is the web's to answer, else None."""
        path: str = scope["path"]
        if scope["method"] not in {"GET", "HEAD"} or not self.built:
            return None
        accepted = dict(scope["headers"])
        if path.startswith(_FILES):
            return self._file(path, accepted.get(b"accept-encoding", b"")) or _missing()
        if path != "/" and path.startswith(_NOT_PAGES):
            return None
        if b"text/html" not in accepted.get(b"accept", b"") and path != "/":
            return None
        return self._file("/index.html", accepted.get(b"accept-encoding", b""))

    def _file(self, path: str, accepted: bytes) -> WebAnswer | None:
        file = (self._folder / path.lstrip("/")).resolve()
        if not file.is_relative_to(self._folder):
            return None
        content = self._content(file)
        if content is None:
            return None
        kind = _TYPES.get(file.suffix, "application/octet-stream")
        headers: Headers = [(b"content-type", kind.encode()), (b"vary", b"Accept-Encoding")]
        if file.suffix == ".html":
            headers.append((b"content-security-policy", POLICY.encode()))
        # Names with a hash never mean anything else; the page and the manifests are asked for anew.
        lasting = file.name not in {"index.html", "manifest.json", "icon.svg"}
        headers.append((b"cache-control", _IMMUTABLE if lasting else b"no-cache"))
        for name, suffix in _ENCODINGS:
            packed = self._content(file.with_name(file.name + suffix)) if name in accepted else None
            if packed is not None:
                headers.append((b"content-encoding", name))
                content = packed
                break
        headers.append((b"content-length", str(len(content)).encode()))
        return WebAnswer(200, headers, content)

    def _content(self, file: Path) -> bytes | None:
        try:
            changed = file.stat().st_mtime_ns
            kept = self._kept.get(file)
            if kept is None or kept[0] != changed:
                kept = self._kept[file] = (changed, file.read_bytes())
        except (OSError, ValueError):
            return None
        return kept[1]


def _missing() -> WebAnswer:
    body = b"There is no such file.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    return WebAnswer(404, headers, body)
