"""Runs normalized workflows: steps, control flow, reliability, trace."""

from blok.runner.engine import Engine, response_error
from blok.runner.plan import Plan, compile_plan
from blok.runner.run import Outcome, Run
from blok.runner.settings import Settings, read_settings
from blok.runner.store import DurableStore

__all__ = [
    "DurableStore",
    "Engine",
    "Outcome",
    "Plan",
    "Run",
    "Settings",
    "compile_plan",
    "read_settings",
    "response_error",
]
