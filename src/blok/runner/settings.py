"""What the environment says about running workflows; read once when an engine is made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


def _flag(value: str | None, default: bool) -> bool:
    return (
        default if value is None or value == "" else value.strip().lower() not in {"0", "false", "no", "off"}
    )


def _number(value: str | None, default: int) -> int:
    try:
        return int(value) if value else default
    except ValueError:
        return default


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that changes how runs behave. ``env`` is what ``ctx.env`` shows."""

    mapper_mode: str = "strict"
    max_subworkflow_depth: int = 10
    trace: bool = True
    trace_size: int = 500
    trace_events: int = 20_000
    environment: str = "development"
    self_base_url: str = "http://localhost:4000"
    payload_max_bytes: int = 1024 * 1024
    snapshot_max_bytes: int = 1024 * 1024
    concurrency: bool = True
    scheduling: bool = True
    global_middleware: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_development(self) -> bool:
        """Whether errors may explain themselves to callers."""
        return self.environment == "development"


def read_settings(variables: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from environment variables (the process's own unless given)."""
    source = dict(os.environ if variables is None else variables)
    port = source.get("PORT") or "4000"
    environment = source.get("BLOK_ENV") or source.get("NODE_ENV") or "production"
    return Settings(
        mapper_mode=source.get("BLOK_MAPPER_MODE", "strict"),
        max_subworkflow_depth=_number(source.get("BLOK_MAX_SUBWORKFLOW_DEPTH"), 10),
        trace=_flag(source.get("BLOK_TRACE_ENABLED"), True),
        trace_size=_number(source.get("BLOK_TRACE_SIZE"), 500),
        # A ring that fits the processor's cache costs a busy server much less than a long memory.
        trace_events=_number(
            source.get("BLOK_TRACE_EVENTS"), 2_500 if environment == "production" else 20_000
        ),
        environment=environment,
        self_base_url=source.get("BLOK_SELF_BASE_URL") or f"http://localhost:{port}",
        payload_max_bytes=_number(source.get("BLOK_DISPATCH_PAYLOAD_MAX_BYTES"), 1024 * 1024),
        snapshot_max_bytes=_number(source.get("BLOK_STATE_SNAPSHOT_MAX_BYTES"), 1024 * 1024),
        concurrency=not _flag(source.get("BLOK_CONCURRENCY_DISABLED"), False),
        scheduling=not _flag(source.get("BLOK_SCHEDULING_DISABLED"), False),
        global_middleware=tuple(
            name.strip() for name in source.get("BLOK_GLOBAL_MIDDLEWARE", "").split(",") if name.strip()
        ),
        env=node_environment(source),
    )


def node_environment(source: Mapping[str, str]) -> Mapping[str, str]:
    """The variables workflows may read: all, or those named by the two allow lists."""
    names = {name.strip() for name in source.get("BLOK_NODE_ENV_ALLOW", "").split(",") if name.strip()}
    prefixes = tuple(
        part.strip() for part in source.get("BLOK_NODE_ENV_ALLOW_PREFIX", "").split(",") if part.strip()
    )
    if not names and not prefixes:
        return dict(source)
    return {
        key: value for key, value in source.items() if key in names or (prefixes and key.startswith(prefixes))
    }
