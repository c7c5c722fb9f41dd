"""Secrets written into a file that will be shared."""

from __future__ import annotations

import re

from blok.lint.document import Document, texts

_SHAPES = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Stripe key", re.compile(r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}\b")),
    ("an API key", re.compile(r"\bsk-[A-Za-z0-9_-]{20,}\b")),
    ("a Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("a SendGrid key", re.compile(r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\b")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")),
    ("a signed token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")),
    ("a password in a URL", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@${}]+:[^/\s:@${}]{3,}@")),
    ("a bearer token", re.compile(r"\bBearer\s+[A-Za-z0-9._~+/-]{20,}=*")),
)
_NAMES = re.compile(
    r"(?:^|[_-])(?:password|passwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token)$",
    re.IGNORECASE,
)
_STANDS_IN = re.compile(
    r"^(?:js/|\$|<|\{|%)|\$\{|^(?:your|my|example|changeme|xxx|test|secret|password|\*+|\.+)", re.IGNORECASE
)


def check_secrets(document: Document) -> None:
    """Every text of the file, wherever it stands."""
    for path, text in texts(document.definition, ()):
        what = next((name for name, shape in _SHAPES if shape.search(text)), None)
        key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        if what is None and len(text) >= 8 and " " not in text and _NAMES.search(_snake(key)):
            what = None if _STANDS_IN.search(text) else f"the value of {key!r}"
        if what is not None:
            document.report(
                "secret", "error", path, f"This looks like {what}.",
                "Revoke it, keep it in an environment variable, and write ${ctx.env.NAME}.",
            )  # fmt: skip


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
