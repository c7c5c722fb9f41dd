"""Prometheus text from the counts that plans keep."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable
from time import time

from blok.server.project import Project


def _label(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _family(name: str, kind: str, text: str, rows: Iterable[tuple[str, float]]) -> list[str]:
    return [
        f"# HELP {name} {text}",
        f"# TYPE {name} {kind}",
        *(f"{name}{labels} {value:g}" for labels, value in rows),
    ]


def exposition(project: Project, started: float) -> str:
    """The current counts in the text format of Prometheus."""
    plans = [
        (
            f'{{workflow_name="{_label(name)}",workflow_path="{_label(plan.key)}",workflow_version="{_label(plan.workflow.version)}"}}',
            plan.statistics,
        )
        for name, plan in project.engine.workflows.items()
    ]
    counted: dict[str, float] = project.engine.services.get("event-counters", {})
    events = [(f'{{event="{_label(name)}"}}', value) for name, value in counted.items()]
    lines = [
        *_family(
            "blok_workflow_executions_total",
            "counter",
            "Runs.",
            ((labels, known.runs) for labels, known in plans),
        ),
        *_family(
            "blok_workflow_errors_total",
            "counter",
            "Failed runs.",
            ((labels, known.errors) for labels, known in plans),
        ),
        *_family(
            "blok_workflow_duration_seconds_sum",
            "counter",
            "Time spent in runs.",
            ((labels, known.seconds) for labels, known in plans),
        ),
        *_family(
            "blok_workflow_duration_seconds_count",
            "counter",
            "Runs timed.",
            ((labels, known.runs) for labels, known in plans),
        ),
        *_family("blok_event_total", "counter", "Events that workflows count.", events),
        *_family(
            "blok_active_runs", "gauge", "Runs that are under way.", [("", float(len(project.engine.active)))]
        ),
        *_family("blok_process_uptime_seconds", "gauge", "Seconds since start.", [("", time() - started)]),
        *_family(
            "blok_process_memory_rss_bytes", "gauge", "Resident memory.", [("", float(resident_bytes()))]
        ),
    ]
    return "\n".join(lines) + "\n"


def resident_bytes() -> int:
    """The most resident memory this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
