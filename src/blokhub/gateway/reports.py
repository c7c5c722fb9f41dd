"""What browsers report when a page tried something that its policy forbids."""

from typing import Any

import msgspec
import structlog
from litestar import Request, post
from prometheus_client import Counter

_log = structlog.get_logger("csp")
_violations = Counter(
    "blok_csp_violations_total", "Violations of the content security policy.", ["directive"]
)
_LARGEST = 16 * 1024
_DIRECTIVES = frozenset(
    {
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "style-src-attr",
        "font-src",
        "connect-src",
        "img-src",
        "base-uri",
        "form-action",
        "frame-ancestors",
        "default-src",
    }
)


@post("/api/system/csp-reports", status_code=204, summary="Report a violation of the security policy")
async def take_report(request: Request[Any, Any, Any]) -> None:
    """Count a report and write it to the log; one that cannot be read is left aside."""
    body = await request.body()
    if len(body) > _LARGEST:
        return
    try:
        report = msgspec.json.decode(body, type=dict[str, dict[str, Any]]).get("csp-report", {})
    except msgspec.MsgspecError:
        return
    directive = str(report.get("effective-directive") or report.get("violated-directive") or "").split(" ")[0]
    _violations.labels(directive if directive in _DIRECTIVES else "other").inc()
    told = {name: str(report.get(name, ""))[:300] for name in ("document-uri", "blocked-uri", "source-file")}
    _log.warning("a page broke its policy", directive=directive[:60], **told)


ROUTES = [take_report]
