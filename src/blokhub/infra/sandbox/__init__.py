"""Executes workflows of strangers in processes that may do nothing else."""

from blokhub.infra.sandbox.pool import Execution, HostCall, Job, SandboxPool

__all__ = ["Execution", "HostCall", "Job", "SandboxPool"]
