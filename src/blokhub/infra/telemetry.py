"""Structured logs: one JSON object a line, with the request id in every line of a request."""

import logging
import sys

import structlog

_NOISY = (
    "httpx",
    "httpcore",
    "nats",
    "dbos",
    "alembic",
    "_granian",
    "granian",
    "sqlalchemy.pool",
    "litestar",
)


def configure_logging(level: str, format: str) -> None:  # noqa: A002
    """Send log lines to standard error: at a terminal what needs attention, elsewhere all as JSON.

    `level` and `format` say otherwise when they are not empty.
    """
    terminal = sys.stderr.isatty()
    level = level or ("warning" if terminal else "info")
    format = format or ("console" if terminal else "json")  # noqa: A001
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if format == "console" else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
