"""Runs normalized workflows: steps, control flow, reliability, trace."""

from blok.runner.engine import Engine, response_error
from blok.runner.plan import Plan, compile_plan
from blok.runner.run import Outcome, Run
from blok.runner.sandbox import RunResult, SandboxPolicy, execute, execute_async
from blok.runner.settings import Settings, read_settings
from blok.runner.store import DurableStore

__all__ = [
    "DurableStore",
    "Engine",
    "Outcome",
    "Plan",
    "Run",
    "RunResult",
    "SandboxPolicy",
    "Settings",
    "compile_plan",
    "execute",
    "execute_async",
    "read_settings",
    "response_error",
]
