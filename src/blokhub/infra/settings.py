"""Every setting of the hub, read from the environment in this one place."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def setting(variable: str, default: Any, meaning: str) -> Any:
    """A settings field that is read from the environment `variable`."""
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


class SettingError(ValueError):
    """A setting has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """What can be set. Every field has a default that suits one machine."""

    home: str = setting("BLOK_HOME", "~/.blok", "The data folder of the embedded engines and of the indexes.")
    host: str = setting("BLOK_HOST", "127.0.0.1", "The address that the hub listens on.")
    port: int = setting("BLOK_PORT", 4000, "The port that the hub listens on.")
    public_url: str = setting(
        "BLOK_PUBLIC_URL", "", "How the hub is reached from outside; names the issuer of tokens."
    )
    postgres_url: str = setting(
        "BLOK_POSTGRES_URL",
        "",
        "Your own PostgreSQL (16 or later), as a role that may create roles and schemas. Empty: embedded.",
    )
    valkey_url: str = setting("BLOK_VALKEY_URL", "", "Your own Valkey or Redis. Empty: embedded.")
    nats_url: str = setting("BLOK_NATS_URL", "", "Your own NATS with JetStream. Empty: embedded.")
    namespace: str = setting(
        "BLOK_NAMESPACE", "blok", "What keys and subjects begin with, so that hubs can share Valkey and NATS."
    )
    secret: str = setting(
        "BLOK_SECRET",
        "",
        "The key behind database passwords, signed contexts and token keys: at least 32 characters, the same "
        "for all processes. Empty: made once in the data folder.",
    )
    pool_size: int = setting("BLOK_POOL_SIZE", 10, "Database connections that each service may hold.")
    pool_timeout: float = setting(
        "BLOK_POOL_TIMEOUT", 3.0, "Seconds to wait for a free database connection before answering 503."
    )
    statement_timeout: float = setting(
        "BLOK_STATEMENT_TIMEOUT", 15.0, "Seconds that one database statement may take."
    )
    cache_ttl: float = setting("BLOK_CACHE_TTL", 60.0, "Seconds that a cached answer lives at most.")
    log_level: str = setting(
        "BLOK_LOG_LEVEL", "", "debug, info, warning or error. Empty: warning at a terminal, info elsewhere."
    )
    log_format: str = setting(
        "BLOK_LOG_FORMAT",
        "",
        "json (one object a line) or console. Empty: console at a terminal, json elsewhere.",
    )
    run_workers: int = setting("BLOK_RUN_WORKERS", 2, "Sandbox processes that execute workflows.")
    run_seconds: float = setting("BLOK_RUN_SECONDS", 10.0, "Wall-clock seconds that one run may take.")
    run_memory_mb: int = setting(
        "BLOK_RUN_MEMORY_MB", 512, "Memory that one sandbox process may use, in MiB."
    )
    run_output_kb: int = setting(
        "BLOK_RUN_OUTPUT_KB", 1024, "Size that a run's answer and trace may have, in KiB."
    )
    run_days: int = setting("BLOK_RUN_DAYS", 7, "Days that runs and their traces are kept.")
    run_hosts: str = setting(
        "BLOK_RUN_HOSTS",
        "",
        "Hosts that workflows may contact in the sandbox, separated by commas. Empty: none.",
    )
    access_token_seconds: int = setting("BLOK_ACCESS_TOKEN_SECONDS", 600, "How long an access token holds.")
    refresh_token_days: int = setting("BLOK_REFRESH_TOKEN_DAYS", 30, "How long a refresh token holds.")
    service_urls: str = setting(
        "BLOK_SERVICE_URLS",
        "",
        "Where services run apart, as `users=http://host:port,content=http://a:1|http://b:2`. Empty: on this "
        "machine, at the ports that `blok hub serve` takes by itself.",
    )
    canary: str = setting(
        "BLOK_CANARY",
        "",
        "A new version on trial, as `content=http://host:port:10`: it gets ten of a hundred calls.",
    )
    call_seconds: float = setting(
        "BLOK_CALL_SECONDS", 60.0, "Seconds that a service in a process of its own may take to answer."
    )
    shutdown_seconds: float = setting(
        "BLOK_SHUTDOWN_SECONDS", 10.0, "Seconds that requests in flight get to finish at shutdown."
    )
    web: str = setting(
        "BLOK_WEB", "", "The folder of the built web. Empty: web/dist of the source tree, if it was built."
    )
    starter: bool = setting("BLOK_STARTER", True, "Whether a new hub loads the starter catalogue.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment. Raises SettingError naming the variable that does not fit."""
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = source.get(each.metadata["variable"], "")
            if text != "":
                values[each.name] = _convert(each.metadata["variable"], text, type(each.default))
        found = cls(**values)
        if not 0 < found.port < 65536:
            raise SettingError(f"BLOK_PORT='{found.port}' is no port: choose one between 1 and 65535.")
        found.canaries()
        return found

    @property
    def home_path(self) -> Path:
        """The data folder."""
        return Path(self.home).expanduser().absolute()

    @property
    def url(self) -> str:
        """How the hub is reached from outside, without a closing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    def remote_services(self) -> dict[str, list[str]]:
        """By service: the base addresses of its replicas, which are processes of their own."""
        pairs = (part.split("=", 1) for part in self.service_urls.split(",") if "=" in part)
        return {
            name.strip(): [url.strip().rstrip("/") for url in urls.split("|") if url.strip()]
            for name, urls in pairs
        }

    def canaries(self) -> dict[str, tuple[str, float]]:
        """By service: the address of the version on trial, and the share of calls (0 to 1) that go there.

        Raises SettingError when it cannot be read.
        """
        found = {}
        for part in filter(None, map(str.strip, self.canary.split(","))):
            name, _, target = part.partition("=")
            url, _, percent = target.rpartition(":")
            if not (name and url.startswith(("http://", "https://")) and percent.isdecimal()):
                raise SettingError(
                    f"BLOK_CANARY={part!r} cannot be read: write it like content=http://host:port:10."
                )
            if int(percent) > 100:
                raise SettingError(f"BLOK_CANARY={part!r}: {percent} of a hundred are too many.")
            found[name.strip()] = (url.rstrip("/"), int(percent) / 100)
        return found

    def shared_secret(self) -> str:
        """The secret of an installation that is there already. Raises SettingError when there is none.

        A process that runs apart must not make one: it would believe nobody, and nobody would believe it.
        """
        if not self.secret and not (self.home_path / "secret").exists():
            raise SettingError(
                "BLOK_SECRET is missing. Give every process of the hub the same, of at least 32 characters; "
                f"on one machine the file {self.home_path / 'secret'} of a hub that has run there will do."
            )
        return self.secret_key()

    def secret_key(self) -> str:
        """The installation's secret: the setting, or one made once in the data folder (mode 0600)."""
        if self.secret:
            if len(self.secret) < 32:
                raise SettingError("BLOK_SECRET is too short: give at least 32 characters.")
            return self.secret
        path = self.home_path / "secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()


def _convert(variable: str, text: str, kind: type) -> Any:
    if kind is bool:
        if text.lower() in {"0", "false", "no", "off"}:
            return False
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        raise SettingError(f"{variable}={text!r} is neither true nor false.")
    try:
        return kind(text)
    except ValueError as error:
        raise SettingError(f"{variable}={text!r} is not a {kind.__name__}.") from error


def reference_page() -> str:
    """The reference of all settings, as Markdown."""
    rows = [
        f"| `{each.metadata['variable']}` | `{each.default}` | {each.metadata['meaning']} |"
        if each.default != ""
        else f"| `{each.metadata['variable']}` | | {each.metadata['meaning']} |"
        for each in fields(Settings)
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Read from the environment when a process starts. This page is generated from the code.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )
